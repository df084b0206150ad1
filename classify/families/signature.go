package families

import (
	"fmt"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/classify/tokens"
	"github.com/desirepath/desirepath/inventory"
)

// A Signature is a structure's sheet names and headings as a sorted set of
// hashes, at most 128 of them: enough to tell copies and versions of the same
// thing, and nothing that could be read back. Of a structure with too few of
// them to be anybody's own ("Name, Email") it is one hash, in two parts, of all
// that is known of its layout: only its like has the same.
type Signature []uint32

// minElements is how many sheet names and headings make a structure its own.
const minElements = 4

// plain reports whether a signature is that of a structure with too little of
// its own.
func (s Signature) plain() bool { return len(s) < minElements }

// maxSignature bounds a signature. Of more elements the smallest hashes are
// kept, which is a fair sample.
const maxSignature = 128

// Bounds on how much of one structure is read.
const (
	maxSheets   = 60
	maxHeadings = 400
)

// NewSignature takes the signature of a structure.
func NewSignature(s inventory.Structure) Signature {
	set := map[uint32]bool{}
	for i, sh := range s.Sheets {
		if i == maxSheets {
			break
		}
		if ts := tokens.Of(sh.Name); !defaultName(ts) {
			set[hash32("sheet", strings.Join(ts, " "))] = true
		}
		for _, r := range sh.Regions {
			for _, h := range r.Headings[:min(len(r.Headings), maxHeadings)] {
				if ts := tokens.Of(h); len(ts) > 0 {
					set[hash32("heading", strings.ToLower(strings.Join(strings.Fields(h), " ")))] = true
				}
			}
		}
	}
	if len(set) < minElements {
		return layout(s)
	}
	out := make(Signature, 0, len(set))
	for h := range set {
		out = append(out, h)
	}
	slices.Sort(out)
	return slices.Clip(out[:min(len(out), maxSignature)])
}

// layout is the signature of a plain structure: its headings in order, the
// kinds of its columns, and its size. A structure without two headings over
// rows has none.
func layout(s inventory.Structure) Signature {
	var b strings.Builder
	headings := 0
	for _, sh := range s.Sheets {
		if !defaultName(tokens.Of(sh.Name)) {
			b.WriteString(strings.ToLower(sh.Name))
		}
		fmt.Fprintf(&b, "\t%d %d\n", sh.Rows, sh.Columns)
		for _, r := range sh.Regions {
			for i, h := range r.Headings {
				headings++
				b.WriteString(strings.ToLower(h) + "\t")
				if i < len(r.Types) {
					b.WriteString(string(r.Types[i]))
				}
				b.WriteByte('\n')
			}
		}
	}
	if headings < 2 {
		return nil
	}
	return Signature{hash32("layout", b.String()), hash32("again", b.String())}
}

// defaultName tells the names that programs give to new sheets.
func defaultName(ts []string) bool {
	if len(ts) == 0 {
		return true
	}
	switch ts[0] {
	case "sheet", "tabelle", "feuil", "hoja", "planilha", "foglio", "blad", "лист":
		return len(ts) == 1 || len(ts) == 2 && ts[1] == "0"
	}
	return false
}

// hash32 is FNV-1a over two strings: stable over processes and machines.
func hash32(kind, s string) uint32 {
	h := uint32(2166136261)
	for _, part := range []string{kind, "\x00", s} {
		for i := range len(part) {
			h = (h ^ uint32(part[i])) * 16777619
		}
	}
	return h
}

// similarity is the share that two signatures have in common.
func similarity(a, b Signature) float64 {
	common := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			common, i, j = common+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	if all := len(a) + len(b) - common; all > 0 {
		return float64(common) / float64(all)
	}
	return 0
}
