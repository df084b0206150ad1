package workbook

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/target"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// An odsSurvey goes through a part of an OpenDocument spreadsheet for
// everything but the cells.
type odsSurvey struct {
	*odsBook
	x       *xml.Scanner
	flat    bool // the part is a whole document
	isSheet bool // and it is a spreadsheet's
	isOther bool // or that of another program
	family  string
	style   string // at hand
	entry   string // of the settings, the sheet
	item    string
	pivoted *odsSetting // of the sheet of the pivot table at hand, which is its last; nil for none
}

func (b *odsBook) survey(open func() (io.ReadCloser, error)) error {
	rc, err := open()
	if err != nil {
		return err
	}
	defer rc.Close()
	v := odsSurvey{odsBook: b, x: xml.NewScanner(rc)}
	for b.sheets <= b.src.Limits.Sheets && !v.isOther {
		switch v.x.Next() {
		case xml.Start:
			v.start()
		case xml.Text:
			v.setting()
		case xml.End:
			v.item = ""
		case xml.Done:
			if v.x.Err == nil && v.flat && !v.isSheet {
				return unreadable("not-a-workbook", "it is an OpenDocument file of another kind")
			}
			return v.x.Err
		}
	}
	if v.isOther {
		return unreadable("not-a-workbook", "it is an OpenDocument file of another kind")
	}
	return unreadable("too-large", "more than %d sheets", b.src.Limits.Sheets)
}

func (v *odsSurvey) start() {
	x := v.x
	switch name := string(x.Name); name {
	case "table-cell":
		v.cellLinks()
	case "table-row", "p", "covered-table-cell", "table-column": // most of the others
	case "table":
		v.table(string(x.Attr("name")))
		if x.IsTrue("protected") {
			v.meta.Protected++
		}
	case "document", "document-content", "spreadsheet", "text", "drawing", "presentation":
		v.document(name)
	case "style", "text-properties", "table-properties", "properties":
		v.styles(name)
	case "config-item-map-entry":
		v.entry = string(x.Attr("name"))
	case "config-item":
		v.item = string(x.Attr("name"))
	case "module":
		v.addModule(string(x.Attr("name")))
	case "object", "tracked-changes", "forms":
		x.Skip()
	default:
		v.declarations(name)
	}
}

// document tells spreadsheets from texts and drawings by what the body holds
// (3.2, 3.3).
func (v *odsSurvey) document(name string) {
	switch {
	case name == "document":
		v.flat = true
		if odsFormatOf(string(v.x.Attr("mimetype"))) == "ots" {
			v.meta.Format = "fots"
		}
	case name == "document-content":
		v.flat = true
	case v.x.Depth == 3:
		if v.isSheet = name == "spreadsheet"; v.x.IsTrue("structure-protected") {
			v.meta.Protected++
		}
		v.isOther = !v.isSheet
	}
}

func (v *odsSurvey) table(name string) {
	if !isLinkedCopy(name) {
		v.sheets++
		return
	}
	file, _, _ := strings.Cut(name[1:], "'#")
	v.addLink(file)
}

func (b *odsBook) addLink(address string) {
	m := &b.meta
	if t := target.Link(address); t != "" && !slices.Contains(m.ExternalLinks, t) && len(m.ExternalLinks) < maxNames {
		m.ExternalLinks = append(m.ExternalLinks, t)
	}
}

// cellLinks finds the other files that a cell's formula refers to:
// ['file:///rates.ods'#$Sheet1.A1] (part 4, 5.8).
func (v *odsSurvey) cellLinks() {
	if !bytes.Contains(v.x.Attrs, []byte("#")) {
		return
	}
	formula := string(v.x.Attr("formula"))
	for i := strings.Index(formula, "['"); i >= 0; i = strings.Index(formula, "['") {
		formula = formula[i+2:]
		file, rest, found := strings.Cut(formula, "'")
		if found && strings.HasPrefix(rest, "#") {
			v.addLink(file)
		}
	}
}

// styles notes which styles make text bold or hide a sheet (16.2, 17.15).
func (v *odsSurvey) styles(name string) {
	x := v.x
	switch {
	case name == "style":
		v.family, v.style = string(x.Attr("family")), string(x.Attr("name"))
		if v.family == "table-cell" && len(v.cellStyles) < 1<<17 {
			v.cellStyles[v.style] = odsStyle{parent: string(x.Attr("parent-style-name"))}
		}
	case v.family == "table-cell" && name != "table-properties":
		s, known := v.cellStyles[v.style]
		if weight := string(x.Attr("font-weight")); known && weight != "" {
			s.weighed, s.bold = true, weight == "bold" || weight >= "600" && weight <= "900"
			v.cellStyles[v.style] = s
		}
	case v.family == "table" && string(x.Attr("display")) == "false" && len(v.tableStyles) < 1<<17:
		v.tableStyles[v.style] = true
	}
}

// setting reads which rows of a sheet stay in sight. Two is the mode in which
// a part of the window is frozen.
func (v *odsSurvey) setting() {
	switch v.item {
	case "VerticalSplitMode":
		v.odsBook.setting(v.entry).frozenMode = string(v.x.Text) == "2"
	case "VerticalSplitPosition":
		v.odsBook.setting(v.entry).frozen = atoi(v.x.Text)
	}
}

// declarations reads what stands before and behind the sheets (9.4, 9.5, 9.6).
func (v *odsSurvey) declarations(name string) {
	x := v.x
	switch name {
	case "named-range", "named-expression":
		v.addName(string(x.Attr("name")), x.IsTrue("hidden"))
	case "content-validation":
		v.validation()
	case "database-range":
		v.databaseRange()
	case "data-pilot-table":
		v.pivot()
	case "data-pilot-field":
		v.pivotField()
	case "source-cell-range":
		if sheet, _, ok := odsRange(string(x.Attr("cell-range-address"))); ok && len(v.meta.PivotSources) < maxNames {
			v.meta.addPivotSource(sheet)
		}
	case "annotation":
		v.meta.Notes++
	case "condition", "color-scale", "data-bar", "icon-set", "date-is": // rules of LibreOffice's
		v.meta.Formats++
	case "table-source", "cell-range-source":
		v.addLink(string(x.Attr("href")))
	case "dde-source":
		if topic := string(x.Attr("dde-topic")); target.IsPath(topic) {
			v.addLink(topic)
		}
	case "database-source-sql", "database-source-query", "database-source-table", "source-service":
		v.databaseSource()
	}
}

func (b *odsBook) addName(name string, hidden bool) {
	lower := strings.ToLower(name)
	if strings.HasPrefix(lower, "_xl") || strings.HasPrefix(lower, "solver_") {
		return // Excel hides its own; LibreOffice does not say so
	}
	if !hidden && len(b.meta.DefinedNames) < maxNames {
		b.meta.DefinedNames = append(b.meta.DefinedNames, name)
	}
}

func (v *odsSurvey) validation() {
	base, _, _ := odsRange(string(v.x.Attr("base-cell-address")))
	s := v.odsBook.setting(base)
	s.validations++
	_, list, found := strings.Cut(string(v.x.Attr("condition")), "cell-content-is-in-list(")
	for found && len(s.listElements) < 1000 {
		var entry string
		if _, entry, found = strings.Cut(list, `"`); found {
			entry, list, found = strings.Cut(entry, `"`)
			s.listElements = append(s.listElements, strings.TrimSpace(entry))
		}
	}
}

// databaseRange reads a range that has a name, as tables have, or a filter.
func (v *odsSurvey) databaseRange() {
	x := v.x
	named := !strings.HasPrefix(string(x.Attr("name")), "__Anonymous")
	if named {
		v.meta.Tables++
	}
	sheet, r, ok := odsRange(string(x.Attr("target-range-address")))
	headed := string(x.Attr("contains-header")) != "false" && (named || x.IsTrue("display-filter-buttons"))
	if s := v.odsBook.setting(sheet); ok && headed && len(s.headed) < maxMerged {
		s.headed = append(s.headed, r)
	}
}

// databaseSource reads where a range or a pivot table has its data from; what
// is asked there is nobody's business.
func (v *odsSurvey) databaseSource() {
	x := v.x
	database := string(x.Attr("database-name"))
	if database == "" {
		database = string(x.Attr("source-name"))
	}
	target := target.Join(target.Host(database), target.Object(string(x.Attr("database-table-name"))))
	c := inventory.Connection{Kind: "database", Target: target}
	if m := &v.meta; !slices.Contains(m.Connections, c) && len(m.Connections) < maxNames {
		m.Connections = append(m.Connections, c)
	}
}
