package access

import (
	"cmp"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// What an entry of the catalogue (MSysObjects) is, by its Type.
const (
	objectTable        = 1
	objectLinkedODBC   = 4
	objectQuery        = 5
	objectLinked       = 6
	objectRelationship = 8
	objectForm         = -32768
	objectMacro        = -32766
	objectReport       = -32764
	objectModule       = -32761
)

// What the Flags of an entry tell.
const (
	flagSystem = -0x80000000 | 0x02
	flagHidden = 0x08
	flagKind   = 0xf0 // of a query
)

// queryKinds are the kinds of query by their flags. One that is none of these
// is a select.
var queryKinds = map[int32]string{
	0x10: "crosstab", 0x20: "delete", 0x30: "update", 0x40: "append", 0x50: "make-table",
	0x60: "definition", 0x70: "pass-through", 0x80: "union",
}

// An entry is one of the catalogue.
type entry struct {
	id, kind, flags int32
	name            string
	link            Link
}

// page is where the definition of a table is, which its id tells; 0 when it has
// none here.
func (e entry) page() uint32 { return uint32(max(e.id, 0)) & 0xffffff }

// readCatalogue notes what the catalogue lists. Tables and queries come in the
// order in which they were made.
func (d *Database) readCatalogue(f *file, def *definition) error {
	at, err := def.named("Id", "Type", "Flags", "Name", "Connect", "Database", "ForeignName")
	if err != nil {
		return err
	}
	seen := 0
	for r, err := range f.rows(def) {
		if err != nil {
			return err
		}
		if seen++; seen > maxObjects {
			return fmt.Errorf("%w: it lists more than %d objects", ErrDamaged, maxObjects)
		}
		e := entry{id: r.integer(at[0]), kind: r.integer(at[1]), flags: r.integer(at[2]), name: r.string(at[3])}
		if e.kind == objectLinked || e.kind == objectLinkedODBC {
			e.link = Link{r.string(at[4]), r.string(at[5]), r.string(at[6])}
		}
		d.note(e)
	}
	slices.SortStableFunc(d.Tables, func(a, b Table) int { return cmp.Compare(a.page, b.page) })
	slices.SortStableFunc(d.Queries, func(a, b Query) int { return cmp.Compare(a.id, b.id) })
	return nil
}

func (d *Database) note(e entry) {
	if e.kind == objectRelationship && !strings.HasPrefix(e.name, "MSys") {
		d.Relationships++
	}
	if e.kind == objectTable && e.name == "MSysQueries" {
		d.queriesAt = e.page()
	}
	if e.flags&flagSystem != 0 || isOwn(e.name) {
		return
	}
	switch e.kind {
	case objectTable:
		d.Tables = append(d.Tables, Table{Name: e.name, Hidden: e.flags&flagHidden != 0, page: e.page()})
	case objectLinked:
		d.Tables = append(d.Tables, Table{Name: e.name, Hidden: e.flags&flagHidden != 0, Link: e.link})
	case objectLinkedODBC: // its columns are known here too
		d.Tables = append(d.Tables, Table{Name: e.name, Hidden: e.flags&flagHidden != 0, Link: e.link, page: e.page()})
	case objectQuery:
		d.Queries = append(d.Queries, Query{Name: e.name, Kind: cmp.Or(queryKinds[e.flags&flagKind], "select"), id: e.id})
	case objectForm:
		d.Forms = append(d.Forms, e.name)
	case objectReport:
		d.Reports = append(d.Reports, e.name)
	case objectMacro:
		d.Macros = append(d.Macros, e.name)
	case objectModule:
		d.Modules = append(d.Modules, e.name)
	}
}

// isOwn reports whether Access made an object itself: for its own use, for a
// form's or report's source, in passing, or for the values of a column that
// holds several.
func isOwn(name string) bool {
	if len(name) < 4 {
		return name == "" || name[0] == '~'
	}
	if name[0] == '~' || strings.EqualFold(name[:4], "MSys") || strings.EqualFold(name[:4], "USys") {
		return true
	}
	rest, isField := strings.CutPrefix(name, "f_")
	_, err := hex.DecodeString(rest[:min(32, len(rest))])
	return isField && len(rest) > 32 && rest[32] == '_' && err == nil
}

// named finds columns by their names.
func (d *definition) named(names ...string) ([]column, error) {
	out := make([]column, len(names))
	for i, name := range names {
		at := slices.IndexFunc(d.columns, func(c column) bool { return c.name == name })
		if at < 0 {
			return nil, fmt.Errorf("%w: it has no column %s", ErrDamaged, name)
		}
		out[i] = d.columns[at]
	}
	return out, nil
}
