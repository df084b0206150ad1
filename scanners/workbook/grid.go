package workbook

import (
	"fmt"
	"iter"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// A Grid yields the sheets of a workbook in their order. Every format, and
// every vendor's answer about a native spreadsheet, becomes one.
type Grid iter.Seq[Sheet]

// A Sheet is one sheet of a Grid. Only Name and Cells are needed.
type Sheet struct {
	Name   string
	Hidden bool
	// Cells yields what is not blank, row by row and from left to right.
	// Stopping early is fine. Nil is an empty sheet, or one without cells.
	Cells iter.Seq[Cell]
	// scan hands the cells over instead, in a way that spares copies.
	scan func(*sheetScan)
	// Tail tells what is known when Cells has ended; nil is nothing.
	Tail func() Tail
}

// A Tail is what may stand behind a sheet's cells.
type Tail struct {
	// Rows and Columns are the last ones in use, where that is known without
	// reading every cell; 0 otherwise.
	Rows, Columns int
	Merged        []Range
	// Headed are ranges whose first row somebody declared to be headings: a
	// table, a filter, a pivot table.
	Headed []Range
	// Frozen is how many rows stay in sight when scrolling.
	Frozen      int
	Validations int
	Formats     int // conditional ones
	Notes       int
	Protected   int // ranges that only some may change, and the sheet if it is one
	Pivots      []PivotTable
	// ListEntries are the entries of validation lists. Those that belong to
	// a small public vocabulary are kept, the others forgotten.
	ListEntries []string

	// Unread says that reading ended, for its cost, before the first row.
	Unread bool
}

// A PivotTable is where one lies on its sheet.
type PivotTable struct {
	Range
	// Values is the first of the columns over which the values of a field
	// stand, from 0 on the sheet; one past the last column when none does.
	Values int
}

// A Cell is a cell that is not blank.
type Cell struct {
	Row, Col int // from 0
	Kind     CellKind
	Bold     bool
	label    bool // see isLabel; known once the cell is in a window
	mark     mark // of what it holds, where the format told
	// Text is what the cell says: the text itself, or a number as digits.
	// Build looks at it and keeps it only where it is a heading.
	Text    string
	Formula Formula
	parsed  *parsedFormula // the Formula, where the format took it apart
}

// A CellKind is what a cell holds; for a formula, what it resulted in.
type CellKind uint8

// The kinds of cell.
const (
	CellText CellKind = iota
	CellNumber
	CellDate
	CellBool
	CellError
	cellKinds
)

// A Formula is a formula and where it was written: for a formula that many
// cells share, that is another cell than its own. The zero Formula is none.
type Formula struct {
	Text     string // without the leading "="
	Row, Col int    // from 0
	// Opaque marks a formula whose text is not known.
	Opaque bool
}

// Present reports whether there is a formula.
func (f Formula) Present() bool { return f.Text != "" || f.Opaque }

// A Range is a block of cells: rows and columns from 0, the last included.
type Range struct{ Top, Left, Bottom, Right int }

// String writes a range as spreadsheets do: A1:C9, or A1 for one cell.
func (r Range) String() string {
	first := cellName(r.Top, r.Left)
	if last := cellName(r.Bottom, r.Right); last != first {
		return first + ":" + last
	}
	return first
}

// ParseRange reads a range in A1 notation; $ signs are ignored.
func ParseRange(s string) (Range, error) {
	first, last, found := strings.Cut(strings.ReplaceAll(s, "$", ""), ":")
	if !found {
		last = first
	}
	top, left, ok := parseCell(first)
	bottom, right, ok2 := parseCell(last)
	if !ok || !ok2 {
		return Range{}, fmt.Errorf("range %q: not in A1 notation", s)
	}
	return Range{min(top, bottom), min(left, right), max(top, bottom), max(left, right)}, nil
}

func (r Range) union(o Range) Range {
	return Range{min(r.Top, o.Top), min(r.Left, o.Left), max(r.Bottom, o.Bottom), max(r.Right, o.Right)}
}

func cellName(row, col int) string {
	return columnName(col) + fmt.Sprint(row+1)
}

func columnName(col int) string {
	var b [8]byte
	i := len(b)
	for col++; col > 0 && i > 0; col = (col - 1) / 26 {
		i--
		b[i] = byte('A' + (col-1)%26)
	}
	return string(b[i:])
}

// parseCell reads A1 into row 0 and column 0.
func parseCell[T string | []byte](s T) (row, col int, ok bool) {
	i := 0
	for ; i < len(s) && i < 4; i++ {
		c := s[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		col = col*26 + int(c-'A') + 1
	}
	letters := i
	for ; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' || row > maxRows {
			return 0, 0, false
		}
		row = row*10 + int(s[i]-'0')
	}
	ok = letters > 0 && letters < len(s) && row > 0 && row <= maxRows && col <= maxColumns
	return row - 1, col - 1, ok
}

// The size of a sheet in Excel; LibreOffice and Sheets stay below it in rows.
const (
	maxRows    = 1 << 20
	maxColumns = 1 << 14
)

// Meta is what is known of a workbook besides its cells.
type Meta struct {
	Format        string // xlsx, csv, gsheet ...
	Depth         inventory.Depth
	DefinedNames  []string
	Connections   []inventory.Connection
	ExternalLinks []string
	Pivots        int
	PivotSources  []string // as in inventory.Structure
	Tables        int
	Notes         int // as the next ones: besides those that sheets tell of
	Protected     int
	Formats       int
	Scripts       int
	Label         inventory.Label
	Macros        inventory.Macros
	Queries       []inventory.Query
	Objects       inventory.Objects // of a database
	// Personal tells names of people and other personal data that must not
	// be kept; nil knows none. What looks like an address, a number of a
	// person or a run of names is dropped without it.
	Personal func(string) bool
	// IDs is the key with which a sample of each column of ids is kept; the
	// zero key keeps none.
	IDs inventory.IDKey
}
