package workbook

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// TestHostileShapes: sheets made to be costly are answered all the same.
func TestHostileShapes(t *testing.T) {
	wide := func(cell func(row, col int) string, rows, cols int) string {
		var b strings.Builder
		b.WriteString("<worksheet><sheetData>")
		for row := range rows {
			fmt.Fprintf(&b, `<row r="%d">`, row+1)
			for col := range cols {
				b.WriteString(cell(row, col))
			}
			b.WriteString("</row>")
		}
		b.WriteString("</sheetData><mergeCells>")
		for i := range 20_000 {
			fmt.Fprintf(&b, `<mergeCell ref="A1:%s"/>`, cellName(0, i%maxColumns))
		}
		b.WriteString("</mergeCells></worksheet>")
		return b.String()
	}
	text := func(s string) string { return `<c t="inlineStr"><is><t>` + s + `</t></is></c>` }
	for name, sheet := range map[string]string{
		"wide":      wide(func(_, col int) string { return text(fmt.Sprint("Name ", col)) }, 12, maxColumns),
		"checkered": wide(func(row, col int) string { return fmt.Sprintf(`<c r="%s"><v>1</v></c>`, cellName(row, 2*col)) }, 12, maxColumns/2),
		"one row":   wide(func(_, _ int) string { return `<c r="A1"><v>1</v></c>` }, 1, 300_000),
		"backwards": wide(func(row, _ int) string { return fmt.Sprintf(`<c r="A%d"><v>1</v></c>`, 5000-row) }, 5000, 1),
		"every other": wide(func(row, _ int) string {
			return fmt.Sprintf(`<c r="A%d"><v>1</v></c><c r="XFD%d"><v>1</v></c>`, 2*row+1, 2*row+1)
		}, 20_000, 1),
		"no end":  "<worksheet><sheetData>" + strings.Repeat("<c>", 500_000),
		"deep":    strings.Repeat("<worksheet>", 500_000),
		"attrs":   `<worksheet><sheetData><row r="1"><c ` + strings.Repeat(`a="1" `, 100_000) + `><v>1</v></c></row></sheetData></worksheet>`,
		"formula": `<worksheet><sheetData><row r="1"><c r="A1"><f>` + strings.Repeat("A1+(", 1_000_000) + `</f></c></row></sheetData></worksheet>`,
	} {
		t.Run(name, func(t *testing.T) {
			b := zipOf(t, plainParts(sheet))
			start := time.Now()
			s, err := readBytes(b, "x.xlsx", Options{})
			if err == nil {
				checkStructure(t, name, s)
			}
			t.Logf("%d KB in %v: %v", len(sheet)>>10, time.Since(start).Round(time.Millisecond), err)
			if time.Since(start) > 30*time.Second {
				t.Errorf("took %v", time.Since(start))
			}
		})
	}
}
