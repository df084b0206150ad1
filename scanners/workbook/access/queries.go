package access

import "fmt"

// What a row of MSysQueries is, by its Attribute.
const (
	attributeKind   = 1 // of a pass-through query: Name1 is where it goes
	attributeSource = 4 // another database that a query reads: Name1 its path, Expression its kind
)

// readQueries looks up where queries that other databases answer go. Of the
// queries' own SQL nothing is read.
func (d *Database) readQueries(f *file) error {
	if d.queriesAt == 0 || len(d.Queries) == 0 {
		return nil
	}
	def, err := f.definition(d.queriesAt)
	if err != nil {
		return fmt.Errorf("the queries: %w", err)
	}
	at, err := def.named("ObjectId", "Attribute", "Name1", "Expression")
	if err != nil {
		return fmt.Errorf("the queries: %w", err)
	}
	byID := make(map[int32]*Query, len(d.Queries))
	for i := range d.Queries {
		byID[d.Queries[i].id] = &d.Queries[i]
	}
	for r, err := range f.rows(def) {
		if err != nil {
			return fmt.Errorf("the queries: %w", err)
		}
		q, attribute := byID[r.integer(at[0])], r.integer(at[1])
		switch {
		case q == nil:
		case attribute == attributeKind && q.Kind == "pass-through":
			q.Link.Connect = r.string(at[2])
		case attribute == attributeSource:
			q.Link = Link{Connect: r.string(at[3]), Database: r.string(at[2])}
		}
	}
	return nil
}
