package workbook

import (
	"path"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/target"
)

// readPivot learns where a pivot table lies (BrtBeginSXLocation), and whether
// the values of a field stand across it (BrtBeginISXVDCols): a field below zero stands for the list
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

// readPivotSources learns what the pivot tables sum up (BrtBeginPCDSource,
// BrtBeginPCDSRange). The values that a cache keeps come after that and are not read.
func (b *xlsbBook) readPivotSources(m *Meta) error {
	const external = 1
	for name := range b.files {
		dir, base := path.Split(name)
		if !strings.HasSuffix(dir, "pivotcache/") || !strings.HasPrefix(base, "pivotcachedefinition") || !strings.HasSuffix(base, ".bin") {
			continue
		}
		rels, err := b.relations(name)
		if err != nil {
			return err
		}
		err = b.records(name, func(kind int, d *biffData) bool {
			switch {
			case kind == xlsbCacheSource && d.u32() == external:
				m.addPivotSource("connection")
			case kind == xlsbCacheRange:
				m.addPivotSource(binaryPivotSource(d, rels))
			}
			return kind != xlsbCacheSourced && len(m.PivotSources) < maxNames
		})
		if err != nil {
			return err
		}
	}
	slices.Sort(m.PivotSources)
	return nil
}

// binaryPivotSource reads a range: of another workbook, of a sheet, or one
// that has a name.
func binaryPivotSource(d *biffData, rels relations) string {
	const elsewhere, onSheet = 1, 2
	hasName := d.u8() != 0
	d.u8()
	flags := d.u8()
	if flags&elsewhere != 0 {
		if book := target.Link(rels.target(d.wide())); book != "" {
			return book
		}
	}
	sheet := ""
	if flags&onSheet != 0 {
		sheet = d.wide()
	}
	if hasName {
		return d.wide()
	}
	return sheet
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
