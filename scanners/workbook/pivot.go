package workbook

import (
	"slices"
	"strings"
)

// pivotAt finds the pivot table that a block is, or is a part of.
func (b *builder) pivotAt(block Range) *PivotTable {
	for i := range b.tail.Pivots {
		p := &b.tail.Pivots[i]
		if p.Top <= block.Bottom && block.Top <= p.Bottom && p.Left <= block.Right && block.Left <= p.Right {
			return p
		}
	}
	return nil
}

// addPivot notes a pivot table and its filters, which stand above it, a row
// apart: so many down and so many across, each a label and a value.
func (t *Tail) addPivot(at PivotTable, rows, columns int) {
	if len(t.Pivots) >= maxRegions {
		return
	}
	t.Pivots = append(t.Pivots, at)
	if rows <= 0 || rows >= at.Top {
		return
	}
	for i := range max(1, min(columns, 100)) {
		left := at.Left + 3*i
		filters := Range{at.Top - 1 - rows, left, at.Top - 2, left + 1}
		t.Pivots = append(t.Pivots, PivotTable{Range: filters, Values: left + 1})
	}
}

// withoutValues leaves out the headings that are values of a field.
func (p *PivotTable) withoutValues(in []placedText) []placedText {
	return slices.DeleteFunc(slices.Clone(in), func(h placedText) bool { return h.col >= p.Values && h.col <= p.Right })
}

// isCrosstab reports whether half of the columns, and three at least, stand
// for one period each: dates or years, months, weeks.
func (t *table) isCrosstab() bool {
	if t.head.form || t.head.rows == 0 {
		return false
	}
	first := slices.IndexFunc(t.rows, func(r row) bool { return r[0].Row == t.Top })
	if first < 0 {
		return false
	}
	periods := 0
	for i := range t.head.rows {
		if first+i < len(t.rows) {
			periods = max(periods, t.axis(first+i)+periodsIn(labelsOf(t.rows[first+i])))
		}
	}
	return periods >= 3 && 2*periods >= t.Right-t.Left+1
}

// periodsIn counts the labels that are months, with a year or without, and
// those of a series: Week 1, Week 2; Q1, Q2.
func periodsIn(labels []placedText) int {
	n := 0
	for i, l := range labels {
		if isMonth(l.text) || isPeriodWord(l.text) && inSeries(labels, i) {
			n++
		}
	}
	return n
}

func isMonth(s string) bool {
	word, rest, _ := strings.Cut(strings.ToLower(s), " ")
	word = strings.TrimRight(word, ".-/'0123456789")
	if strings.Trim(rest, "0123456789'/-") != "" {
		return false
	}
	for _, m := range monthNames {
		if word == m || len(word) >= 3 && len(m) > len(word) && strings.HasPrefix(m, word) {
			return true
		}
	}
	return false
}

// isPeriodWord: a number behind a word or a letter for a span of time.
func isPeriodWord(s string) bool {
	word, n := seriesOf(s)
	return n > 0 && slices.Contains(periodWords, strings.TrimSpace(strings.ToLower(word)))
}

// The months in English, German, French and Spanish, and what periods are
// counted in. Beginnings of three letters and more count as well.
var (
	monthNames = []string{
		"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
		"januar", "februar", "märz", "mai", "juni", "juli", "oktober", "dezember",
		"janvier", "février", "mars", "avril", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre",
		"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
	}
	periodWords = []string{
		"week", "wk", "w", "day", "d", "month", "m", "quarter", "q", "year", "y", "period", "p", "semester", "term", "fy",
		"woche", "kw", "tag", "monat", "quartal", "jahr", "semaine", "s", "jour", "mois", "trimestre", "t", "année", "semana", "mes", "año", "",
	}
)
