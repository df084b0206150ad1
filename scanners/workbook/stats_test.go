package workbook

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/personal"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// TestColumnStats: what is told of columns, from cells of every kind, is the
// same whether the strings are shared or not, and holds no value.
func TestColumnStats(t *testing.T) {
	var inline, shared, table strings.Builder
	n := 0
	row := func(at int, texts []string, rest string) {
		fmt.Fprintf(&inline, `<row r="%d">`, at)
		fmt.Fprintf(&shared, `<row r="%d">`, at)
		for col, s := range texts {
			if s == "" {
				continue
			}
			fmt.Fprintf(&inline, `<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, cellName(at-1, col), s)
			fmt.Fprintf(&shared, `<c r="%s" t="s"><v>%d</v></c>`, cellName(at-1, col), n)
			fmt.Fprintf(&table, `<si><t>%s</t></si>`, s)
			n++
		}
		inline.WriteString(rest + "</row>")
		shared.WriteString(rest + "</row>")
	}
	row(1, []string{"Invoice", "Contact", "Status", "Due", "Amount", "Paid"}, "")
	for i := 2; i <= 1001; i++ {
		due := ""
		if i%4 == 0 {
			due = fmt.Sprintf("2024-%02d-01", i%12+1)
		}
		row(i, []string{fmt.Sprintf("INV-%05d", i), fmt.Sprintf("kim%d@alderbay.example", i%50), []string{"Open", "Paid", "Late"}[i%3], due},
			fmt.Sprintf(`<c r="E%d"><v>%d.5</v></c><c r="F%d" s="1"><v>%d</v></c>`, i, i, i, 45000+i%30))
	}
	want := []inventory.ColumnStats{
		{Fill: 1, IDs: 1, Distinct: 1000},
		{Fill: 1, Emails: 1, Distinct: 50},
		{Fill: 1, Distinct: 3},
		{Fill: 0.25, Dates: 1, Distinct: 3},
		{Fill: 1, Numbers: 1, Distinct: 1000},
		{Fill: 1, Dates: 1, Distinct: 30},
	}
	for name, sheet := range map[string]string{"inline": inline.String(), "shared": shared.String()} {
		parts := plainParts(`<worksheet><sheetData>` + sheet + `</sheetData></worksheet>`)
		parts["xl/sharedStrings.xml"] = `<sst>` + table.String() + `</sst>`
		parts["xl/styles.xml"] = `<styleSheet><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>`
		parts["xl/_rels/workbook.xml.rels"] = strings.Replace(parts["xl/_rels/workbook.xml.rels"], "</Relationships>",
			`<Relationship Id="r3" Type="`+relationTypes+`styles" Target="styles.xml"/></Relationships>`, 1)
		file := zipOf(t, parts)
		got := mustRead(t, file, "x.xlsx").Sheets[0].Regions[0].Columns
		for i := range got {
			if w := want[min(i, len(want)-1)].Distinct; w > sketchSize && got[i].Distinct*10 > w*8 && got[i].Distinct*10 < w*12 {
				got[i].Distinct = w
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		heads, err := readBytes(file, "x.xlsx", Options{Depth: inventory.DepthHeads})
		if err != nil || heads.Sheets[0].Regions[0].Columns != nil {
			t.Errorf("%s: heads tell of columns: %v, %v", name, heads.Sheets[0].Regions[0].Columns, err)
		}
	}
}

// withoutStats leaves out of a comparison how columns are filled, which has
// tests of its own.
var withoutStats = cmpopts.IgnoreFields(inventory.Region{}, "Columns")

// TestSketch: exact while it is small, near when it is not, and the same in
// whatever order, once or in parts.
func TestSketch(t *testing.T) {
	for _, n := range []int{0, 1, 7, 255, 256, 257, 5000, 300_000} {
		var whole, one, other sketch
		order := rand.New(rand.NewPCG(7, uint64(n))).Perm(n)
		for i := range n {
			whole.add(markValue(fmt.Append(nil, i)).hash())
			half := &one
			if order[i]%2 == 0 {
				half = &other
			}
			half.add(markValue(fmt.Append(nil, order[i])).hash())
		}
		joined := one.plus(other)
		if got := whole.distinct(); n <= sketchSize && got != n || got*100 < n*80 || got*100 > n*120 {
			t.Errorf("%d different ones are told as %d", n, got)
		}
		if diff := cmp.Diff(held(whole), held(joined)); diff != "" {
			t.Errorf("%d: in parts (-whole +parts):\n%s", n, diff)
		}
		if n > 0 && n <= sketchSize && whole.without(markValue([]byte("0")).hash()).distinct() != n-1 {
			t.Errorf("%d: one is not forgotten", n)
		}
	}
}

func held(s sketch) []uint32 {
	out := slices.DeleteFunc(slices.Clone(s.slots), func(h uint32) bool { return h == 0 })
	slices.Sort(out)
	return append(out, uint32(s.halved))
}

// TestMarks: what texts look like; an address is one when personal.IsEmail says so.
func TestMarks(t *testing.T) {
	for text, want := range map[string]mark{
		"": looksBlank, "  ": looksBlank, "\u00a0\t": looksBlank, "x": 0, "Closed": 0, "a b": 0, "12": 0,
		"INV-00123": looksID, "2024A17": looksID, "9f8e-77aa-0011": looksID, "12345": looksID, "A1": 0, "see 12345": 0,
		"2024-05-01": looksDate, "1/5/24": looksDate, "01.05.2024": looksDate, "2024-05-01 10:30": looksDate, "2024-05-01T10:30:00Z": looksDate,
		"2024-05": looksID, "1/5.24": looksID, "123-45-6789": looksID, "12.5": looksID,
		"kim@alderbay.example": looksEmail, "Kim <kim@alderbay.example>": looksEmail, "kim@alderbay": 0, "@alderbay.example": 0,
	} {
		if got := markText([]byte(text)) & (1<<markBits - 1); got != want {
			t.Errorf("%q: %05b, want %05b", text, got, want)
		}
	}
}

func FuzzEmail(f *testing.F) {
	for _, s := range []string{"a@b.cd", "a@b@c.de", "@", "a@.bc", "a@b.c.dd", "é@ü.de x", "a@b..cd", "a @b.cd", "\xff@\xfe.ab"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := holdsEmail([]byte(s)), personal.IsEmail(s); got != want {
			t.Errorf("%q: %v, the pattern says %v", s, got, want)
		}
	})
}
