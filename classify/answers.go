package classify

import (
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// formColumns are the columns that Microsoft Forms and Google Forms put before
// the answers to a form, as they head them in English.
func formColumns() [][]string {
	return [][]string{
		{"id", "start time", "completion time", "email", "name", "last modified time", "language", "total points", "quiz feedback", "grade posted time"},
		{"timestamp", "email address", "username", "score"},
	}
}

// ownHeadings gives the headings of a region and their types without those
// that a form's export begins with: they tell of the form, not of what it asks.
func ownHeadings(r inventory.Region) ([]string, []inventory.ColumnType) {
	n := 0
	for _, columns := range formColumns() {
		n = max(n, leadingFormColumns(r.Headings, columns))
	}
	return r.Headings[n:], r.Types[min(n, len(r.Types)):]
}

// leadingFormColumns counts the headings at the beginning that are a form's
// own. Of Microsoft's the first three come always and in this order.
func leadingFormColumns(headings, columns []string) int {
	n := 0
	for n < len(headings) && slices.Contains(columns, strings.ToLower(strings.TrimSpace(headings[n]))) {
		n++
	}
	first := min(3, len(columns))
	if columns[0] == "timestamp" {
		first = 1
	}
	for i := range first {
		if i >= n || !strings.EqualFold(strings.TrimSpace(headings[i]), columns[i]) {
			return 0
		}
	}
	return n
}
