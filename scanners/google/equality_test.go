package google

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/emulator/alderbay"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// A looked sheet is what is compared: the same whether it was a workbook or a spreadsheet of Google's.
type looked struct {
	Name     string
	Hidden   bool
	Headings [][]string
	Types    [][]inventory.ColumnType
	Formulas int
	Shapes   [][]string
}

func lookedAt(st inventory.Structure) (out []looked) {
	for _, sh := range st.Sheets {
		l := looked{Name: sh.Name, Hidden: sh.Hidden, Formulas: sh.Formulas}
		for _, r := range sh.Regions {
			l.Headings, l.Types, l.Shapes = append(l.Headings, r.Headings), append(l.Types, r.Types), append(l.Shapes, r.Shapes)
		}
		out = append(out, l)
	}
	return out
}

// TestSameWorkbookInBothForms looks at every spreadsheet of Alder Bay's twice: natively, and as the workbook that it would be.
func TestSameWorkbookInBothForms(t *testing.T) {
	story, err := alderbay.Load()
	if err != nil {
		t.Fatal(err)
	}
	world, err := emulator.AlderBay(nil)
	if err != nil {
		t.Fatal(err)
	}
	d := newDomain(t, world)
	s := d.scanner(func(o *Options, _ *wire.Options) { o.Admin = emulator.AlderBayAdmin })
	for _, depth := range []inventory.Depth{inventory.DepthHeads, inventory.DepthFull} {
		compared := 0
		for i := range story.Assets {
			a := &story.Assets[i]
			if a.Ext() != ".gsheet" || a.CopyOf != "" {
				continue
			}
			native, ok := d.native(s, world, a, depth)
			if !ok {
				continue
			}
			compared++
			file := asWorkbook(t, a, depth)
			if diff := cmp.Diff(lookedAt(file), lookedAt(native)); diff != "" {
				t.Errorf("%s at depth %d (-workbook +native):\n%s", a.File, depth, diff)
			}
			if !slices.Equal(file.ListWords, native.ListWords) || !slices.Equal(file.DefinedNames, native.DefinedNames) {
				t.Errorf("%s: list words %q and %q, names %q and %q", a.File, file.ListWords, native.ListWords, file.DefinedNames, native.DefinedNames)
			}
		}
		if compared < 40 {
			t.Errorf("only %d were compared", compared)
		}
	}
}

// native looks at a spreadsheet as its owner or as a member of its drive. Those of people who have left cannot be looked at.
func (d *domain) native(s *Scanner, world *emulator.World, a *alderbay.Asset, depth inventory.Depth) (inventory.Structure, bool) {
	d.Helper()
	for _, p := range world.Places() {
		if p.Suite != emulator.Google {
			continue
		}
		items, _ := world.List(p.ID, 0, 1<<20)
		for _, it := range items {
			if it.Name != a.Name() || it.Sheet == nil {
				continue
			}
			who, ok := world.Person(p.Owner)
			if !ok {
				who, ok = world.Person(p.Members[0].Person)
			}
			if !ok || who.Left {
				return inventory.Structure{}, false
			}
			st, err := s.spreadsheet(d.Context(), who.Address, inventory.Due{Depth: depth, Asset: inventory.Asset{VendorID: it.ID}})
			if err != nil {
				d.Fatal(err)
			}
			return st, true
		}
	}
	return inventory.Structure{}, false
}

func asWorkbook(t *testing.T, a *alderbay.Asset, depth inventory.Depth) inventory.Structure {
	t.Helper()
	file := *a
	file.File = strings.TrimSuffix(a.File, ".gsheet") + ".xlsx"
	content, err := file.Content()
	if err != nil {
		t.Fatal(err)
	}
	st, err := workbook.Read(t.Context(), bytes.NewReader(content), int64(len(content)), file.File, workbook.Options{Depth: depth})
	if err != nil {
		t.Fatal(err)
	}
	return st
}
