package workbook

import (
	"math"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/scanners/workbook/personal"
)

// A heading is the headings found in a block: which rows of its window they
// take, or the labels of a form, and what they say.
type heading struct {
	first, rows int
	form        bool
	texts       []placedText
}

type placedText struct {
	col   int
	right int // the last column it stands over, for a group
	text  string
}

// How far down headings are looked for, and what a row must score to be them.
const (
	headingDepth = 16
	headingScore = 3.0
)

// findHeading finds the row that reads most like headings: short, distinct
// words, filling the width, above cells that are of another kind.
// Under a table that has headings it takes more to believe in new ones: its
// rows may just go on, unless this one has words where they have none.
func (b *builder) findHeading(t, above *table) (heading, bool) {
	best, score := -1, headingScore
	under := above != nil && above.head.rows > 0
	if under {
		score += 1.5
	}
	for i := range min(len(t.rows), headingDepth) {
		s := b.scoreRow(t, i)
		if under && s > 0 {
			s += 2 * above.unlike(labelsOf(t.rows[i]))
		}
		if s > score {
			best, score = i, s
		}
	}
	if best < 0 {
		return heading{}, false
	}
	h := heading{first: best, rows: 1}
	h.texts = labelsOf(t.rows[best])
	b.addGroups(&h, t)
	b.addSubheadings(&h, t)
	h.addUnits(t)
	return h, len(h.texts) > 0
}

// scoreRow weighs what speaks for a row being the headings of its block.
func (b *builder) scoreRow(t *table, i int) float64 {
	r := t.rows[i]
	labels := labelsOf(r)
	declared := b.declared(r)
	if !declared && !t.mayHead(i, labels) || len(labels) == 0 {
		return 0
	}
	n := float64(len(labels))
	contrast, bold, common := t.contrast(i, labels), boldShare(r)-t.boldBelow(i), commonShare(labels)
	if !declared && contrast <= 0 && bold <= 0 && common < 0.5 {
		return 0 // as likely a row of data
	}
	score := 2*float64(len(r))/float64(t.widest()) + 1.5*distinct(labels)/n
	score += 2*contrast + 1.5*bold + 1.5*common
	score -= 4 * t.repeated(i, labels)
	score -= 3 * (1 - (n+float64(t.axis(i)))/float64(len(r)))
	score -= 0.2 * float64(i)
	score -= max(0, meanLength(labels)-25) / 15
	if declared {
		score += 4
	}
	return score + t.surroundings(i)
}

// surroundings weighs what stands right above and below a row.
func (t *table) surroundings(i int) float64 {
	score := 0.0
	if i > 0 && len(t.rows[i-1]) == 1 && len(t.rows[i]) > 1 {
		score += 0.5 // a title above it
	}
	if i == len(t.rows)-1 {
		return score - 1 // nothing below it
	}
	r, below := t.rows[i], t.rows[i+1]
	if len(labelsOf(r)) < len(r) && len(below) >= len(r) && len(labelsOf(below)) == len(below) {
		score -= 1 // the line of a form, above the headings
	}
	return score
}

// mayHead rules out rows that cannot be headings, whatever they score.
func (t *table) mayHead(i int, labels []placedText) bool {
	r, axis := t.rows[i], t.axis(i)
	if len(labels) == 1 && axis == 0 {
		return t.Left == t.Right && t.isList(r[0])
	}
	colons := 0
	for _, c := range r {
		if strings.Contains(strings.TrimSpace(c.Text)+" ", ": ") {
			colons++
		}
	}
	return 2*colons < len(labels)+axis && 5*(len(labels)+axis) >= 2*len(r)
}

// axis counts the cells of a row that could be headings along an axis: at
// least three dates, or numbers that grow, over cells that are something else.
func (t *table) axis(i int) int {
	n, last := 0, math.Inf(-1)
	for _, c := range t.rows[i] {
		v, err := strconv.ParseFloat(c.Text, 64)
		switch {
		case c.Kind != CellDate && c.Kind != CellNumber:
			continue
		case c.Kind == CellNumber && (err != nil || v <= last):
			return 0
		}
		last = v
		n++
	}
	if n < 3 || i+1 < len(t.rows) && t.rows[i+1].sharedKinds(t.rows[i]) > n/2 {
		return 0
	}
	return n
}

// sharedKinds counts the dates of two rows that stand in the same column.
func (r row) sharedKinds(o row) int {
	n := 0
	for _, c := range r {
		if above, ok := o.at(c.Col); ok && c.Kind == CellDate && above.Kind == CellDate {
			n++
		}
	}
	return n
}

// isList reports whether a lone heading may stand over a column: it is short
// and common, and so is what follows it; text under it is a note otherwise.
func (t *table) isList(head Cell) bool {
	text := strings.TrimSpace(head.Text)
	if len(t.rows) < 3 || strings.HasSuffix(text, ":") {
		return false
	}
	for _, w := range strings.Fields(text) {
		if !personal.IsCommon(w) {
			return false
		}
	}
	letters := 0
	for _, r := range t.rows {
		letters += len(r[0].Text)
	}
	return letters/len(t.rows) < 30
}

// declared reports whether somebody said that the row is headings: by a
// table or a filter that begins there, or by freezing the rows down to it.
func (b *builder) declared(r row) bool {
	at := r[0].Row
	for _, h := range b.tail.Headed {
		if at == h.Top && r[0].Col <= h.Right && r[len(r)-1].Col >= h.Left {
			return true
		}
	}
	return b.tail.Frozen > 0 && at == b.tail.Frozen-1 && len(r) > 1
}

func (t *table) widest() int {
	w := 1
	for _, r := range t.rows {
		w = max(w, len(r))
	}
	return w
}

// contrast is the share of labels that stand over something else than text.
func (t *table) contrast(i int, labels []placedText) float64 {
	differ := 0
	for _, l := range labels {
		text, other := 0, 0
		for _, r := range t.rows[i+1:] {
			if c, ok := r.at(l.col); !ok {
				continue
			} else if c.label {
				text++
			} else {
				other++
			}
		}
		if other > text {
			differ++
		}
	}
	return float64(differ) / float64(len(labels))
}

// unlike is the share of labels in whose column the table has no text.
func (t *table) unlike(labels []placedText) float64 {
	n := 0
	for _, l := range labels {
		if at := l.col - t.Left; at >= 0 && at < len(t.columns) {
			if c := t.columns[at]; c.total() > 0 && 2*int(c.kinds[CellText]) < c.total() {
				n++
			}
		}
	}
	return float64(n) / float64(max(1, len(labels)))
}

// repeated is the share of labels that are found again below: data is.
func (t *table) repeated(i int, labels []placedText) float64 {
	again := 0
	for _, l := range labels {
		for _, r := range t.rows[i+1:] {
			if c, ok := r.at(l.col); ok && strings.EqualFold(tidy(c.Text), l.text) {
				again++
				break
			}
		}
	}
	return float64(again) / float64(len(labels))
}

func boldShare(r row) float64 {
	n := 0
	for _, c := range r {
		if c.Bold {
			n++
		}
	}
	return float64(n) / float64(max(1, len(r)))
}

func (t *table) boldBelow(i int) float64 {
	sum, n := 0.0, 0
	for _, r := range t.rows[i+1:] {
		sum += boldShare(r)
		n++
	}
	return sum / float64(max(1, n))
}

func distinct(labels []placedText) float64 {
	seen := map[string]bool{}
	for _, l := range labels {
		seen[strings.ToLower(l.text)] = true
	}
	return float64(len(seen))
}

func meanLength(labels []placedText) float64 {
	n := 0
	for _, l := range labels {
		n += len(l.text)
	}
	return float64(n) / float64(max(1, len(labels)))
}

// labelsOf are the cells of a row that could be headings.
func labelsOf(r row) []placedText {
	var out []placedText
	for _, c := range r {
		if text := tidy(c.Text); c.label && !strings.Contains(text, ": ") {
			out = append(out, placedText{c.Col, c.Col, text})
		}
	}
	return out
}

// presentable are the headings that may be kept.
func (b *builder) presentable(in []placedText) []placedText {
	texts := make([]string, len(in))
	for i, t := range in {
		texts[i] = t.text
	}
	runs := personal.Runs(texts)
	out := in[:0:0]
	for i, t := range in {
		if !runs[i] && !b.personal(t.text) {
			out = append(out, t)
		}
	}
	return out
}
