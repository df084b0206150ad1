package access

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// A definition is that of a table.
type definition struct {
	page    uint32 // where it begins
	rows    int
	columns []column
	usage   pointer // to the map of the pages that hold its rows
}

// A column is where the values of one stand in a row.
type column struct {
	name    string
	code    byte // of its type
	number  int  // among the columns that the table ever had: its bit in a row's mask
	fixed   bool
	offset  int // of a fixed column's value
	ordinal int // of another one among those that vary in length
	derived bool
}

// What a definition may have. Access allows 255 columns and 32 indexes.
const (
	catalogueAt        = 2 // the page of the catalogue's own
	maxDefinitionPages = 64
	maxColumns         = 1024
)

// The parts of a column's entry that are looked at.
type columnLayout struct{ number, ordinal, flags, offset int }

func (f *file) columnLayout() columnLayout {
	if f.wide {
		return columnLayout{number: 5, ordinal: 7, flags: 15, offset: 21}
	}
	return columnLayout{number: 1, ordinal: 3, flags: 13, offset: 14}
}

// definition reads the definition of a table, which may go on in further pages.
func (f *file) definition(page uint32) (*definition, error) {
	b, err := f.definitionBytes(page)
	if err != nil {
		return nil, err
	}
	d := &definition{page: page}
	c := cursor{b: b, at: f.rowCountAt}
	d.rows = int(min(c.u32(), math.MaxInt32))
	c.at = f.columnsAt
	count := int(c.u16())
	c.at = f.indexesAt
	indexes := int64(c.u32())
	c.at = f.usageAt
	d.usage = pointer(c.u32())
	if count > maxColumns || indexes*int64(f.index) > int64(len(b)) {
		return nil, fmt.Errorf("%w: a table of %d columns and %d indexes", ErrDamaged, count, indexes)
	}
	c.at = f.body + int(indexes)*f.index
	d.columns = make([]column, count)
	for i := range d.columns {
		d.columns[i] = f.columnEntry(c.take(f.column))
	}
	for i := range d.columns {
		d.columns[i].name = f.name16(&c)
	}
	if c.bad {
		return nil, fmt.Errorf("%w: a table's definition ends in the middle", ErrDamaged)
	}
	slices.SortStableFunc(d.columns, func(a, b column) int { return cmp.Compare(a.number, b.number) })
	return d, nil
}

func (f *file) definitionBytes(page uint32) ([]byte, error) {
	var out []byte
	for n, seen := page, 0; n != 0; seen++ {
		b, err := f.pageAt(n)
		if err != nil {
			return nil, err
		}
		if b[0] != pageOfDefinition || seen == maxDefinitionPages {
			return nil, fmt.Errorf("%w: a table's definition is not where it should be", ErrDamaged)
		}
		next := cursor{b: b, at: 4}
		if n = next.u32(); seen > 0 {
			b = b[8:]
		}
		out = append(out, b...)
	}
	return out, nil
}

func (f *file) columnEntry(b []byte) column {
	at := f.columnLayout()
	u16 := func(at int) int { c := cursor{b: b, at: at}; return int(c.u16()) }
	if len(b) == 0 {
		return column{}
	}
	flags := b[at.flags]
	return column{
		code: b[0], number: u16(at.number), ordinal: u16(at.ordinal), offset: u16(at.offset),
		fixed: flags&1 != 0, derived: f.wide && b[at.flags+1]&0xc0 == 0xc0,
	}
}

// name16 reads a name behind its length: one byte or two, as all counts.
func (f *file) name16(c *cursor) string {
	if f.wide {
		return utf16Text(c.take(int(c.u16())))
	}
	return f.text(c.take(int(c.u8())))
}

// The types of column that matter here.
const (
	typeBool     = 1
	typeByte     = 2
	typeInt      = 3
	typeLong     = 4
	typeDouble   = 7
	typeDate     = 8
	typeText     = 10
	typeMemo     = 12
	typeGUID     = 15
	typeNumeric  = 16
	typeBigInt   = 19
	typeDateTime = 20
)

// kind is what a column holds. Pictures, attached files and lists of values are
// mixed.
func (c column) kind() inventory.ColumnType {
	switch {
	case c.derived:
		return inventory.ColumnFormula
	case c.code == typeBool:
		return inventory.ColumnBool
	case c.code >= typeByte && c.code <= typeDouble, c.code == typeNumeric, c.code == typeBigInt:
		return inventory.ColumnNumber
	case c.code == typeDate, c.code == typeDateTime:
		return inventory.ColumnDate
	case c.code == typeText, c.code == typeMemo, c.code == typeGUID:
		return inventory.ColumnText
	}
	return inventory.ColumnMixed
}
