package emulator

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A cellRange is a part of a tab, from 0, its ends exclusive; an end that is open is a very large number.
type cellRange struct {
	tab                      string // "" when the range names none
	top, left, bottom, right int
}

const openEnd = 1 << 30

// a1 is one end of a range.
var a1 = regexp.MustCompile(`^\$?([A-Za-z]{0,3})\$?([0-9]*)$`)

// parseA1 reads a range in A1 notation: A1, A1:B2, A:C, 2:5, A2:C, Tab!A1:B2 or 'A tab'!A1. A name alone is none: it can be a tab's.
// https://developers.google.com/workspace/sheets/api/guides/concepts#cell
func parseA1(text string) (cellRange, error) {
	tab, cells := "", text
	if i := strings.LastIndex(text, "!"); i >= 0 {
		tab, cells = unquoted(text[:i]), text[i+1:]
	}
	from, to, wide := strings.Cut(cells, ":")
	if !wide {
		to = from
	}
	r := cellRange{tab: tab}
	var err error
	if r.top, r.left, err = corner(from, 0); err != nil {
		return cellRange{}, err
	}
	if r.bottom, r.right, err = corner(to, openEnd); err != nil {
		return cellRange{}, err
	}
	if !wide && (r.bottom == openEnd || r.right == openEnd) {
		return cellRange{}, fmt.Errorf("unable to parse range: %s", text)
	}
	r.bottom, r.right = past(r.bottom), past(r.right)
	return r, nil
}

// corner is the row and column of one end; what it does not say is open.
func corner(cell string, open int) (row, column int, err error) {
	m := a1.FindStringSubmatch(cell)
	if m == nil || m[1] == "" && m[2] == "" {
		return 0, 0, fmt.Errorf("unable to parse range: %s", cell)
	}
	row, column = open, open
	if m[2] != "" {
		n, err := strconv.Atoi(m[2])
		if err != nil || n < 1 {
			return 0, 0, fmt.Errorf("unable to parse range: %s", cell)
		}
		row = n - 1
	}
	if m[1] != "" {
		column = 0
		for _, r := range strings.ToUpper(m[1]) {
			column = column*26 + int(r-'A') + 1
		}
		column--
	}
	return row, column, nil
}

func past(end int) int {
	if end == openEnd {
		return end
	}
	return end + 1
}

func unquoted(tab string) string {
	if len(tab) > 1 && tab[0] == '\'' && tab[len(tab)-1] == '\'' {
		return strings.ReplaceAll(tab[1:len(tab)-1], "''", "'")
	}
	return tab
}
