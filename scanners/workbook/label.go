package workbook

import (
	"regexp"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/personal"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// readLabel learns which sensitivity label a file bears: from its label list,
// or else from its custom properties, which know the name too (MS-OFFCRYPTO
// 2.6). Of the rest of the properties nothing is kept.
func (a *archive) readLabel(m *Meta) error {
	err := a.scan("docMetadata/LabelInfo.xml", func(x *xml.Scanner, token xml.Token) bool {
		if token == xml.Start && string(x.Name) == "label" && x.IsTrue("enabled") && !x.IsTrue("removed") {
			m.Label.ID = labelID(string(x.Attr("id")))
		}
		return m.Label.ID == ""
	})
	if err != nil {
		return err
	}
	p := labelProperties{}
	if err := a.scan("docProps/custom.xml", p.readOffice); err != nil {
		return err
	}
	p.addTo(m)
	return nil
}

// labelProperties are the properties of a file that are about labels.
type labelProperties struct {
	name    string // of the property at hand
	text    []byte
	enabled map[string]bool
	names   map[string]string
}

// What the names of those begin with.
const labelPrefix = "MSIP_Label_"

// maxLabels is how many labels of a file are looked at; an organisation gives
// it one.
const maxLabels = 20

// readOffice takes a token of docProps/custom.xml.
func (p *labelProperties) readOffice(x *xml.Scanner, token xml.Token) bool {
	switch {
	case token == xml.Start && string(x.Name) == "property":
		p.begin(string(x.Attr("name")))
	case token == xml.Text:
		p.addText(x.Text)
	case token == xml.End && string(x.Name) == "property":
		p.end()
	}
	return true
}

func (p *labelProperties) begin(name string) { p.name, p.text = name, p.text[:0] }

func (p *labelProperties) addText(text []byte) {
	if p.name != "" && len(p.text) < 4*maxLabel {
		p.text = append(p.text, text...)
	}
}

// end takes a property: MSIP_Label_, the label's ID, and Name or Enabled.
func (p *labelProperties) end() {
	rest, isLabel := strings.CutPrefix(p.name, labelPrefix)
	id, attribute, _ := cutLast(rest, "_")
	text := strings.TrimSpace(string(p.text))
	p.begin("")
	if id = labelID(id); !isLabel || id == "" || len(p.names)+len(p.enabled) > 2*maxLabels {
		return
	}
	switch attribute {
	case "Name":
		if p.names == nil {
			p.names = map[string]string{}
		}
		p.names[id] = text
	case "Enabled":
		if p.enabled == nil {
			p.enabled = map[string]bool{}
		}
		p.enabled[id] = strings.EqualFold(text, "true")
	}
}

// addTo tells the label: the one that is known already, or the first that is
// enabled, of several the one whose ID is least.
func (p *labelProperties) addTo(m *Meta) {
	if m.Label.ID == "" {
		for id, on := range p.enabled {
			if on && (m.Label.ID == "" || id < m.Label.ID) {
				m.Label.ID = id
			}
		}
	}
	m.Label.Name = p.names[m.Label.ID]
}

// labelID is an ID as it is compared: without braces, in small letters; ""
// when it is none.
func labelID(s string) string {
	s = strings.ToLower(strings.Trim(s, "{}"))
	if !guidPattern.MatchString(s) {
		return ""
	}
	return s
}

// label keeps a name that is nobody's.
func (b *builder) label(l inventory.Label) inventory.Label {
	if len(l.Name) > maxLabel || b.personal(l.Name) || personal.IsFullName(l.Name) {
		l.Name = ""
	}
	return inventory.Label{ID: labelID(l.ID), Name: l.Name}
}

const maxLabel = 128 // bytes of its name

var guidPattern = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
