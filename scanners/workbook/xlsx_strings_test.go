package workbook

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

// TestStringsSharedOrNot: a workbook tells the same whether its strings stand
// in its cells or in a table of whatever order, at either depth, although most
// of the table is not kept.
func TestStringsSharedOrNot(t *testing.T) {
	for _, rows := range []int{10, 400, 9000} {
		inline, shared := twinBooks(t, 7, rows)
		for _, depth := range []inventory.Depth{inventory.DepthHeads, inventory.DepthFull} {
			want, err := readBytes(inline, "x.xlsx", Options{Depth: depth})
			if err != nil {
				t.Fatal(err)
			}
			got, err := readBytes(shared, "x.xlsx", Options{Depth: depth})
			if err != nil {
				t.Fatal(err)
			}
			want.BytesRead, got.BytesRead = 0, 0
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d rows, depth %d (-inline +shared):\n%.3000s", rows, depth, diff)
			}
			if n := len(want.Sheets[3].Regions); n == 0 || len(want.Sheets[3].Regions[n-1].Headings) != 4 {
				t.Errorf("%d rows, depth %d: %+v", rows, depth, want.Sheets[3].Regions)
			}
		}
	}
}

// twinBooks makes a workbook of several sheets twice: with strings in its
// cells and with them in a table that was shuffled. Many cells are blank
// strings, and each sheet has a second table below its first.
func twinBooks(t *testing.T, sheets, rows int) (inline, shared []byte) {
	parts := plainParts("")
	delete(parts, "xl/worksheets/sheet1.xml")
	twin := map[string]string{}
	rnd := rand.New(rand.NewPCG(5, uint64(rows)))
	order := rnd.Perm(sheets * (rows + 2) * 4)
	table := make([]string, len(order))
	var book, rels strings.Builder
	n := 0
	for s := range sheets {
		var one, other strings.Builder
		for _, b := range []*strings.Builder{&one, &other} {
			b.WriteString(`<worksheet><sheetData>`)
		}
		for row := range rows + 2 {
			at := row
			if row > rows/2 {
				at += 5
			}
			for _, b := range []*strings.Builder{&one, &other} {
				fmt.Fprintf(b, `<row r="%d">`, at+1)
			}
			for col, text := range twinRow(rnd, s, row, row == 0 || row == rows/2+1) {
				fmt.Fprintf(&one, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, cellName(at, col), text)
				fmt.Fprintf(&other, `<c r="%s" t="s"><v>%d</v></c>`, cellName(at, col), order[n])
				table[order[n]] = text
				n++
			}
			for _, b := range []*strings.Builder{&one, &other} {
				fmt.Fprintf(b, `<c r="E%d"><v>%d</v></c></row>`, at+1, row)
			}
		}
		for _, b := range []*strings.Builder{&one, &other} {
			b.WriteString(`</sheetData></worksheet>`)
		}
		name := fmt.Sprintf("xl/worksheets/sheet%d.xml", s+1)
		parts[name], twin[name] = one.String(), other.String()
		fmt.Fprintf(&book, `<sheet name="S%d" sheetId="%d" r:id="s%d"/>`, s, s, s)
		fmt.Fprintf(&rels, `<Relationship Id="s%d" Type="%sworksheet" Target="worksheets/sheet%d.xml"/>`, s, relationTypes, s+1)
	}
	parts["xl/workbook.xml"] = `<workbook xmlns:r="x"><sheets>` + book.String() + `</sheets></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = strings.Replace(parts["xl/_rels/workbook.xml.rels"], "</Relationships>", rels.String()+"</Relationships>", 1)
	inline = zipOf(t, parts)
	for name, sheet := range twin {
		parts[name] = sheet
	}
	parts["xl/sharedStrings.xml"] = "<sst><si><t>" + strings.Join(table, "</t></si><si><t>") + "</t></si></sst>"
	return inline, zipOf(t, parts)
}

func twinRow(rnd *rand.Rand, sheet, row int, headings bool) []string {
	if headings {
		return []string{"Order", fmt.Sprint("Name of customer ", sheet), "E-mail", "Remarks &amp; notes"}
	}
	out := []string{fmt.Sprintf("ORD-%05d", row), strings.Repeat("x", rnd.IntN(30)), fmt.Sprintf("kim%d@alderbay.example", rnd.IntN(40)), []string{" ", "late"}[rnd.IntN(2)]}
	if row%7 == 3 {
		clear(out)
	}
	return out
}
