package workbook

import (
	"errors"
	"iter"
	"path"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// An xlsxBook is a workbook of the Office Open XML family (ECMA-376) being
// read: xlsx, xlsm, xltx and xltm, transitional or strict.
type xlsxBook struct {
	*archive
	dir     string // of the workbook part
	sheets  []xlsxSheet
	names   []string
	filters map[int][]Range // by index of the sheet: the ranges under a filter
	rels    relations
	shared  *sharedStrings
	strings *stringTable // of the binary format
	styles  []cellStyle
	err     error // the first that a sheet met
	partial bool  // the budget for reading ended
}

type xlsxSheet struct {
	name   string
	hidden bool
	rel    string // the relation that leads to its part
}

func readXLSX(a *archive, book string) (inventory.Structure, error) {
	b := &xlsxBook{archive: a, dir: path.Dir(book)}
	if err := b.load(book); err != nil {
		return inventory.Structure{}, err
	}
	build := builder{meta: a.src.meta("xlsx")}
	s := build.structure(b.grid())
	if b.shared.stop(); b.err != nil {
		return s, b.err
	}
	m := b.meta(book)
	build.describe(&s, m)
	s.Partial = b.partial
	return s, b.err
}

// load reads what is needed before the sheets.
func (b *xlsxBook) load(book string) error {
	rels, err := b.relations(book)
	if err != nil {
		return err
	}
	b.rels = rels
	if err := b.readBook(book); err != nil {
		return err
	}
	b.fail(b.readStyles(b.rels.ofType("styles")))
	b.readStrings()
	return b.err
}

// fail notes the first error. That a budget ended is none: what was read
// until then counts.
func (b *xlsxBook) fail(err error) {
	switch {
	case errors.Is(err, inventory.ErrBudget):
		b.partial = true
	case b.err == nil:
		b.err = err
	}
}

// readStrings reads the shared strings at full depth. Where they are so many
// that not all texts can be kept, it looks before which ones windows show.
func (b *xlsxBook) readStrings() {
	b.shared = &sharedStrings{archive: b.archive, part: b.rels.ofType("sharedStrings"), space: spaceHeads}
	if b.src.Depth == inventory.DepthHeads || !b.has(b.shared.part) {
		b.shared.ended = !b.has(b.shared.part)
		return
	}
	b.shared.space = spaceFull
	var wanted []int32
	for i := 0; i < len(b.sheets) && b.size(b.shared.part) > spaceFull && len(wanted) < 1<<20; i++ {
		wanted = append(wanted, b.survey(i)...)
	}
	b.fail(b.shared.readAll(wanted))
}

// scanSheet hands the cells of a sheet to a scan. At heads it looks before for
// the strings that windows show; where strings that turn out to be blank make
// room for others, it looks again.
func (b *xlsxBook) scanSheet(i int, to *sheetScan) *xlsxSheetReader {
	heads := b.src.Depth == inventory.DepthHeads
	if heads {
		b.fail(b.shared.need(b.survey(i)))
	}
	for try := 1; ; try++ {
		if heads && i+1 == len(b.sheets) {
			b.shared.stop() // its memory serves the last sheet
		}
		r := b.reader(i)
		r.tail.Headed = b.filters[i]
		r.scan(to)
		r.tail.Unread = b.partial && to.rows == 0 && !r.ended
		if len(r.strings) == 0 || b.partial || b.err != nil || try == 3 {
			return r
		}
		b.fail(b.shared.need(r.strings))
		to.countFunctions()
		*to = sheetScan{builder: to.builder, functions: map[string]int{}, ids: idSampler{key: to.ids.key}}
	}
}

// survey finds the shared strings that the first windows of a sheet show.
func (b *xlsxBook) survey(i int) []int32 {
	r := b.reader(i)
	r.survey, r.rows = true, min(r.rows, headRows)
	r.scan(&sheetScan{builder: &builder{}, blind: true, ids: idSampler{key: b.src.IDs}})
	return r.strings
}

// readBook reads workbook.xml: the sheets and the names.
func (b *xlsxBook) readBook(book string) error {
	b.filters = map[int][]Range{}
	var name, text []byte
	local, hidden := -1, false
	err := b.scan(book, func(x *xml.Scanner, token xml.Token) bool {
		switch {
		case token == xml.Text:
			text = append(text, x.Text...)
			return true
		case token == xml.End:
			if string(x.Name) == "definedName" {
				b.addName(string(name), string(text), local, hidden)
			}
			return true
		}
		switch string(x.Name) {
		case "sheet":
			state := string(x.Attr("state"))
			b.sheets = append(b.sheets, xlsxSheet{string(x.Attr("name")), state == "hidden" || state == "veryHidden", string(x.Attr("id"))})
		case "definedName":
			name, text = append(name[:0], x.Attr("name")...), text[:0]
			local, hidden = x.Number("localSheetId", -1), x.IsTrue("hidden")
		}
		return len(b.sheets) <= b.src.Limits.Sheets
	})
	if len(b.sheets) > b.src.Limits.Sheets {
		return unreadable("too-large", "more than %d sheets", b.src.Limits.Sheets)
	}
	return err
}

// addName keeps a name somebody defined; of those that Excel defines it
// learns where the filters are.
func (b *xlsxBook) addName(name, text string, sheet int, hidden bool) {
	lower := strings.ToLower(name)
	if lower == "_xlnm._filterdatabase" {
		if _, ref, ok := cutLast(text, "!"); ok {
			if r, err := ParseRange(ref); err == nil {
				b.filters[sheet] = append(b.filters[sheet], r)
			}
		}
	}
	if !hidden && !strings.HasPrefix(lower, "_xlnm") && !strings.HasPrefix(lower, "_xl") {
		b.names = append(b.names, name)
	}
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// grid yields the sheets; each reads its part while its cells are taken.
func (b *xlsxBook) grid() Grid {
	return func(yield func(Sheet) bool) {
		for i, s := range b.sheets {
			var r *xlsxSheetReader
			scan := func(to *sheetScan) { r = b.scanSheet(i, to) }
			ok := yield(Sheet{Name: s.name, Hidden: s.hidden, scan: scan, Tail: func() Tail { return r.finish() }})
			if !ok || b.err != nil {
				return
			}
		}
	}
}

// relations are what one part refers to, by id.
type relations map[string]relation

type relation struct {
	kind   string // the last word of the type
	target string // the path of a part, or an address outside of the file
}

// relations reads the relations of a part. Having none is fine.
func (a *archive) relations(part string) (relations, error) {
	dir, base := path.Split(part)
	rels := relations{}
	err := a.scan(dir+"_rels/"+base+".rels", func(x *xml.Scanner, token xml.Token) bool {
		if token != xml.Start || string(x.Name) != "Relationship" {
			return true
		}
		target := string(x.Attr("Target"))
		if string(x.Attr("TargetMode")) != "External" && !strings.HasPrefix(target, "/") {
			target = path.Join(dir, target)
		}
		rels[string(x.Attr("Id"))] = relation{path.Base(string(x.Attr("Type"))), target}
		return len(rels) < a.src.Limits.Entries
	})
	return rels, err
}

func (r relations) target(id string) string { return r[id].target }

// ofType finds a part that there is one of.
func (r relations) ofType(kind string) string {
	for _, rel := range r {
		if rel.kind == kind {
			return rel.target
		}
	}
	return ""
}

// all yields the targets of a kind.
func (r relations) all(kind string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, rel := range r {
			if rel.kind == kind && !yield(rel.target) {
				return
			}
		}
	}
}

// officePart is the path of the workbook part; "" when this is no workbook.
func (a *archive) officePart() string {
	rels, err := a.relations("")
	if err == nil {
		if book := rels.ofType("officeDocument"); isBookPart(book) && a.has(book) {
			return strings.TrimPrefix(book, "/")
		}
	}
	if a.has("xl/workbook.xml") {
		return "xl/workbook.xml"
	}
	return ""
}

func isBookPart(name string) bool {
	lower := strings.ToLower(name)
	return strings.HasSuffix(lower, ".xml") && strings.Contains(path.Base(lower), "workbook")
}
