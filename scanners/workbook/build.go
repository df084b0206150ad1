package workbook

import (
	"maps"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/personal"
)

// Build finds the tables on the sheets of a grid, and their headings. It
// takes cells as they come and keeps only the first rows of what might be a
// table, and counts of the rest. Nothing it returns is the value of a cell:
// headings that look like data or like personal data are left out. Of two
// rows of headings the upper one goes before the lower: "Hours / Planned".
func Build(g Grid, m Meta) inventory.Structure {
	b := builder{meta: m}
	s := b.structure(g)
	b.describe(&s, m)
	return s
}

// structure is what the sheets of a grid tell.
func (b *builder) structure(g Grid) inventory.Structure {
	s := inventory.Structure{Sheets: []inventory.Sheet{}, Depth: b.meta.Depth, Reader: ReaderVersion}
	words := map[string]bool{}
	if g != nil {
		for sheet := range g {
			s.Sheets = append(s.Sheets, b.sheet(sheet))
			s.Validations += b.tail.Validations
			s.ConditionalFormats += b.tail.Formats
			s.Notes += b.tail.Notes
			s.Protected += b.tail.Protected
			addListWords(words, b.tail.ListEntries)
		}
	}
	s.ListWords = slices.Sorted(maps.Keys(words))
	s.IDs = inventory.IDs{Key: b.meta.IDs.Which(), Columns: b.ids}
	b.hideSheetNames(s.Sheets)
	return s
}

// describe adds what is known besides the cells.
func (b *builder) describe(s *inventory.Structure, m Meta) {
	s.Format = m.Format
	s.DefinedNames = b.names(m.DefinedNames)
	s.Connections = append([]inventory.Connection{}, m.Connections...)
	s.ExternalLinks = append([]string{}, m.ExternalLinks...)
	s.Pivots, s.Tables = m.Pivots, m.Tables
	s.Notes += m.Notes
	s.Protected += m.Protected
	s.ConditionalFormats += m.Formats
	s.Scripts = m.Scripts
	if s.PivotSources = b.names(m.PivotSources); len(s.PivotSources) == 0 {
		s.PivotSources = nil
	}
	s.Label = b.label(m.Label)
	s.Macros = inventory.Macros{Present: m.Macros.Present, Modules: b.names(m.Macros.Modules), Does: m.Macros.Does}
	s.Queries = b.queries(m.Queries)
	s.Objects = inventory.Objects{
		Forms: b.objects(m.Objects.Forms), Reports: b.objects(m.Objects.Reports), Macros: b.objects(m.Objects.Macros),
		Relationships: m.Objects.Relationships,
	}
}

// A builder builds one Structure.
type builder struct {
	formulaCache
	meta   Meta
	ids    []inventory.IDColumn
	tail   Tail     // of the sheet at hand
	merged mergedAt // its merged ranges
}

func (b *builder) sheet(in Sheet) inventory.Sheet {
	sc := sheetScan{builder: b, functions: map[string]int{}, ids: idSampler{key: b.meta.IDs}}
	if in.scan != nil {
		in.scan(&sc)
	} else if in.Cells != nil {
		for c := range in.Cells {
			sc.add(c)
		}
	}
	sc.end()
	b.tail = Tail{}
	if in.Tail != nil {
		b.tail = in.Tail()
	}
	b.merged = newMergedAt(b.tail.Merged)
	out := inventory.Sheet{
		Name: in.Name, Hidden: in.Hidden,
		Rows: sc.rows, Columns: sc.columns,
		Formulas: sc.formulas, Functions: sc.functions,
		Regions: b.regions(sc.bands), Unread: b.tail.Unread,
	}
	if b.meta.Depth == inventory.DepthHeads {
		out.Rows, out.Columns = max(out.Rows, b.tail.Rows), max(out.Columns, b.tail.Columns)
	}
	return out
}

// names keeps the names that are not personal, each once.
func (b *builder) names(in []string) []string {
	out := []string{}
	for _, n := range in {
		if len(n) <= maxName && !b.personal(n) && !slices.Contains(out, n) && len(out) < maxNames {
			out = append(out, n)
		}
	}
	return out
}

// objects are names, or nil where there are none.
func (b *builder) objects(in []string) []string {
	if len(in) == 0 {
		return nil
	}
	return b.names(in)
}

// What is kept of names; Excel allows 255 characters.
const (
	maxNames = 1000
	maxName  = 1024 // bytes
)

func (b *builder) queries(in []inventory.Query) []inventory.Query {
	out := []inventory.Query{}
	for _, q := range in {
		if b.personal(q.Name) || len(q.Name) > maxName {
			q.Name = ""
		}
		q.Sources = append([]string{}, q.Sources...)
		out = append(out, q)
	}
	return out
}

// hideSheetNames empties the names of sheets that are personal, as where each
// person has one.
func (b *builder) hideSheetNames(sheets []inventory.Sheet) {
	names := make([]string, len(sheets))
	for i, s := range sheets {
		names[i] = s.Name
	}
	runs := personal.Runs(names)
	for i := range sheets {
		if runs[i] || b.personal(names[i]) || len(names[i]) > maxName {
			sheets[i].Name = ""
		}
	}
}

func (b *builder) personal(name string) bool {
	return personal.Identifies(name) || b.meta.Personal != nil && personal.Holds(name, b.meta.Personal)
}

// addListWords keeps the entries that everybody's lists have.
func addListWords(to map[string]bool, entries []string) {
	for _, e := range entries {
		if e = strings.ToLower(strings.TrimSpace(e)); personal.IsListWord(e) {
			to[e] = true
		}
	}
}
