package google

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"google.golang.org/api/googleapi"
	"google.golang.org/api/sheets/v4"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// What is asked of a spreadsheet: first how it is made up, then the cells of its first rows. Of a cell: the formula and what it shows, which
// are looked at and not kept, its kind, the rule for what may be entered, and its note, which is only counted.
const (
	makeupFields = "namedRanges(name),developerMetadata(metadataKey),dataSources(spec(bigQuery(projectId,tableSpec),looker))," +
		"sheets(properties(sheetId,title,hidden,gridProperties(rowCount,columnCount,frozenRowCount),dataSourceSheetProperties(columns(reference(name))))," +
		"merges,basicFilter(range),tables(range),protectedRanges(protectedRangeId),developerMetadata(metadataKey))"
	cellFields = "sheets(properties(sheetId),data(startRow,rowData(values(userEnteredValue(formulaValue),effectiveValue," +
		"effectiveFormat(numberFormat(type),textFormat(bold)),dataValidation(condition),note,pivotTable(source)))))"
)

// How much is read. The answer to a call is held in memory, at up to a kilobyte for a cell that is in use, and a tenth of that afterwards.
const (
	headRows    = 200 // as many as of a workbook
	fullRows    = 10_000
	readColumns = 100
	callCells   = 50_000 // of the grid, blank ones included, in one call
	callLength  = 4000   // bytes of ranges in an address: servers and proxies take 8 KiB
	readSheets  = 200    // further ones are known by name only
	headCalls   = 12     // for one spreadsheet, of the 300 that a project has in a minute
	fullCalls   = 40
)

// spreadsheet reads a native spreadsheet.
func (s *Scanner) spreadsheet(ctx context.Context, who string, d inventory.Due) (inventory.Structure, error) {
	if s.o.Build == nil {
		return inventory.Structure{}, errors.New("google: no builder for spreadsheets was given")
	}
	var bytes int64
	ctx = counting(as(ctx, who, scopeSpreadsheet), &bytes)
	book, err := s.sheets.Spreadsheets.Get(d.Asset.VendorID).Context(ctx).Fields(makeupFields).Do()
	if err != nil {
		return inventory.Structure{}, err
	}
	g := newGrid(book, d.Depth)
	if err := s.fill(ctx, d.Asset.VendorID, g); err != nil {
		return inventory.Structure{}, err
	}
	st := g.structure(s.o.Build)
	st.BytesRead = bytes
	return st, nil
}

// fill reads the cells that a grid wants, a few ranges at a time.
func (s *Scanner) fill(ctx context.Context, id string, g *grid) error {
	for ranges := g.wanted(); len(ranges) > 0; ranges = g.wanted() {
		part, err := s.sheets.Spreadsheets.Get(id).Context(ctx).Ranges(ranges...).Fields(cellFields).Do()
		if err != nil {
			return moved(err)
		}
		g.add(part)
	}
	return nil
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
	tabs   []*tab
	meta   workbook.Meta
	found  sources
	budget int // calls for cells

	notes, protected int
}

func newGrid(book *sheets.Spreadsheet, depth inventory.Depth) *grid {
	g := &grid{meta: workbook.Meta{Format: "gsheet", Depth: depth}, budget: headCalls}
	limit := headRows
	if depth == inventory.DepthFull {
		limit, g.budget = fullRows, fullCalls
	}
	for i, made := range book.Sheets {
		if made.Properties == nil {
			continue
		}
		t := &tab{made: made}
		if size := made.Properties.GridProperties; size != nil && i < readSheets {
			t.cols = min(int(size.ColumnCount), readColumns)
			t.rows = min(int(size.RowCount), limit)
		}
		g.tabs = append(g.tabs, t)
		g.meta.Tables += len(made.Tables)
		g.protected += len(made.ProtectedRanges)
		g.marks(made.DeveloperMetadata)
	}
	for _, n := range book.NamedRanges {
		g.meta.DefinedNames = append(g.meta.DefinedNames, n.Name)
	}
	for _, source := range book.DataSources {
		for _, c := range connected(source.Spec) {
			g.found.connect(c)
		}
	}
	g.marks(book.DeveloperMetadata)
	return g
}

// wanted are the next ranges to ask for, together as far as one request and one answer can hold them: of each tab in turn, so that the
// first rows of all come before further rows of any. There are none when all that is wanted was read, or the budget is at its end.
func (g *grid) wanted() (ranges []string) {
	if g.budget--; g.budget < 0 {
		return nil
	}
	cells, length := 0, 0
	next := slices.Clone(g.tabs)
	slices.SortStableFunc(next, func(a, b *tab) int { return a.read - b.read })
	for _, t := range next {
		area, ok := t.next()
		if !ok {
			continue
		}
		address := t.address(area)
		cells += (area.Bottom - area.Top + 1) * t.cols
		length += len("&ranges=") + len(url.QueryEscape(address))
		if len(ranges) > 0 && (cells > callCells || length > callLength) {
			break
		}
		t.read = area.Bottom + 1
		ranges = append(ranges, address)
	}
	return ranges
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
			g.block(byID[sh.Properties.SheetId], block)
		}
	}
}

// block takes what is in some rows of a tab. When nothing is, the tab is taken to be at its end.
func (g *grid) block(t *tab, data *sheets.GridData) {
	before := len(t.cells)
	for at, v := range filled(data) {
		if v.PivotTable != nil {
			g.meta.Pivots++
		}
		if v.Note != "" {
			g.notes++
		}
		g.found.imports(formula(v))
		t.rule(at, v)
		if c := cellOf(at, v); c.Text != "" || c.Formula.Present() {
			t.cells = append(t.cells, c)
		}
	}
	t.ended = t.ended || len(t.cells) == before
}

// structure makes a structure of what was read.
func (g *grid) structure(build Build) inventory.Structure {
	g.meta.ExternalLinks, g.meta.Connections = g.found.links, g.found.connections
	st := build(g.sheets(), g.meta)
	st.Notes, st.Protected = g.notes, g.protected
	for i, t := range g.tabs[:min(len(g.tabs), len(st.Sheets))] {
		t.correct(&st.Sheets[i])
		_, more := t.next()
		st.Partial = st.Partial || more || st.Sheets[i].Unread
	}
	bound(&st)
	return st
}

// A tab is one sheet of a spreadsheet.
type tab struct {
	made  *sheets.Sheet
	rows  int // wanted, 0 for a sheet without cells
	cols  int
	read  int  // rows that were asked for
	ended bool // nothing follows
	cells []workbook.Cell
	ruled map[string]bool // rules that are counted
	list  []string        // what they let people choose from
}

// next is the part of the tab that is to be read next.
func (t *tab) next() (area workbook.Range, ok bool) {
	if t.ended || t.read >= t.rows || t.cols == 0 {
		return area, false
	}
	most := max(callCells/t.cols, 1)
	if t.read == 0 {
		most = min(most, headRows)
	}
	return workbook.Range{Top: t.read, Bottom: min(t.read+most, t.rows) - 1, Right: t.cols - 1}, true
}

// correct says of a sheet what Build cannot know: that nothing of it was read, or that its content goes on to where the reading stopped.
// Google tells the size of the grid, not how much of it is in use.
func (t *tab) correct(sh *inventory.Sheet) {
	size := t.made.Properties.GridProperties
	if size == nil {
		return
	}
	sh.Unread = size.RowCount > 0 && t.read == 0
	if t.read > 0 && sh.Rows >= t.read {
		sh.Rows = int(size.RowCount)
	}
}

// address is a part of the sheet in A1 notation.
func (t *tab) address(area workbook.Range) string {
	return "'" + strings.ReplaceAll(t.made.Properties.Title, "'", "''") + "'!" + area.String()
}
