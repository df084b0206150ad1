package workbook

// A spreadsheetMLPivot is what is known of the pivot table at hand.
type spreadsheetMLPivot struct {
	at      Range
	found   bool
	field   string // where the field at hand stands: Row, Column ...
	compact bool   // it shares its column with the next
	rows    int    // columns that fields take at the left
	across  bool   // the values of a field stand across
}

// endOfPivot takes an element of a pivot table.
func (v *spreadsheetMLSurvey) endOfPivot(t *Tail, text string) {
	p := &v.pivot
	switch string(v.x.Name) {
	case "Location":
		r, err := ParseRange(fromR1C1(text, 0, 0))
		p.at, p.found = r, err == nil
	case "Orientation":
		p.field = text
	case "LayoutCompactRow":
		p.compact = true
	case "PivotField":
		if p.field == "Row" && !p.compact {
			p.rows++
		}
		p.across = p.across || p.field == "Column"
		p.field = ""
	case "PivotTable":
		if !p.found || len(t.Pivots) >= maxRegions {
			return
		}
		at := PivotTable{Range: p.at, Values: p.at.Right + 1}
		if p.across {
			at.Values = p.at.Left + max(1, p.rows)
		}
		t.Pivots = append(t.Pivots, at)
	}
}
