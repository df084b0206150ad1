package workbook

import (
	"bytes"
	"slices"

	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// The sharedStrings of a workbook are read forward, and only as far as they
// are asked for: of each string that goes by its mark is kept, and its text
// while there is space for texts or when somebody asked for it before.
type sharedStrings struct {
	archive *archive
	part    string
	space   int // bytes of texts that nobody asked for

	x        *xml.Scanner // while the part is open
	close    func()
	next     int // the string that x reads next
	restarts int
	ended    bool // there are no more
	err      error

	marks  [][]mark // in pieces
	count  int
	texts  []byte // of the first strings, one after the other
	ends   []uint32
	others map[int32]string // those asked for beyond
	wanted []int32          // what is asked for, sorted; from the next on
	text   []byte           // of the string at hand
}

// What is kept of texts nobody asked for: at heads little, since hardly any
// others will be; at full depth so much that few tables have more.
const (
	spaceHeads = 16 << 10
	spaceFull  = 4 << 20
)

const marksPiece = 8 << 10

// How often the table is read from its beginning again, for texts that were
// let go by; each time more are kept.
const maxRestarts = 12

// mark tells of a string; false when it was not read.
func (t *sharedStrings) mark(i int) (mark, bool) {
	if i < 0 || i >= t.count {
		return 0, false
	}
	return t.marks[i/marksPiece][i%marksPiece], true
}

// at is the text of a string, clipped; false when it was not read or not kept.
func (t *sharedStrings) at(i int) (string, bool) {
	if i < 0 || i >= len(t.ends) {
		text, ok := t.others[int32(i)]
		return text, ok
	}
	start := uint32(0)
	if i > 0 {
		start = t.ends[i-1]
	}
	return string(t.texts[start:t.ends[i]]), true
}

// need reads on until the strings asked for are known, if they are there.
func (t *sharedStrings) need(strings []int32) error {
	slices.Sort(strings)
	strings = slices.DeleteFunc(slices.Compact(strings), func(i int32) bool {
		_, known := t.at(int(i))
		return i < 0 || known || t.ended && int(i) >= t.count
	})
	if len(strings) == 0 || t.err != nil {
		return t.err
	}
	if int(strings[0]) < t.next || t.x == nil && t.count > 0 {
		if t.restarts++; t.restarts > maxRestarts {
			return nil
		}
		t.space = min(4*t.space, spaceFull)
		t.stop()
	}
	t.wanted = strings
	return t.readTo(int(strings[len(strings)-1]))
}

// readAll reads to the end, and keeps the strings asked for.
func (t *sharedStrings) readAll(strings []int32) error {
	slices.Sort(strings)
	t.wanted = slices.Compact(strings)
	return t.readTo(t.archive.src.Limits.Strings)
}

// readTo reads until the string of a number was read.
func (t *sharedStrings) readTo(last int) error {
	if t.x == nil {
		t.err = t.start()
	}
	for t.err == nil && t.x != nil && t.next <= last {
		if t.quick() || t.token() {
			t.err = t.add()
		} else if t.err = t.x.Err; t.err == nil {
			t.ended = true
			t.stop()
		}
	}
	if t.err != nil {
		t.stop()
	}
	return t.err
}

func (t *sharedStrings) start() error {
	if !t.archive.has(t.part) {
		t.ended = true
		return nil
	}
	x, done, err := t.archive.openScanner(t.part)
	if err != nil {
		return err
	}
	if size := min(t.space, int(t.archive.size(t.part))); t.texts == nil {
		t.texts = make([]byte, 0, size)
	}
	t.x, t.close, t.next = x, done, 0
	return nil
}

func (t *sharedStrings) stop() {
	if t.x != nil {
		t.close()
		t.x, t.close, t.next = nil, nil, 0
	}
}

// quick reads a string in the form that nearly all have, straight from what is
// buffered.
func (t *sharedStrings) quick() bool {
	b := t.x.Ahead()
	const open, preserve, end = "<si><t>", `<si><t xml:space="preserve">`, "</t></si>"
	at := 0
	switch {
	case bytes.HasPrefix(b, []byte(open)):
		at = len(open)
	case bytes.HasPrefix(b, []byte(preserve)):
		at = len(preserve)
	default:
		return false
	}
	n := bytes.IndexByte(b[at:], '<')
	if n < 0 || !bytes.HasPrefix(b[at+n:], []byte(end)) {
		return false
	}
	text := b[at : at+n]
	t.x.Pass(at+n+len(end), 0)
	if bytes.IndexByte(text, '&') >= 0 {
		t.text = xml.AppendUnescaped(t.text[:0], text)
		text = t.text
	}
	t.text = append(t.text[:0], clip(text)...)
	return true
}

// token reads a string token by token: text for pronunciation is left out.
// False when there are no more.
func (t *sharedStrings) token() bool {
	t.text = t.text[:0]
	take, spoken := false, false
	for {
		token := t.x.Next()
		if token == xml.Done {
			return false
		}
		switch name := string(t.x.Name); {
		case token == xml.Text:
			if take && !spoken && len(t.text) < maxText {
				t.text = clip(append(t.text, t.x.Text...))
			}
		case name == "t":
			take = token == xml.Start
		case name == "rPh":
			spoken = token == xml.Start
		case name == "si" && token == xml.End:
			return true
		}
	}
}

// add keeps what is to be kept of the string at hand.
func (t *sharedStrings) add() error {
	i := t.next
	t.next++
	if i == t.count {
		if i >= t.archive.src.Limits.Strings {
			return unreadable("too-large", "more than %d strings", t.archive.src.Limits.Strings)
		}
		if i%marksPiece == 0 {
			t.marks = append(t.marks, nil)
		}
		last := &t.marks[len(t.marks)-1]
		*last = append(*last, markText(t.text))
		t.count++
	}
	if i == len(t.ends) && len(t.texts)+len(t.text) <= t.space {
		t.texts = append(t.texts, t.text...)
		t.ends = append(t.ends, uint32(len(t.texts)))
	}
	for len(t.wanted) > 0 && int(t.wanted[0]) < i {
		t.wanted = t.wanted[1:]
	}
	if len(t.wanted) > 0 && int(t.wanted[0]) == i && i >= len(t.ends) {
		if t.others == nil {
			t.others = map[int32]string{}
		}
		t.others[int32(i)] = string(t.text)
	}
	return nil
}

// An unread text stands for one that could not be read: different in every
// cell, and like a heading that nobody knows the words of.
func unreadText(row, col int) string {
	const letters = 0x4e00
	return unreadMark + string([]rune{letters + rune(row&0xfff), letters + rune(col&0x3fff)})
}

// unreadMark is a character that texts do not have.
const unreadMark = "\ufdd0"
