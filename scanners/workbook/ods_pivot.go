package workbook

import "github.com/desirepath/desirepath/scanners/workbook/xml"

// pivot takes a pivot table (9.6.3); its fields follow.
func (v *odsSurvey) pivot() {
	v.meta.Pivots++
	v.pivoted = nil
	sheet, at, ok := odsRange(string(v.x.Attr("target-range-address")))
	if s := v.odsBook.setting(sheet); ok && len(s.pivots) < maxRegions {
		s.pivots = append(s.pivots, PivotTable{Range: at, Values: at.Right + 1})
		v.pivoted = s
	}
}

// pivotField learns whether a field's values stand across. The list of what is
// summed up is a field as well.
func (v *odsSurvey) pivotField() {
	if v.pivoted == nil || v.x.IsTrue("is-data-layout-field") || string(v.x.Attr("orientation")) != "column" {
		return
	}
	at := &v.pivoted.pivots[len(v.pivoted.pivots)-1]
	at.Values = at.Left + 1
}

// readLabel learns which sensitivity label the file bears; Office keeps it
// among the properties of the user's.
func (b *odsBook) readLabel(a *archive) error {
	p := labelProperties{}
	err := a.scan("meta.xml", func(x *xml.Scanner, token xml.Token) bool {
		switch {
		case token == xml.Start && string(x.Name) == "user-defined":
			p.begin(string(x.Attr("name")))
		case token == xml.Text:
			p.addText(x.Text)
		case token == xml.End && string(x.Name) == "user-defined":
			p.end()
		}
		return true
	})
	p.addTo(&b.meta)
	return err
}
