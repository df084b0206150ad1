package workbook

import (
	"iter"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// grid yields the sheets; the cells of each are read while they are taken.
func (b *spreadsheetML) grid() Grid {
	return func(yield func(Sheet) bool) {
		file, err := b.src.openXML()
		if err != nil {
			b.err = err
			return
		}
		defer file.Close()
		x := xml.NewScanner(file)
		for n := 0; n < len(b.sheets); {
			token := x.Next()
			if token == xml.Done {
				b.err = x.Err
				return
			}
			if token != xml.Start || string(x.Name) != "Worksheet" {
				continue
			}
			r := &spreadsheetMLReader{book: b, x: x, depth: x.Depth, tail: b.sheets[n].tail}
			s := Sheet{Name: string(x.Attr("Name")), Hidden: b.sheets[n].hidden, Cells: r.cells(), Tail: func() Tail { return r.tail }}
			if !yield(s) || b.err != nil {
				return
			}
			if n++; n < len(b.sheets) {
				for x.Depth >= r.depth && x.Next() != xml.Done {
				}
			}
		}
	}
}

// A spreadsheetMLReader reads the rows of one worksheet.
type spreadsheetMLReader struct {
	book *spreadsheetML
	x    *xml.Scanner

	depth     int // of the worksheet
	tail      Tail
	row, col  int // of the row and the cell that come next
	wide      int // columns that the cell at hand is merged over
	rowStyle  string
	rowSpan   int // empty rows of the same look that follow
	cell      Cell
	filled    bool // the cell at hand has data
	inData    bool
	text      []byte
	dateStyle bool
}

func (r *spreadsheetMLReader) cells() iter.Seq[Cell] {
	return func(yield func(Cell) bool) {
		for r.x.Depth >= r.depth && r.row <= r.book.src.rowsWanted() {
			switch r.x.Next() {
			case xml.Start:
				r.start()
			case xml.Text:
				if r.inData && len(r.text) < maxText {
					r.text = append(r.text, r.x.Text[:min(len(r.x.Text), maxText-len(r.text))]...)
				}
			case xml.End:
				if !r.end(yield) {
					return
				}
			case xml.Done:
				r.book.err = r.x.Err
				return
			}
		}
	}
}

func (r *spreadsheetMLReader) start() {
	x := r.x
	switch string(x.Name) {
	case "Table":
		r.row = 0
		r.tail.Rows, r.tail.Columns = min(x.Number("ExpandedRowCount", 0), maxRows), min(x.Number("ExpandedColumnCount", 0), maxColumns)
	case "Row":
		r.row = place(x, r.row) + 1
		r.col, r.rowStyle, r.rowSpan = 0, string(x.Attr("StyleID")), span(x, "Span", maxRows)
	case "Cell":
		r.startCell()
	case "Data":
		r.startData(string(x.Attr("Type")))
	case "Comment", "PhoneticText", "WorksheetOptions", "PivotTable":
		x.Skip()
	}
}

// place is where a row or a cell stands, from 0: where its index says, or
// behind the one before.
func place(x *xml.Scanner, next int) int {
	if i := x.Number("Index", 0); i > 0 && i <= maxRows {
		return i - 1
	}
	return next
}

func (r *spreadsheetMLReader) startCell() {
	x := r.x
	r.col = place(x, r.col)
	r.cell = Cell{Row: r.row - 1, Col: r.col}
	r.filled, r.inData = false, false
	style := string(x.Attr("StyleID"))
	if style == "" {
		style = r.rowStyle
	}
	look := r.book.styles[style]
	r.cell.Bold, r.dateStyle = look.bold, look.date
	across, down := span(x, "MergeAcross", maxColumns), span(x, "MergeDown", maxRows)
	if across+down > 0 && len(r.tail.Merged) < maxMerged {
		r.tail.Merged = append(r.tail.Merged, Range{r.cell.Row, r.col, r.cell.Row + down, r.col + across})
	}
	r.wide = across
	if f := strings.TrimPrefix(string(x.Attr("Formula")), "="); f != "" {
		r.cell.Formula = Formula{Text: fromR1C1(f[:min(len(f), maxFormula)], r.cell.Row, r.col), Row: r.cell.Row, Col: r.col}
	}
}

// span is how many more columns or rows something takes than one.
func span(x *xml.Scanner, attr string, most int) int { return max(0, min(x.Number(attr, 0), most)) }

// startData notes what a cell holds; its text follows.
func (r *spreadsheetMLReader) startData(kind string) {
	r.text, r.inData, r.filled = r.text[:0], true, true
	switch kind {
	case "Number":
		if r.cell.Kind = CellNumber; r.dateStyle {
			r.cell.Kind = CellDate
		}
	case "DateTime":
		r.cell.Kind = CellDate
	case "Boolean":
		r.cell.Kind = CellBool
	case "Error":
		r.cell.Kind = CellError
	}
}

func (r *spreadsheetMLReader) end(yield func(Cell) bool) bool {
	switch string(r.x.Name) {
	case "Row":
		r.row += r.rowSpan
	case "Data":
		r.inData = false
	case "Cell":
		next := r.col + 1 + r.wide
		ok := r.endCell(yield)
		r.col = next
		return ok
	}
	return true
}

// endCell hands the cell on unless it is blank.
func (r *spreadsheetMLReader) endCell(yield func(Cell) bool) bool {
	c := r.cell
	limits := r.book.src.Limits
	if c.Row < 0 || c.Row >= r.book.src.rowsWanted() || c.Col >= limits.Columns || !r.filled && !c.Formula.Present() {
		return true
	}
	if c.Kind != CellBool && c.Kind != CellError {
		c.Text = string(r.text[:min(len(r.text), maxText)])
	}
	if !r.filled {
		c.Text = ""
	}
	if c.Kind == CellText && strings.TrimSpace(c.Text) == "" && !c.Formula.Present() {
		return true
	}
	return yield(c)
}

// A reference in R1C1 notation: R2C3, R[-1]C, C[2], R; the groups are the row
// and the column with their letters.
var r1c1Pattern = regexp.MustCompile(`^(?i:(R(?:\[-?\d{1,7}\]|\d{1,7})?)?(C(?:\[-?\d{1,5}\]|\d{1,5})?)?)`)

// fromR1C1 writes the references of a formula in A1 notation, seen from a
// cell. Texts and names stay.
func fromR1C1(s string, row, col int) string {
	var out strings.Builder
	for i := 0; i < len(s); {
		n := 1
		switch c := s[i]; {
		case c == '"', c == '\'':
			n = quotedLength(s[i:])
			out.WriteString(s[i : i+n])
		case c == '[':
			n = bracketLength(s[i:])
			out.WriteString(s[i : i+n])
		case isWordAt(s[i:]):
			n = writeR1C1(&out, s, i, row, col)
		default:
			out.WriteByte(c)
		}
		i += n
	}
	return out.String()
}

// writeR1C1 writes the word that begins at i, and tells how long it is.
func writeR1C1(out *strings.Builder, s string, i, row, col int) int {
	m := r1c1Pattern.FindStringSubmatch(s[i:])
	n := len(m[0])
	if n > 0 && (i+n == len(s) || !isWordAt(s[i+n:]) && !strings.ContainsRune("(![", rune(s[i+n]))) {
		joined := i+n < len(s) && s[i+n] == ':' || i > 0 && s[i-1] == ':'
		out.WriteString(fromCorner(m[1], m[2], row, col, joined))
		return n
	}
	for n = 0; i+n < len(s) && isWordAt(s[i+n:]); {
		_, size := utf8.DecodeRuneInString(s[i+n:])
		n += size
	}
	out.WriteString(s[i : i+n])
	return n
}

// fromCorner writes a row and a column, of which one may be missing; whole
// rows and columns are a range unless they are joined to another.
func fromCorner(r, c string, row, col int, joined bool) string {
	rowText, colText := "", ""
	if r != "" {
		n, absolute := fromAxis(r[1:], row, maxRows)
		rowText = absolute + strconv.Itoa(n+1)
	}
	if c != "" {
		n, absolute := fromAxis(c[1:], col, maxColumns)
		colText = absolute + columnName(n)
	}
	if (r == "" || c == "") && !joined {
		return colText + rowText + ":" + colText + rowText
	}
	return colText + rowText
}

// fromAxis reads 3 or [-1] or nothing. References wrap around the sheet.
func fromAxis(s string, at, size int) (n int, absolute string) {
	switch n, _ = strconv.Atoi(strings.Trim(s, "[]")); {
	case s == "":
		return at, ""
	case s[0] == '[':
		return ((at+n)%size + size) % size, ""
	}
	return max(0, min(n, size)-1), "$"
}
