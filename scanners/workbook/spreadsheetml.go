package workbook

import (
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/target"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// A spreadsheetML is a workbook of Excel 2002 and 2003 written as one XML
// file (XML Spreadsheet Reference, MSDN 2001; the namespace
// urn:schemas-microsoft-com:office:spreadsheet).
//
// What is said of a sheet stands behind its cells, so that the file is gone
// through twice.
type spreadsheetML struct {
	src    *source
	meta   Meta
	sheets []spreadsheetMLSheet
	styles map[string]cellStyle
	err    error // the first that a sheet met
}

type spreadsheetMLSheet struct {
	hidden bool
	tail   Tail
}

func readSpreadsheetML(s *source) (inventory.Structure, error) {
	b, err := openSpreadsheetML(s)
	if err != nil {
		return inventory.Structure{}, err
	}
	out := Build(b.grid(), b.meta)
	return out, b.err
}

func openSpreadsheetML(s *source) (*spreadsheetML, error) {
	b := &spreadsheetML{src: s, meta: s.meta("spreadsheetml"), styles: map[string]cellStyle{}}
	if err := b.survey(); err != nil {
		return nil, err
	}
	slices.Sort(b.meta.ExternalLinks)
	return b, nil
}

// A spreadsheetMLSurvey goes through the file for everything but the cells.
type spreadsheetMLSurvey struct {
	*spreadsheetML
	x      *xml.Scanner
	style  string
	text   []byte // of the element at hand
	frozen bool   // the sheet at hand
	split  int
	list   bool // the validation at hand is a list
	pivot  spreadsheetMLPivot
	labels labelProperties
	kind   string
}

func (b *spreadsheetML) survey() error {
	file, err := b.src.openXML()
	if err != nil {
		return err
	}
	defer file.Close()
	v := spreadsheetMLSurvey{spreadsheetML: b, x: xml.NewScanner(file), kind: "unknown"}
	defer func() { v.labels.addTo(&b.meta) }()
	for len(b.sheets) <= b.src.Limits.Sheets {
		switch v.x.Next() {
		case xml.Start:
			if v.x.Depth == 1 && string(v.x.Name) != "Workbook" {
				return unreadable("not-a-workbook", "it is an XML document of another kind")
			}
			v.start()
		case xml.Text:
			if len(v.text) < maxFormula {
				v.text = append(v.text, v.x.Text...)
			}
		case xml.End:
			v.end()
		case xml.Done:
			return v.x.Err
		}
	}
	return unreadable("too-large", "more than %d sheets", b.src.Limits.Sheets)
}

func (v *spreadsheetMLSurvey) start() {
	x := v.x
	v.text = v.text[:0]
	switch string(x.Name) {
	case "Cell", "Data", "Row": // most of the others
	case "Worksheet":
		v.sheets = append(v.sheets, spreadsheetMLSheet{})
		if x.IsTrue("Protected") {
			v.meta.Protected++
		}
		v.frozen, v.split = false, 0
	case "Style":
		v.style = string(x.Attr("ID"))
		if len(v.styles) < 1<<17 {
			v.styles[v.style] = v.styles[string(x.Attr("Parent"))]
		}
	case "Font", "NumberFormat":
		v.look()
	case "NamedRange":
		v.addName(string(x.Attr("Name")))
	case "AutoFilter":
		v.filter(string(x.Attr("Range")))
	case "PivotTable":
		v.meta.Pivots++
		v.pivot = spreadsheetMLPivot{}
	case "PivotField":
		v.pivot.field, v.pivot.compact = "", false
	case "Comment":
		v.meta.Notes++
	case "Condition":
		v.meta.Formats++
	case "DataValidation":
		v.list = false
	case "QuerySource":
		v.kind = "unknown"
	}
}

// addName keeps a name that somebody defined; Excel's own are known by what
// they are called.
func (v *spreadsheetMLSurvey) addName(name string) {
	switch lower := strings.ToLower(name); {
	case v.x.IsTrue("Hidden"), strings.HasPrefix(lower, "_"), strings.HasPrefix(lower, "print_"):
	case len(v.meta.DefinedNames) < maxNames:
		v.meta.DefinedNames = append(v.meta.DefinedNames, name)
	}
}

// look notes what matters of a style.
func (v *spreadsheetMLSurvey) look() {
	s, known := v.styles[v.style]
	if !known || len(v.sheets) > 0 { // rich text has fonts, too
		return
	}
	if string(v.x.Name) == "NumberFormat" {
		format := string(v.x.Attr("Format"))
		s.date = strings.Contains(format, "Date") || strings.Contains(format, "Time") || isDateFormat(format)
	} else if bold := v.x.Attr("Bold"); len(bold) > 0 {
		s.bold = v.x.IsTrue("Bold")
	}
	v.styles[v.style] = s
}

func (v *spreadsheetMLSurvey) filter(ref string) {
	if t := v.tail(); t != nil {
		if r, err := ParseRange(fromR1C1(ref, 0, 0)); err == nil && len(t.Headed) < maxMerged {
			t.Headed = append(t.Headed, r)
		}
	}
}

// tail is that of the sheet at hand; nil before the first.
func (v *spreadsheetMLSurvey) tail() *Tail {
	if len(v.sheets) == 0 {
		return nil
	}
	return &v.sheets[len(v.sheets)-1].tail
}

// end takes the text of an element. What is named here has no children.
func (v *spreadsheetMLSurvey) end() {
	text := strings.TrimSpace(string(v.text))
	switch string(v.x.Name) {
	case "Path": // of a SupBook, another workbook
		if t := target.Link(text); t != "" && !slices.Contains(v.meta.ExternalLinks, t) && len(v.meta.ExternalLinks) < maxNames {
			v.meta.ExternalLinks = append(v.meta.ExternalLinks, t)
		}
	case "ProtectStructure":
		if text == "True" {
			v.meta.Protected++
		}
	case "QueryType":
		v.kind = strings.ToLower(text)
	case "Connection", "URLString":
		v.connection(string(v.x.Name), text)
	default:
		if name := string(v.x.Name); strings.HasPrefix(name, labelPrefix) {
			v.labels.begin(name)
			v.labels.addText(v.text)
			v.labels.end()
		}
	}
	if t := v.tail(); t != nil {
		v.endOfSheet(t, text)
	}
	v.text = v.text[:0]
}

// endOfSheet takes what is said of the sheet at hand.
func (v *spreadsheetMLSurvey) endOfSheet(t *Tail, text string) {
	switch string(v.x.Name) {
	case "Visible":
		v.sheets[len(v.sheets)-1].hidden = text == "SheetHidden" || text == "SheetVeryHidden"
	case "FreezePanes":
		v.frozen = true
	case "SplitHorizontal":
		v.split = atoi([]byte(text))
	case "WorksheetOptions":
		if v.frozen {
			t.Frozen = v.split
		}
	case "Location", "Orientation", "LayoutCompactRow", "PivotField", "PivotTable":
		v.endOfPivot(t, text)
	case "DataValidation":
		t.Validations++
	case "Type":
		v.list = text == "List"
	case "Value":
		if v.list {
			t.ListEntries = appendEntries(t.ListEntries, text)
		}
	}
}

func (v *spreadsheetMLSurvey) connection(element, text string) {
	c := inventory.Connection{Kind: v.kind}
	switch {
	case element == "URLString":
		c.Kind, c.Target = "web", target.Web(text)
	default:
		c.Target = target.Connection(&c.Kind, text)
	}
	if !slices.Contains(v.meta.Connections, c) && len(v.meta.Connections) < maxNames {
		v.meta.Connections = append(v.meta.Connections, c)
	}
}
