package classify

import (
	"path"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// Bounds on how much of one structure is read, so that a workbook with 16,000
// columns costs no more than a large ordinary one.
const (
	maxHeadings = 400
	maxSheets   = 60
	maxNames    = 100
)

// A heading is one distinct heading of a structure and what the catalogue
// knows of it.
type heading struct {
	text   string
	tokens []string
	hits   []hit
	common float64 // 1 for what is rare in this organisation, less for what every workbook has
	typ    inventory.ColumnType
}

// A reading is what a structure and its names say, in the catalogue's terms.
type reading struct {
	headings []heading
	sheets   []named
	names    []named // the file's name first, then defined names and query names
	folders  []named
	words    []named // entries of its lists to choose from
	shape    shape
}

// A named is a name and the phrases found in it.
type named struct {
	text string
	hits []hit
}

// A shape is a structure by its size and kinds of column.
type shape struct {
	sheets, columns, rows int
	formulas              int
	numeric, dated        int // columns
	keyed                 bool
	functions             map[string]int
}

func (c *Classifier) read(s inventory.Subject) reading {
	r := reading{shape: shape{functions: map[string]int{}}}
	seen := map[string]bool{}
	for i, sh := range s.Structure.Sheets {
		if i == maxSheets {
			break
		}
		r.sheets = append(r.sheets, c.named(sh.Name))
		r.shape.add(sh)
		for _, region := range sh.Regions {
			c.readRegion(&r, region, seen)
		}
	}
	for i, w := range s.Structure.ListWords {
		if i == maxNames {
			break
		}
		r.words = append(r.words, c.named(w))
	}
	for i, q := range s.Structure.Queries {
		if i == maxNames {
			break
		}
		r.names = append(r.names, c.named(q.Name))
	}
	if !c.opts.NoNames {
		c.readNames(&r, s.Asset)
	}
	return r
}

func (c *Classifier) readRegion(r *reading, region inventory.Region, seen map[string]bool) {
	for i, text := range region.Headings {
		if len(r.headings) >= maxHeadings || seen[text] {
			continue
		}
		seen[text] = true
		h := heading{text: text, tokens: tokens(text)}
		if i < len(region.Types) {
			h.typ = region.Types[i]
		}
		if meaningless(h.tokens) {
			continue
		}
		h.hits = c.vocab.find(h.tokens, nil)
		h.common = c.bg.rarity(h.tokens)
		r.headings = append(r.headings, h)
		r.shape.addColumn(h)
	}
}

// meaningless tells headings that are only numbers or single letters.
func meaningless(ts []string) bool {
	for _, t := range ts {
		if t != "0" && (len(t) > 1 || t[0] >= 0x80) {
			return false
		}
	}
	return true
}

func (c *Classifier) readNames(r *reading, a inventory.Asset) {
	if a.Name != "" {
		r.names = append([]named{c.named(strings.TrimSuffix(a.Name, path.Ext(a.Name)))}, r.names...)
	}
	folders := strings.Split(a.Path, "/")
	for _, f := range folders[max(0, len(folders)-3):] {
		if f != "" {
			r.folders = append(r.folders, c.named(f))
		}
	}
}

func (c *Classifier) named(text string) named {
	return named{text, c.vocab.find(tokens(text), nil)}
}

func (s *shape) add(sh inventory.Sheet) {
	s.sheets++
	s.rows = max(s.rows, sh.Rows)
	s.formulas += sh.Formulas
	for f, n := range sh.Functions {
		s.functions[f] += n
	}
}

func (s *shape) addColumn(h heading) {
	s.columns++
	switch h.typ {
	case inventory.ColumnNumber, inventory.ColumnFormula:
		s.numeric++
	case inventory.ColumnDate:
		s.dated++
	}
	s.keyed = s.keyed || h.key()
}
