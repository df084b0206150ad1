package workbook

import (
	"strings"

	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// startOther reads what stands before and behind the cells.
func (r *xlsxSheetReader) startOther(x *xml.Scanner) {
	switch string(x.Name) {
	case "sheetData":
		r.inData = true
	case "pane":
		if state := string(x.Attr("state")); state == "frozen" || state == "frozenSplit" {
			r.tail.Frozen = x.Number("ySplit", 0)
		}
	case "dimension":
		r.dimension(string(x.Attr("ref")))
	case "mergeCell":
		if m, err := ParseRange(string(x.Attr("ref"))); err == nil && len(r.tail.Merged) < maxMerged {
			r.tail.Merged = append(r.tail.Merged, m)
		}
	case "autoFilter":
		if f, err := ParseRange(string(x.Attr("ref"))); err == nil {
			r.tail.Headed = append(r.tail.Headed, f)
		}
	case "dataValidation":
		r.tail.Validations++
	case "cfRule":
		r.tail.Formats++
	case "sheetProtection":
		if x.IsTrue("sheet") {
			r.tail.Protected++
		}
	case "protectedRange":
		r.tail.Protected++
	case "formula1":
		r.begin("formula1")
	}
}

// Merged ranges are looked at around headings only.
const maxMerged = 10_000

// dimension is the extent that the writer claims; believed only as far as the
// rows that are not read, and not where it claims the whole sheet.
func (r *xlsxSheetReader) dimension(ref string) {
	if d, err := ParseRange(ref); err == nil && d.Bottom < maxRows-1 && d.Right < maxColumns-1 {
		r.tail.Rows, r.tail.Columns = d.Bottom+1, d.Right+1
	}
}

// appendEntries takes apart a list that is written out: "open,closed".
func appendEntries(to []string, formula string) []string {
	formula = strings.TrimSpace(formula)
	if len(formula) < 2 || formula[0] != '"' || len(to) > 1000 {
		return to
	}
	for entry := range strings.SplitSeq(strings.Trim(formula, `"`), ",") {
		to = append(to, strings.TrimSpace(entry))
	}
	return to
}

// finish tells what stood around the cells, tables included.
func (r *xlsxSheetReader) finish() Tail {
	rels, err := r.book.relations(r.part)
	if err != nil {
		return r.tail
	}
	for table := range rels.all("table") {
		r.readTable(table)
	}
	for pivot := range rels.all("pivotTable") {
		r.readPivot(pivot)
	}
	return r.tail
}

// readTable learns where a table lies, when it has headings.
func (r *xlsxSheetReader) readTable(part string) {
	r.book.fail(r.book.scan(part, func(x *xml.Scanner, token xml.Token) bool {
		if token != xml.Start || string(x.Name) != "table" {
			return true
		}
		if t, err := ParseRange(string(x.Attr("ref"))); err == nil && x.Number("headerRowCount", 1) > 0 {
			r.tail.Headed = append(r.tail.Headed, t)
		}
		return false
	}))
}
