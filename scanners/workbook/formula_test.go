package workbook

import (
	"regexp"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParseFormula(t *testing.T) {
	at := func(s string) Formula { return Formula{Text: s, Row: 4, Col: 2} } // C5
	for _, c := range []struct {
		in        Formula
		shape     string
		functions []string
	}{
		{at("SUM(A5:B5)"), "SUM(RC[-2]:RC[-1])", []string{"SUM"}},
		{at("=sum($A$1:B$2,$C5)"), "SUM(R1C1:R2C[-1],RC3)", []string{"SUM"}},
		{at(`IF(A5="say ""hush""",1.5E-3,TRUE)`), "IF(RC[-2]=TEXT,NUM,BOOL)", []string{"IF"}},
		{at(`'Margot''s sheet'!A5+Sheet2!B6`), "Sheet!RC[-2]+Sheet!R[1]C[-1]", nil},
		{at(`[1]Rates!$B$2*'C:\x\[Book.xlsx]Rates'!A1`), "[Book]Sheet!R2C2*[Book]Sheet!R[-4]C[-2]", nil},
		{at(`_xlfn.XLOOKUP(A5,A:A,$B:$B,"none")&_xlfn._xlws.FILTER(1:3,2)`), "XLOOKUP(RC[-2],COL:COL,COL:COL,TEXT)&FILTER(ROW:ROW,NUM)", []string{"XLOOKUP", "FILTER"}},
		{at(`SUM(Orders[[#This Row],[Unit price]])+Orders[Qty]`), "SUM(Table[Column])+Table[Column]", []string{"SUM"}},
		{at(`{1,2;"a}",4}+#REF!+Rate_2024`), "{ARRAY}+ERROR+NAME", nil},
		{at(`IFERROR(VLOOKUP(A5,Data!A1:B9,2,0),#N/A)`), "IFERROR(VLOOKUP(RC[-2],Sheet!R[-4]C[-2]:R[4]C[-1],NUM,NUM),ERROR)", []string{"IFERROR", "VLOOKUP"}},
		{at(`SUMME(A5;B5)`), "SUMME(RC[-2];RC[-1])", []string{"SUMME"}},
		{at(`"unclosed`), "TEXT", nil},
		{at(`A5 & 'unclosed`), "RC[-2]&Sheet", nil},
		{Formula{Opaque: true}, "", nil},
		{Formula{}, "", nil},
	} {
		got := parseFormula(c.in)
		if got.shape != c.shape {
			t.Errorf("%s: shape %s, want %s", c.in.Text, got.shape, c.shape)
		}
		if diff := cmp.Diff(c.functions, got.functions); diff != "" {
			t.Errorf("%s: functions (-want +got):\n%s", c.in.Text, diff)
		}
	}
}

// TestFormulasOfASheet: every cell that shares a formula counts, with the
// functions of the formula it shares; the shape is that of one.
func TestFormulasOfASheet(t *testing.T) {
	b := zipOf(t, plainParts(`<worksheet><sheetData>
		<row r="1"><c r="A1" t="inlineStr"><is><t>Amount</t></is></c><c r="B1" t="inlineStr"><is><t>Tax</t></is></c></row>
		<row r="2"><c r="A2"><v>1</v></c><c r="B2"><f t="shared" ref="B2:B4" si="0">ROUND(A2*0.2,2)</f><v>1</v></c></row>
		<row r="3"><c r="A3"><v>2</v></c><c r="B3"><f t="shared" si="0"/><v>1</v></c></row>
		<row r="4"><c r="A4"><v>3</v></c><c r="B4"><f t="shared" si="0"/></c></row>
		<row r="5"><c r="A5"><f>SUM(A2:A4)</f><v>6</v></c><c r="B5"><f t="array" ref="B5">SUM(B2:B4)</f><v>1</v></c></row>
	</sheetData></worksheet>`))
	sh := mustRead(t, b, "x.xlsx").Sheets[0]
	if diff := cmp.Diff(map[string]int{"ROUND": 3, "SUM": 2}, sh.Functions); diff != "" || sh.Formulas != 5 {
		t.Errorf("%d formulas (-want +got):\n%s", sh.Formulas, diff)
	}
	if diff := cmp.Diff([]string{"ROUND(RC[-1]*NUM,NUM)", "SUM(R[-3]C:R[-1]C)"}, sh.Regions[0].Shapes); diff != "" {
		t.Errorf("shapes (-want +got):\n%s", diff)
	}
}

// TestAlike: formulas that are the same but for their rows are known as such,
// and others are not.
func TestAlike(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"ROUND(H2*I2,2)", "ROUND(H3*I3,2)", true},
		{"A2+$B$1", "A3+$B$1", true},
		{"SUM(A2:$C99)", "SUM(A3:$C100)", true},
		{"'Q 1'!B2&\"x2\"", "'Q 1'!B3&\"x2\"", true},
		{"LOG10(A2)", "LOG10(A3)", true},
		{"A2", "A2", false},
		{"A$2", "A$3", false},
		{"A2*2", "A3*3", false}, // they are; it takes parsing to know
		{"LOG10(A2)", "LOG11(A3)", false},
		{"S1!A2", "S2!A3", false},
		{"\"A2\"", "\"A3\"", false},
		{"A2+", "A3", false},
		{"A1048576", "A1048577", false},
	} {
		if got := alike([]byte(c.a), 1, []byte(c.b), 2); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}

// FuzzAlike: what is found to be alike has the same shape. The other formula
// is the one with some of its numbers moved on by as much as its row.
func FuzzAlike(f *testing.F) {
	for _, s := range []string{"ROUND(H2*I2,2)", "$A9:B12&'a b'!C3", "[1]S!A1+T1[[#All],[c1]]", "2A3+B$A1+A1$2", "[it's]A2&[x's]", "{1,'}A2", "?A1&é1+.A1", "#REF!A2", "1:3+LOG10(2E3)"} {
		f.Add(s, uint16(3), uint8(1), uint64(1<<63-1))
	}
	number := regexp.MustCompile("[0-9]+")
	f.Fuzz(func(t *testing.T, a string, row uint16, by uint8, which uint64) {
		b := number.ReplaceAllStringFunc(a, func(digits string) string {
			which = which>>1 | which<<63
			n, err := strconv.Atoi(digits)
			if which&1 == 0 || err != nil {
				return digits
			}
			return strconv.Itoa(n + int(by))
		})
		rowA, rowB := int(row), int(row)+int(by)
		if a == "" || b == "" || !alike([]byte(a), rowA, []byte(b), rowB) {
			return
		}
		one, other := parseFormula(Formula{Text: a, Row: rowA, Col: 3}), parseFormula(Formula{Text: b, Row: rowB, Col: 3})
		if one.shape != other.shape || !slices.Equal(one.functions, other.functions) {
			t.Errorf("%q in %d is %s, %q in %d is %s", a, rowA, one.shape, b, rowB, other.shape)
		}
	})
}
