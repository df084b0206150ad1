package emulator

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strings"
	"sync"

	"github.com/xuri/excelize/v2"
)

func givenName(r uint64) string {
	return pick(r, "Ada", "Ben", "Chloe", "Dmitri", "Esme", "Farid", "Grace", "Hugo", "Ines", "Jonas", "Keiko", "Liam", "Maya", "Nils",
		"Olga", "Pablo", "Quinn", "Rosa", "Samir", "Tess", "Uma", "Victor", "Wanda", "Xenia", "Yusuf", "Zoe")
}

func familyName(r uint64) string {
	return pick(r, "Abbott", "Brandt", "Costa", "Dube", "Evans", "Fischer", "Garcia", "Hansen", "Ito", "Jensen", "Kaya", "Lund", "Moreau",
		"Novak", "Okafor", "Petrov", "Quist", "Rossi", "Silva", "Tanaka", "Ueda", "Varga", "Weiss", "Xu", "Young", "Zeller")
}

func department(r uint64) string {
	return pick(r, "Admissions", "Biology", "Chemistry", "Estates", "Finance", "History", "Library", "Marketing", "Mathematics", "Research")
}

func title(r uint64) string {
	return pick(r, "Administrator", "Lecturer", "Manager", "Professor", "Technician", "Assistant")
}

func pick(r uint64, from ...string) string { return from[r%uint64(len(from))] }

// A template is a kind of workbook that people make. Columns are a heading and how its cells are made: "n" number, "d" date, "t" text,
// anything that begins with "=" a formula in which # is the row.
type template struct {
	name    string
	columns [][2]string
}

func templates() []template {
	return []template{
		{"Budget", [][2]string{{"Cost centre", "t"}, {"Budget", "n"}, {"Spent", "n"}, {"Remaining", "=B#-C#"}}},
		{"Gradebook", [][2]string{{"Student ID", "n"}, {"Assignment 1", "n"}, {"Assignment 2", "n"}, {"Final grade", "=AVERAGE(B#:C#)"}}},
		{"Equipment list", [][2]string{{"Asset tag", "t"}, {"Model", "t"}, {"Purchased", "d"}, {"Location", "t"}}},
		{"Contacts", [][2]string{{"Organisation", "t"}, {"Contact person", "t"}, {"Last contacted", "d"}, {"Next step", "t"}}},
		{"Leave planner", [][2]string{{"Employee", "t"}, {"From", "d"}, {"To", "d"}, {"Days", "=C#-B#"}}},
		{"Requests", [][2]string{{"Ticket", "n"}, {"Reported by", "t"}, {"Priority", "t"}, {"Status", "t"}}},
		{"Timesheet", [][2]string{{"Employee", "t"}, {"Week", "n"}, {"Hours", "n"}, {"Overtime", "=MAX(0,C#-40)"}}},
		{"Measurements", [][2]string{{"Sample", "n"}, {"Temperature", "n"}, {"Absorbance", "n"}, {"Ratio", "=C#/B#"}}},
		{"Seating plan", [][2]string{{"Table", "n"}, {"Guest", "t"}, {"Meal", "t"}}},
		{"Risk register", [][2]string{{"Risk", "t"}, {"Likelihood", "n"}, {"Impact", "n"}, {"Score", "=B#*C#"}}},
	}
}

const templateVariants = 4 // of each template, which differ in their values and length

// workbooks makes the few contents that procedural files share, each when it is first asked for.
type workbooks struct {
	once       sync.Once
	templates  []template
	xlsx, csvs []Content
	notes      Content
}

func (m *workbooks) prepare() {
	m.templates = templates()
	for _, t := range m.templates {
		for v := range templateVariants {
			m.xlsx = append(m.xlsx, LazyContent(func() ([]byte, error) { return t.xlsx(v) }))
			m.csvs = append(m.csvs, LazyContent(func() ([]byte, error) { return t.csv(v) }))
		}
	}
	m.notes = BytesContent([]byte("Minutes\n\nPresent: everybody.\nNothing was decided.\n"))
}

// fill gives the i-th procedural file of a drive its name and content: mostly workbooks, some text.
func (m *workbooks) fill(it *Item, suite string, r uint64, i int) {
	m.once.Do(m.prepare)
	t, v := int(r>>30%uint64(len(m.templates))), int(r>>40%templateVariants)
	stem := fmt.Sprintf("%s %s %d", m.templates[t].name, department(r>>24), i)
	switch kind := r >> 50 % 10; {
	case kind < 2:
		it.Name, it.Content = stem+".txt", m.notes
	case kind < 4:
		it.Name, it.Content = stem+".csv", m.csvs[t*templateVariants+v]
	case kind < 7 && suite == Google:
		it.Name, it.Sheet = stem, func() Sheet { return m.templates[t].sheet(v) }
	default:
		it.Name, it.Content = stem+".xlsx", m.xlsx[t*templateVariants+v]
	}
}

func (t template) rows(variant int) int { return 8 + 7*variant }

// cell is the value of a cell, or its formula when the first rune is "=". Rows count from 1, the headings are row 1.
func (t template) cell(variant, row, column int) any {
	kind := t.columns[column][1]
	r := scramble(uint64(variant), uint64(row), uint64(column))
	switch {
	case row == 1:
		return t.columns[column][0]
	case strings.HasPrefix(kind, "="):
		return strings.ReplaceAll(kind, "#", fmt.Sprint(row))
	case kind == "n":
		return float64(r%9000+1000) / 10
	case kind == "d":
		return dawn().AddDate(0, 0, int(r%365)).Format("2006-01-02")
	default:
		return familyName(r) + " " + string(rune('A'+r>>16%26))
	}
}

func (t template) xlsx(variant int) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	for row := 1; row <= t.rows(variant); row++ {
		for column := range t.columns {
			if err := t.set(f, variant, row, column); err != nil {
				return nil, fmt.Errorf("template %s: %w", t.name, err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, fmt.Errorf("template %s: %w", t.name, err)
	}
	return b.Bytes(), nil
}

func (t template) set(f *excelize.File, variant, row, column int) error {
	at, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		return err
	}
	value := t.cell(variant, row, column)
	if formula, ok := value.(string); ok && row > 1 && strings.HasPrefix(formula, "=") {
		return f.SetCellFormula("Sheet1", at, formula[1:])
	}
	return f.SetCellValue("Sheet1", at, value)
}

func (t template) csv(variant int) ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	for row := 1; row <= t.rows(variant); row++ {
		record := make([]string, len(t.columns))
		for column := range t.columns {
			record[column] = fmt.Sprint(t.cell(variant, row, column))
		}
		if err := w.Write(record); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

func (t template) sheet(variant int) Sheet {
	tab := Tab{Title: t.name, RowCount: 1000, ColumnCount: 26, FrozenRows: 1}
	for row := 1; row <= t.rows(variant); row++ {
		cells := make([]Cell, len(t.columns))
		for column := range t.columns {
			value := t.cell(variant, row, column)
			if formula, ok := value.(string); ok && strings.HasPrefix(formula, "=") {
				cells[column].Formula = formula
			} else {
				cells[column].Value = value
			}
		}
		tab.Rows = append(tab.Rows, cells)
	}
	return Sheet{Locale: "en_GB", TimeZone: "Europe/London", Tabs: []Tab{tab}}
}
