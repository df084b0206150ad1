package workbook

import (
	"path"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// readPivot learns where a pivot table lies (2.4.182), and whether the values
// of a field stand across it (2.4.163): a field below zero stands for the list
// of what is summed up.
func (r *xlsbSheetReader) readPivot(part string) {
	var at PivotTable
	found, across := false, false
	filterRows, filterColumns := 0, 0
	err := r.book.records(part, func(kind int, d *biffData) bool {
		switch kind {
		case xlsbPivotLocation:
			at.Range, found = d.rectangle()
			d.take(8)
			at.Values = int(min(d.u32(), maxColumns))
			filterRows, filterColumns = int(min(d.u32(), maxRows)), int(min(d.u32(), maxColumns))
		case xlsbPivotCols:
			for n := d.u32(); n > 0 && len(d.b) >= 4; n-- {
				across = across || int32(d.u32()) >= 0
			}
		}
		return !found || !across
	})
	if err != nil && r.book.err == nil {
		r.book.err = err
	}
	if !found {
		return
	}
	if at.Values += at.Left; !across {
		at.Values = at.Right + 1
	}
	r.tail.addPivot(at, filterRows, filterColumns)
}

// readNotes counts the remarks, which lie in parts of their own.
func (b *xlsbBook) readNotes(m *Meta) error {
	if b.src.Depth == inventory.DepthHeads {
		return nil
	}
	for name := range b.files {
		if base := path.Base(name); !strings.HasPrefix(base, "comment") || !strings.HasSuffix(base, ".bin") {
			continue
		}
		err := b.records(name, func(kind int, d *biffData) bool {
			if kind == xlsbComment {
				m.Notes++
			}
			return true
		})
		if err != nil {
			return err
		}
	}
	return nil
}
