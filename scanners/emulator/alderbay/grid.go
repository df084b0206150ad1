package alderbay

import (
	"cmp"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A Grid is what is in a workbook, cell by cell.
type Grid struct {
	Sheets []SheetGrid
	Names  map[string]string // defined names and what they refer to, without "="
}

// A SheetGrid is one sheet; Rows[0][0] is A1 and rows may be of different lengths.
type SheetGrid struct {
	Name      string
	Hidden    bool
	Rows      [][]Cell
	Merges    []string // "B2:D2"
	Protected []string // ranges that only some may change
	Lists     []List
	Tables    []Range
	Freeze    int // rows that stay at the top
}

// A List is a list validation over a range: its values, or the range that holds them.
type List struct {
	Range  string
	Values []string
	Source string
}

// A Range is a named part of a sheet.
type Range struct{ Name, Cells string }

// Kinds of cells.
const (
	Empty = iota
	Text
	Number
	Bool
)

// A Cell holds a value, or a formula and the value it came to.
type Cell struct {
	Kind    int
	Text    string
	Number  float64 // 1 for a true Bool
	Formula string  // without "="
	Format  string  // "date", "time", "money", "percent" or ""
	Link    string
	Heading bool
}

// Grid fills the told workbook with rows.
func (a *Asset) Grid() (Grid, error) {
	g := Grid{Names: maps.Clone(a.Names)}
	l := &layout{asset: a, hidden: SheetGrid{Name: cmp.Or(a.Lists, "Lists"), Hidden: true}}
	for _, sh := range a.Sheets {
		out, err := l.sheet(sh)
		if err != nil {
			return Grid{}, fmt.Errorf("asset %s, sheet %q: %w", a.ID, sh.Name, err)
		}
		g.Sheets = append(g.Sheets, out)
	}
	if len(l.hidden.Rows) > 0 {
		g.Sheets = append(g.Sheets, l.hidden)
	}
	return g, nil
}

// layout puts what is told of a workbook at its cells.
type layout struct {
	asset  *Asset
	hidden SheetGrid // the lists of pick@ columns, one a column
}

func (l *layout) sheet(sh Sheet) (SheetGrid, error) {
	out := SheetGrid{Name: sh.Name, Hidden: sh.Hidden}
	for i, line := range sh.Titles {
		title := single(line)
		title.Heading = true
		out.set(i, 0, title)
	}
	if sh.Grid != "" {
		out.free(sh.Grid, len(sh.Titles))
	}
	for i, t := range append([]Table{sh.Main}, sh.Tables...) {
		if t.Columns == "" {
			continue
		}
		if t.At == "" {
			t.At = name(0, i+len(sh.Titles)+len(t.Groups[:min(1, len(t.Groups))]))
		}
		if err := l.table(&out, t); err != nil {
			return out, err
		}
	}
	out.Protected = sh.Protect
	if sh.Freeze {
		out.Freeze = len(sh.Titles) + 1
	}
	for i, line := range sh.Below {
		if i == 0 {
			out.Rows = append(out.Rows, nil)
		}
		out.Rows = append(out.Rows, []Cell{text(line)})
	}
	return out, out.notes(sh.Notes)
}

// table fills one table: groups over headings over rows over a total.
func (l *layout) table(out *SheetGrid, t Table) error {
	x0, y0, err := at(t.At)
	if err != nil {
		return err
	}
	cs := columns(t.Columns)
	f := frame{cols: cs, x0: x0, first: y0 + 1, last: y0 + t.height()}
	if err := out.groups(t.Groups, x0, y0-1); err != nil {
		return err
	}
	for i, c := range cs {
		if err := l.column(out, f, t, i, c); err != nil {
			return err
		}
	}
	for _, h := range t.Total {
		if err := out.total(f, h); err != nil {
			return err
		}
	}
	if t.Table != "" {
		cells := name(x0, y0) + ":" + name(x0+len(cs)-1, f.last)
		out.Tables = append(out.Tables, Range{Name: t.Table, Cells: cells})
	}
	return nil
}

// height is how many rows are under the headings, the empty ones between groups of rows included.
func (t Table) height() int {
	if t.Gaps > 0 && t.Rows > 0 {
		return t.Rows + (t.Rows-1)/t.Gaps
	}
	return t.Rows
}

func (l *layout) column(out *SheetGrid, f frame, t Table, i int, c column) error {
	x := f.x0 + i
	head := text(c.heading)
	head.Heading = true
	out.set(f.first-1, x, head)
	fill := l.asset.story.filler(l.asset.seed, out.Name, c.heading+t.At, t.Rows)
	for row := range t.Rows {
		y := f.first + row
		if t.Gaps > 0 {
			y += row / t.Gaps
		}
		cell, err := fill.value(c, row)
		if err != nil {
			return err
		}
		if c.formula != "" && !(row == 0 && strings.Contains(c.formula, "{^")) {
			if cell.Formula, err = f.formula(c.formula, y); err != nil {
				return err
			}
		}
		out.set(y, x, cell)
	}
	l.validate(out, f, x, c)
	return nil
}

func (l *layout) validate(out *SheetGrid, f frame, x int, c column) {
	values, mark := c.choices()
	if mark == "" || f.last < f.first {
		return
	}
	v := List{Range: name(x, f.first) + ":" + name(x, f.last), Values: values}
	if mark == "@" {
		v.Source, v.Values = l.list(c.heading, values), nil
	}
	out.Lists = append(out.Lists, v)
}

// list keeps values on the hidden sheet, under their heading, and says where.
func (l *layout) list(heading string, values []string) string {
	x := 0
	if len(l.hidden.Rows) > 0 {
		x = len(l.hidden.Rows[0])
	}
	l.hidden.set(0, x, text(heading))
	for i, v := range values {
		l.hidden.set(i+1, x, text(v))
	}
	col, _, _ := strings.Cut(name(x, 0), "1")
	return fmt.Sprintf("'%s'!$%s$2:$%s$%d", l.hidden.Name, col, col, len(values)+1)
}

// A frame is where a table's columns and rows are.
type frame struct {
	cols        []column
	x0          int
	first, last int // rows, from 0
}

// A reference is a heading in braces; braces with commas are the spreadsheet's own arrays.
var reference = regexp.MustCompile(`\{\^?[^{},]+\}`)

// formula puts cells in the place of {Heading}, {Heading:} and {^Heading}.
func (f frame) formula(told string, y int) (string, error) {
	var lost string
	put := func(ref string) string {
		h := strings.Trim(ref, "{}")
		row := y
		if up, ok := strings.CutPrefix(h, "^"); ok {
			h, row = up, y-1
		}
		h, whole := strings.CutSuffix(h, ":")
		i := f.index(h)
		if i < 0 {
			lost = h
			return ref
		}
		if whole {
			return name(f.x0+i, f.first) + ":" + name(f.x0+i, f.last)
		}
		return name(f.x0+i, row)
	}
	out := reference.ReplaceAllStringFunc(told, put)
	if lost != "" {
		return "", fmt.Errorf("formula %q: no column %q", told, lost)
	}
	return out, nil
}

func (f frame) index(heading string) int {
	return slices.IndexFunc(f.cols, func(c column) bool { return strings.ReplaceAll(c.heading, "\n", " ") == heading })
}

func (s *SheetGrid) total(f frame, heading string) error {
	i := f.index(heading)
	if i < 0 {
		return fmt.Errorf("total: no column %q", heading)
	}
	x, sum := f.x0+i, 0.0
	for y := f.first; y <= f.last; y++ {
		sum += s.get(y, x).Number
	}
	s.set(f.last+1, x, Cell{
		Kind: Number, Number: sum, Format: s.get(f.first, x).Format, Heading: true,
		Formula: fmt.Sprintf("SUM(%s:%s)", name(x, f.first), name(x, f.last)),
	})
	if s.get(f.last+1, f.x0).Kind == Empty {
		s.set(f.last+1, f.x0, Cell{Kind: Text, Text: "Total", Heading: true})
	}
	return nil
}

// groups puts merged headings into the row above the headings.
func (s *SheetGrid) groups(groups []string, x0, y int) error {
	for _, g := range groups {
		label, span, _ := strings.Cut(g, "@")
		lo, hi, _ := strings.Cut(span, "-")
		a, err := strconv.Atoi(lo)
		if err != nil {
			return fmt.Errorf("group %q: %w", g, err)
		}
		b, err := strconv.Atoi(cmp.Or(hi, lo))
		if err != nil {
			return fmt.Errorf("group %q: %w", g, err)
		}
		s.set(y, x0+a-1, Cell{Kind: Text, Text: label, Heading: true})
		if b > a {
			s.Merges = append(s.Merges, name(x0+a-1, y)+":"+name(x0+b-1, y))
		}
	}
	return nil
}

// free fills a sheet that is no table: lines of cells separated by |.
func (s *SheetGrid) free(block string, y int) {
	for line := range strings.Lines(block) {
		for x, v := range strings.Split(strings.TrimRight(line, "\n"), "|") {
			s.set(y, x, single(strings.TrimSpace(v)))
		}
		y++
	}
}

func (s *SheetGrid) notes(notes map[string]string) error {
	for _, cell := range slices.Sorted(maps.Keys(notes)) {
		x, y, err := at(cell)
		if err != nil {
			return err
		}
		s.set(y, x, single(notes[cell]))
	}
	return nil
}

// single is a single cell as told: a formula, a link, a number or text.
func single(v string) Cell {
	switch {
	case strings.HasPrefix(v, "="):
		formula, came, _ := strings.Cut(v[1:], " ~ ")
		c := literal(cmp.Or(came, "0"))
		c.Formula = formula
		return c
	case strings.HasPrefix(v, "https://"):
		return Cell{Kind: Text, Text: v, Link: v}
	}
	return literal(v)
}

func (s *SheetGrid) get(y, x int) Cell {
	if y >= len(s.Rows) || x >= len(s.Rows[y]) {
		return Cell{}
	}
	return s.Rows[y][x]
}

func (s *SheetGrid) set(y, x int, c Cell) {
	if c.Kind == Empty && c.Formula == "" {
		return
	}
	for len(s.Rows) <= y {
		s.Rows = append(s.Rows, nil)
	}
	for len(s.Rows[y]) <= x {
		s.Rows[y] = append(s.Rows[y], Cell{})
	}
	s.Rows[y][x] = c
}

// name is the cell at column x and row y, both from 0: "A1".
func name(x, y int) string {
	col := ""
	for x++; x > 0; x = (x - 1) / 26 {
		col = string(rune('A'+(x-1)%26)) + col
	}
	return col + strconv.Itoa(y+1)
}

// at is where a cell is: the column and row of "A1" are 0 and 0.
func at(cell string) (x, y int, err error) {
	i := strings.IndexAny(cell, "0123456789")
	if i < 1 {
		return 0, 0, fmt.Errorf("%q is not a cell", cell)
	}
	for _, r := range cell[:i] {
		x = x*26 + int(r-'A') + 1
	}
	y, err = strconv.Atoi(cell[i:])
	return x - 1, y - 1, err
}
