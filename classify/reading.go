package classify

import (
	"path"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/classify/tokens"
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
	reached  []named // services it is connected to
	allowed  []named // data that people let it see
	sources  []named // what it was told to answer from
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
	numeric, dated, text  int // columns
	symbols               int // columns whose heading is a number or a letter
	keyed                 bool
	ruled                 bool // it has lists to choose from
	tabular               bool // it keeps records under headings
	exercise              bool // it is named like one
	functions             map[string]int
}

func (c *Classifier) read(s inventory.Subject) reading {
	r := reading{shape: shape{
		functions: map[string]int{},
		tabular:   tabular(s.Asset.Kind) || len(s.Structure.Sheets) > 0,
		ruled:     s.Structure.Validations > 0 || len(s.Structure.ListWords) > 0,
	}}
	count := 0
	for range s.Structure.Headings {
		count++
	}
	count = min(count, maxHeadings)
	r.headings = make([]heading, 0, count)
	seen := make(map[string]bool, count)
	table := hasTable(s.Structure)
	for i, sh := range s.Structure.Sheets {
		if i == maxSheets {
			break
		}
		r.sheets = append(r.sheets, c.named(sh.Name))
		r.shape.add(sh)
		for _, region := range sh.Regions {
			c.readRegion(&r, region, seen, table)
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
	c.readConnections(&r, s.Structure.Connections)
	if c.vocab.onlyDays(r.headings) {
		r.shape.symbols += len(r.headings)
		r.headings = nil
	}
	r.hearOnce()
	return r
}

// hearOnce leaves out of the names of sheets what the file's name says too: a
// list and its only sheet are called the same.
func (r *reading) hearOnce() {
	if len(r.names) == 0 {
		return
	}
	for i, s := range r.sheets {
		if !slices.ContainsFunc(s.hits, func(h hit) bool { return !r.names[0].has(h.phrase) }) {
			r.sheets[i].hits = nil
		}
	}
}

func (n named) has(p *phrase) bool {
	return slices.ContainsFunc(n.hits, func(h hit) bool { return h.phrase == p })
}

// tabular reports whether a kind of asset keeps records under headings; an
// app's records are elsewhere.
func tabular(k inventory.Kind) bool {
	switch k {
	case inventory.KindApp, inventory.KindFlow, inventory.KindScript, inventory.KindAgent, inventory.KindSite:
		return false
	}
	return true
}

// readConnections reads what an asset is connected to by what the connection
// is: a service it calls, data it was let see, or a place it answers from.
func (c *Classifier) readConnections(r *reading, connections []inventory.Connection) {
	for i, x := range connections {
		if i == maxNames {
			break
		}
		n := c.named(x.Target)
		switch {
		case x.Kind == "publisher", x.Kind == "language model", x.Kind == "trigger", x.Kind == "channel", x.Kind == "redirect":
			// Who made it, and its own addresses: only a sanctioned system's host would tell, and trace finds that.
		case strings.HasSuffix(x.Kind, "permission"):
			r.allowed = append(r.allowed, n)
		case x.Kind == "knowledge":
			r.sources = append(r.sources, c.named(path.Base(x.Target))) // of an address what it ends in: the site, the folder
		default:
			r.reached = append(r.reached, n)
		}
	}
}

// besideTable is how much a label counts that stands beside a table: it tells
// about the sheet rather than about its rows.
const besideTable = 0.5

// hasTable reports whether anything has headings over columns, so that labels
// elsewhere are only about the sheet: "Project: X" over a list of issues.
func hasTable(s inventory.Structure) bool {
	for _, sh := range s.Sheets {
		for _, r := range sh.Regions {
			if r.HeaderRows > 0 && len(r.Headings) > 2 {
				return true
			}
		}
	}
	return false
}

func (c *Classifier) readRegion(r *reading, region inventory.Region, seen map[string]bool, table bool) {
	headings, types := ownHeadings(region)
	for i, text := range headings {
		if len(r.headings) >= maxHeadings || seen[text] {
			continue
		}
		seen[text] = true
		h := heading{text: text, tokens: tokens.Of(text)}
		if i < len(types) {
			h.typ = types[i]
		}
		if meaningless(h.tokens) {
			r.shape.symbols++
			continue
		}
		h.hits = c.vocab.find(h.tokens, nil)
		if about := c.vocab.unasked(text, h.tokens); about != nil && covered(h.hits) < 1 {
			h.tokens, h.hits = about, c.vocab.find(about, nil)
		}
		h.common = c.bg.rarity(h.tokens)
		if table && region.HeaderRows == 0 {
			h.common *= besideTable
		}
		r.headings = append(r.headings, h)
		r.shape.addColumn(h)
	}
}

// onlyDays reports whether headings are nothing but days, months or halves of
// days: a grid over the week may be anything.
func (v *vocabulary) onlyDays(headings []heading) bool {
	return !slices.ContainsFunc(headings, func(h heading) bool {
		return slices.ContainsFunc(h.tokens, func(t string) bool { return t != "0" && !v.days[t] })
	})
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
		name := strings.TrimSuffix(a.Name, path.Ext(a.Name))
		ts := tokens.Of(name)
		r.names = append([]named{{name, c.vocab.find(ts, nil)}}, r.names...)
		r.shape.exercise = c.vocab.exercise(ts, r.shape)
	}
	folders := strings.Split(a.Path, "/")
	for _, f := range folders[max(0, len(folders)-3):] {
		if f != "" {
			r.folders = append(r.folders, c.named(f))
		}
	}
}

func (c *Classifier) named(text string) named {
	return named{text, c.vocab.find(tokens.Of(text), nil)}
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
	case inventory.ColumnText, inventory.ColumnEmail, inventory.ColumnBool:
		s.text++
	}
	s.keyed = s.keyed || h.key()
}
