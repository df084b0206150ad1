package workbook

import (
	"archive/zip"
	"bufio"
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

// A benchFile is a workbook of one sheet, written as fast as can be: a ticket
// list of ten columns with people, addresses, dates, a status and a formula.
// Its parts lie in the order in which Excel writes them.
type benchFile struct {
	shared bool // strings shared and formulas too, as Excel does; or all in their cells, as libraries do
	rows   int
	rnd    *rand.Rand
	row    strings.Builder
	table  map[string]int
	order  []string
}

// About how many bytes a row adds to the file.
const (
	benchRowShared = 65
	benchRowInline = 68
)

// benchBook makes a workbook of about the given size.
func benchBook(t testing.TB, size int, shared bool) []byte {
	t.Helper()
	f := &benchFile{shared: shared, rows: size / benchRowInline, rnd: rand.New(rand.NewPCG(1, 2)), table: map[string]int{}}
	if shared {
		f.rows = size / benchRowShared
	}
	var out bytes.Buffer
	if err := f.write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const mainNamespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"

var benchHeadings = []string{"Ticket", "Opened by", "E-mail", "Subject", "Opened", "Status", "Urgent", "Hours", "Rate", "Cost"}

func (f *benchFile) write(to io.Writer) error {
	z := zip.NewWriter(to)
	part := func(name string, content func(*bufio.Writer)) error {
		w, err := z.Create(name)
		if err != nil {
			return err
		}
		b := bufio.NewWriterSize(w, 1<<16)
		b.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n")
		content(b)
		return b.Flush()
	}
	text := func(s string) func(*bufio.Writer) { return func(b *bufio.Writer) { b.WriteString(s) } }
	small := plainParts("")
	for name, element := range map[string]string{"[Content_Types].xml": "Types", "_rels/.rels": "Relationships", "xl/_rels/workbook.xml.rels": "Relationships"} {
		space := "http://schemas.openxmlformats.org/package/2006/" + map[string]string{"Types": "content-types", "Relationships": "relationships"}[element]
		small[name] = strings.Replace(small[name], "<"+element, "<"+element+` xmlns="`+space+`"`, 1)
	}
	for _, p := range []struct {
		name    string
		content func(*bufio.Writer)
	}{
		{"[Content_Types].xml", text(small["[Content_Types].xml"])},
		{"_rels/.rels", text(small["_rels/.rels"])},
		{"xl/workbook.xml", text(`<workbook xmlns="` + mainNamespace + `" xmlns:r="` + strings.TrimSuffix(relationTypes, "/") + `"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`)},
		{"xl/_rels/workbook.xml.rels", text(strings.Replace(small["xl/_rels/workbook.xml.rels"], "</Relationships>",
			`<Relationship Id="r3" Type="`+relationTypes+`styles" Target="styles.xml"/></Relationships>`, 1))},
		{"xl/worksheets/sheet1.xml", f.sheet},
		{"xl/styles.xml", text(`<styleSheet xmlns="` + mainNamespace + `"><fonts><font/><font><b/></font></fonts><cellXfs><xf/><xf fontId="1"/><xf numFmtId="14"/></cellXfs></styleSheet>`)},
		{"xl/sharedStrings.xml", f.sharedStrings},
	} {
		if err := part(p.name, p.content); err != nil {
			return err
		}
	}
	return z.Close()
}

func (f *benchFile) sheet(b *bufio.Writer) {
	fmt.Fprintf(b, `<worksheet xmlns="`+mainNamespace+`"><dimension ref="A1:J%d"/><sheetData>`, f.rows+1)
	b.WriteString(`<row r="1" spans="1:10">`)
	for col, h := range benchHeadings {
		f.text(b, 0, col, h, ` s="1"`)
	}
	b.WriteString(`</row>`)
	for row := 1; row <= f.rows; row++ {
		f.write1(b, row)
	}
	b.WriteString(`</sheetData><pageMargins left="0.7" right="0.7" top="0.75" bottom="0.75" header="0.3" footer="0.3"/></worksheet>`)
}

func (f *benchFile) write1(b *bufio.Writer, row int) {
	who := f.rnd.IntN(5000)
	fmt.Fprintf(b, `<row r="%d" spans="1:10">`, row+1)
	number := func(col int, style, v string) {
		fmt.Fprintf(b, `<c r="%s"%s><v>%s</v></c>`, cellName(row, col), style, v)
	}
	number(0, "", fmt.Sprint(100000+row))
	f.text(b, row, 1, fmt.Sprintf("%s %s", benchWords[who%len(benchWords)], benchWords[who/50%len(benchWords)]), "")
	f.text(b, row, 2, fmt.Sprintf("%s%d@alderbay.example", benchWords[who%len(benchWords)], who), "")
	f.text(b, row, 3, fmt.Sprintf("%s %s no %d", benchWords[f.rnd.IntN(len(benchWords))], benchWords[f.rnd.IntN(len(benchWords))], row), "")
	number(4, ` s="2"`, fmt.Sprint(40000+f.rnd.IntN(5000)))
	f.text(b, row, 5, [...]string{"Open", "Closed", "In progress", "Waiting"}[f.rnd.IntN(4)], "")
	fmt.Fprintf(b, `<c r="G%d" t="b"><v>%d</v></c>`, row+1, f.rnd.IntN(2))
	number(7, "", fmt.Sprint(f.rnd.IntN(40)))
	number(8, "", fmt.Sprintf("%d.5", 40+f.rnd.IntN(90)))
	switch {
	case !f.shared:
		fmt.Fprintf(b, `<c r="J%d"><f>ROUND(H%d*I%d,2)</f><v>%d</v></c>`, row+1, row+1, row+1, f.rnd.IntN(9000))
	case row == 1:
		fmt.Fprintf(b, `<c r="J2"><f t="shared" ref="J2:J%d" si="0">ROUND(H2*I2,2)</f><v>%d</v></c>`, f.rows+1, f.rnd.IntN(9000))
	default:
		fmt.Fprintf(b, `<c r="J%d"><f t="shared" si="0"/><v>%d</v></c>`, row+1, f.rnd.IntN(9000))
	}
	b.WriteString(`</row>`)
}

var benchWords = strings.Fields(`amber basin cedar delta ember fjord grove haven inlet jetty knoll larch mesa north otter
	pearl quartz ridge shoal thorn umber valley willow yarrow zephyr alder birch coral drift eagle flint gorse heath iris
	juniper kelp linden marsh nettle oxbow plover quail reed sedge teal upland vetch wren yew`)

func (f *benchFile) text(b *bufio.Writer, row, col int, s, style string) {
	if !f.shared {
		fmt.Fprintf(b, `<c r="%s"%s t="inlineStr"><is><t>%s</t></is></c>`, cellName(row, col), style, s)
		return
	}
	i, known := f.table[s]
	if !known {
		i = len(f.order)
		f.table[s] = i
		f.order = append(f.order, s)
	}
	fmt.Fprintf(b, `<c r="%s"%s t="s"><v>%d</v></c>`, cellName(row, col), style, i)
}

func (f *benchFile) sharedStrings(b *bufio.Writer) {
	fmt.Fprintf(b, `<sst xmlns="`+mainNamespace+`" uniqueCount="%d">`, len(f.order))
	for _, s := range f.order {
		b.WriteString(`<si><t>` + s + `</t></si>`)
	}
	b.WriteString(`</sst>`)
}
