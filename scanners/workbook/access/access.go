// Package access reads what an Access database is made of: its tables and their
// columns, its queries, where its linked tables lead, and what the forms,
// reports, macros and modules around them are called. It goes through the
// database's own catalogue and the definitions of its tables, and reads no row
// of any other table, so that a large database costs no more than a small one.
//
// The format has no public description by its maker. What is known of it, the
// people of MDB Tools and Jackcess found out and wrote down: Jet 3 is Access 97,
// Jet 4 is Access 2000 to 2003 (mdb), and what came after is ACE (accdb), which
// is built alike.
package access

import (
	"errors"
	"fmt"
	"io"

	"github.com/desirepath/desirepath/inventory"
)

// A Database is what one is made of.
type Database struct {
	Format                          string // mdb or accdb
	Tables                          []Table
	Queries                         []Query
	Forms, Reports, Macros, Modules []string // by name
	Relationships                   int
	// Partial says that the source wanted no more reading; a Table tells if it
	// is one of those that were not reached.
	Partial bool

	queriesAt uint32 // the page of the definition of MSysQueries; 0 where there is none
}

// A Table is one that somebody made, here or elsewhere.
type Table struct {
	Name    string
	Hidden  bool
	Rows    int // that it holds, as its definition tells; 0 for linked ones
	Columns []Column
	Link    Link // where its rows are, of a linked table
	Unread  bool // its definition was not reached

	page uint32 // of its definition
}

// A Column is one of a table.
type Column struct {
	Name string
	Type inventory.ColumnType
}

// A Link is where the rows of a table or the answers of a query come from, as
// it was typed: Connect may hold a password. The zero Link is none.
type Link struct {
	Connect  string // begins with the kind of source: "ODBC;DRIVER=..."
	Database string // the path of a file, where it is one
	Object   string // the name of the table there
}

// A Query is one that somebody made and named.
type Query struct {
	Name string
	Kind string // select, crosstab, append ...; see queryKinds
	Link Link   // of one that another database answers; at full depth only

	id int32
}

// ErrDamaged is wrapped when the file contradicts itself.
var ErrDamaged = errors.New("damaged")

// ErrVersion is wrapped for a database of a version that is not known.
var ErrVersion = errors.New("an Access database of a version that is not known")

// A ProtectedError says how a database is protected, so that it is not read.
type ProtectedError struct{ Kind string }

// Error completes "it is protected".
func (e *ProtectedError) Error() string { return "it is protected " + e.Kind }

// Options bound what reading may cost.
type Options struct {
	Tables int // whose definitions are read
	// Full also looks up what queries are answered by other databases.
	Full bool
}

// maxObjects is how many entries of the catalogue are looked at.
const maxObjects = 50_000

// Signature reports whether a file begins as a database does.
func Signature(head []byte) bool {
	return len(head) >= signatureEnd && (string(head[:signatureEnd]) == jetSignature || string(head[:signatureEnd]) == aceSignature)
}

// Read reads a database of the given size. Its errors wrap ErrDamaged,
// ErrVersion or what r had to say, or are a ProtectedError. Once the catalogue
// was read, that r's budget has ended (inventory.ErrBudget) is no error but
// Database.Partial.
func Read(r io.ReaderAt, size int64, o Options) (*Database, error) {
	f, err := open(r, size)
	if err != nil {
		return nil, err
	}
	d := &Database{Format: f.name}
	catalogue, err := f.definition(catalogueAt)
	if err != nil {
		return nil, fmt.Errorf("the catalogue: %w", err)
	}
	if err := d.readCatalogue(f, catalogue); err != nil {
		return nil, fmt.Errorf("the catalogue: %w", err)
	}
	if err := d.readTables(f, o.Tables); err != nil {
		return nil, err
	}
	if o.Full && !d.Partial {
		err = d.readQueries(f)
	}
	return d, d.within(err)
}

// within notes that the budget ended, and passes any other error on.
func (d *Database) within(err error) error {
	if errors.Is(err, inventory.ErrBudget) {
		d.Partial = true
		return nil
	}
	return err
}

// readTables reads the definitions of the tables, in the order in which they
// lie in the file. One that makes no sense leaves its table without columns:
// the others are none the worse for it.
func (d *Database) readTables(f *file, limit int) error {
	for i := range d.Tables {
		t := &d.Tables[i]
		if t.page == 0 {
			continue
		}
		if d.Partial || i >= limit {
			t.Unread, d.Partial = true, true
			continue
		}
		def, err := f.definition(t.page)
		switch {
		case errors.Is(err, ErrDamaged):
			continue
		case err != nil:
			if err := d.within(err); err != nil {
				return fmt.Errorf("table %d: %w", i+1, err)
			}
			t.Unread = true
			continue
		}
		if t.Link == (Link{}) {
			t.Rows = def.rows
		}
		for _, c := range def.columns {
			t.Columns = append(t.Columns, Column{c.name, c.kind()})
		}
	}
	return nil
}
