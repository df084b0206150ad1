package workbook

import (
	"math"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// stats tells how a column of a table of so many rows is filled.
func (c column) stats(rows int) inventory.ColumnStats {
	total := c.total()
	of := func(n int32) float64 { return share(int(n), total) }
	return inventory.ColumnStats{
		Fill:     share(total, max(rows, total)),
		Numbers:  of(c.kinds[CellNumber]),
		Dates:    of(c.kinds[CellDate] + c.dates),
		Emails:   of(c.emails),
		IDs:      of(c.ids),
		Distinct: c.different.distinct(),
	}
}

// share is a part of a whole, in hundredths: 1 and 0 are only all and none.
func share(n, of int) float64 {
	if n <= 0 || of <= 0 {
		return 0
	}
	percent := math.Round(100 * float64(n) / float64(of))
	if n < of {
		percent = min(max(percent, 1), 99)
	}
	return percent / 100
}

// known are the headings of a table that were read; unread tells how many were
// not. Where no row was taken for headings, that are the unread texts in the
// first row that has any.
func (t *table) known() (known []placedText, unread int) {
	for _, h := range t.head.texts {
		if strings.Contains(h.text, unreadMark) {
			unread++
		} else {
			known = append(known, h)
		}
	}
	for i := 0; i < len(t.rows) && len(t.head.texts) == 0 && unread == 0; i++ {
		for _, c := range t.rows[i] {
			if strings.HasPrefix(c.Text, unreadMark) {
				unread++
			}
		}
	}
	return known, unread
}
