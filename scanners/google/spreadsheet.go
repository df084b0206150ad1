package google

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// What is asked of a spreadsheet: first how it is made up, then the cells of its first rows. Of a cell: the formula and what it shows, which
// are looked at and not kept, its kind, and the rule for what may be entered.
const (
	makeupFields = "namedRanges(name),dataSources(spec),sheets(properties(sheetId,title,hidden,gridProperties(rowCount,columnCount,frozenRowCount))," +
		"merges,basicFilter(range),tables(range))"
	cellFields = "sheets(properties(sheetId),data(rowData(values(userEnteredValue(formulaValue),effectiveValue," +
		"effectiveFormat(numberFormat(type),textFormat(bold)),dataValidation(condition),pivotTable(source)))))"
)

// How much is read. The answer to a call is held in memory, at up to a kilobyte for a cell that is in use.
const (
	headRows    = 100
	fullRows    = 5000
	readColumns = 100
	callCells   = 50_000 // of the grid, blank ones included, in one call
	callLength  = 4000   // bytes of ranges in an address: servers and proxies take 8 KiB
	readSheets  = 200    // further ones are known by name only
)

// spreadsheet reads a native spreadsheet.
func (s *Scanner) spreadsheet(ctx context.Context, who string, d inventory.Due) (inventory.Structure, error) {
	if s.o.Build == nil {
		return inventory.Structure{}, errors.New("google: no builder for spreadsheets was given")
	}
	ctx = as(ctx, who, scopeSpreadsheet)
	var bytes int64
	ctx = counting(ctx, &bytes)
	book, err := s.sheets.Spreadsheets.Get(d.Asset.VendorID).Context(ctx).Fields(makeupFields).Do()
	if err != nil {
		return inventory.Structure{}, err
	}
	g := newGrid(book, d.Depth)
	for _, ranges := range g.calls() {
		part, err := s.sheets.Spreadsheets.Get(d.Asset.VendorID).Context(ctx).Ranges(ranges...).Fields(cellFields).Do()
		if err != nil {
			return inventory.Structure{}, moved(err)
		}
		g.add(part)
	}
	g.find()
	g.meta.ExternalLinks, g.meta.Connections = g.found.links, g.found.connections
	st := s.o.Build(g.sheets(), g.meta)
	st.BytesRead = bytes
	g.size(st.Sheets)
	return st, nil
}

// moved tells the refusal of a range: the sheet was renamed or cut since its size was asked for.
func moved(err error) error {
	var answer *googleapi.Error
	if errors.As(err, &answer) && answer.Code == 400 {
		return fmt.Errorf("%w: its sheets changed while it was read", inventory.ErrStale)
	}
	return err
}

// A grid is a spreadsheet on its way into a workbook.Grid.
type grid struct {
	tabs  []*tab
	meta  workbook.Meta
	found sources
}

// A tab is one of its sheets.
type tab struct {
	made  *sheets.Sheet
	rows  int // asked for, 0 for a sheet without cells
	cols  int
	cells []*sheets.RowData
}

func newGrid(book *sheets.Spreadsheet, depth inventory.Depth) *grid {
	g := &grid{meta: workbook.Meta{Format: "gsheet", Depth: depth}}
	limit := headRows
	if depth == inventory.DepthFull {
		limit = fullRows
	}
	for i, made := range book.Sheets {
		if made.Properties == nil {
			continue
		}
		t := &tab{made: made}
		if size := made.Properties.GridProperties; size != nil && i < readSheets {
			t.cols = min(int(size.ColumnCount), readColumns)
			t.rows = min(int(size.RowCount), limit, callCells/max(t.cols, 1))
		}
		g.tabs = append(g.tabs, t)
		g.meta.Tables += len(made.Tables)
	}
	for _, n := range book.NamedRanges {
		g.meta.DefinedNames = append(g.meta.DefinedNames, n.Name)
	}
	for _, source := range book.DataSources {
		for _, c := range connected(source.Spec) {
			g.found.connect(c)
		}
	}
	return g
}

// calls are the ranges to ask for, together as far as one request and one answer can hold them.
func (g *grid) calls() (calls [][]string) {
	cells, length := 0, 0
	for _, t := range g.tabs {
		if t.rows == 0 || t.cols == 0 {
			continue
		}
		address := t.address()
		cells += t.rows * t.cols
		length += len("&ranges=") + len(url.QueryEscape(address))
		if len(calls) == 0 || cells > callCells || length > callLength {
			calls = append(calls, nil)
			cells, length = t.rows*t.cols, len(address)
		}
		calls[len(calls)-1] = append(calls[len(calls)-1], address)
	}
	return calls
}

// address is the part of the sheet that is read, in A1 notation.
func (t *tab) address() string {
	area := workbook.Range{Bottom: t.rows - 1, Right: t.cols - 1}
	return "'" + strings.ReplaceAll(t.made.Properties.Title, "'", "''") + "'!" + area.String()
}

// size corrects the number of rows of sheets whose content goes on to where the reading stopped. Google tells the size of the grid, not how
// much of it is in use.
func (g *grid) size(sheets []inventory.Sheet) {
	for i, t := range g.tabs {
		if i < len(sheets) && t.rows > 0 && sheets[i].Rows >= t.rows {
			sheets[i].Rows = int(t.made.Properties.GridProperties.RowCount)
		}
	}
}

// add takes the cells of an answer.
func (g *grid) add(part *sheets.Spreadsheet) {
	byID := map[int64]*tab{}
	for _, t := range g.tabs {
		byID[t.made.Properties.SheetId] = t
	}
	for _, sh := range part.Sheets {
		if sh.Properties == nil || byID[sh.Properties.SheetId] == nil {
			continue
		}
		for _, block := range sh.Data {
			byID[sh.Properties.SheetId].cells = block.RowData
		}
	}
}
