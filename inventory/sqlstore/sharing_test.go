package sqlstore_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// Of sharing, a vendor may tell three things: with others, with nobody, or as
// the folder above.
type told string

const (
	letIn   told = "shared"
	private told = "private"
	above   told = "as above"
)

func dir(id, parent string, s told) inventory.Change {
	return inventory.Change{ID: id, Folder: &inventory.Folder{ID: id, Parent: parent, Name: id, Shared: s == letIn, Inherits: s == above}}
}

func file(id, parent string, s told) inventory.Change {
	return bookWith(id, func(a *inventory.Asset) { a.Parent, a.Shared, a.Inherits = parent, s == letIn, s == above })
}

// What lies in a shared folder may be opened, and nothing else of a person's
// own: whatever order folders and files come in, and whatever happens to them.
func TestSharingIsPassedDown(t *testing.T) {
	mine := inventory.Place{Tenant: "t", ID: "mine", Kind: inventory.PlaceOneDrive, Owner: "me@example.org"}
	steps := []struct {
		when    string
		changes []inventory.Change
		want    []string
	}{
		{"files come before their folders", []inventory.Change{
			file("own", "", above), file("in", "f", above), file("deep", "g", above), file("locked", "f", private), file("behind", "h", above), file("given", "", letIn),
			dir("g", "f", above), dir("h", "f", private), dir("f", "", letIn),
		}, []string{"deep", "given", "in"}},
		{"sharing is taken back from the folder alone", []inventory.Change{dir("f", "", private)}, []string{"given"}},
		{"and given again", []inventory.Change{dir("f", "", letIn)}, []string{"deep", "given", "in"}},
		{"a folder moves out", []inventory.Change{dir("g", "", above)}, []string{"given", "in"}},
		{"and in again, under another name", []inventory.Change{{ID: "g", Folder: &inventory.Folder{ID: "g", Parent: "f", Name: "new", Inherits: true}}}, []string{"deep", "given", "in"}},
		{"a file moves in, another out", []inventory.Change{file("own", "g", above), file("in", "", above)}, []string{"deep", "given", "own"}},
		{"a file speaks for itself", []inventory.Change{file("own", "g", private), file("locked", "f", letIn)}, []string{"deep", "given", "locked"}},
	}
	s := open(t, sqlstore.Options{})
	var at inventory.Cursor
	next := func(c inventory.Change, last bool) {
		t.Helper()
		page := inventory.Page{Changes: []inventory.Change{c}, Next: at + "+", Full: true, Complete: last}
		apply(t, s, mine, at, page)
		at += "+"
	}
	for _, step := range steps {
		for i, c := range step.changes {
			next(c, i == len(step.changes)-1)
		}
		got := map[string]bool{}
		for _, id := range dueIDs(t, s, heads) {
			got[id] = true
		}
		want := map[string]bool{}
		for _, id := range step.want {
			want[id] = true
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: due (-want +got):\n%s", step.when, d)
		}
		for _, r := range records(t, s, sqlstore.Filter{}) {
			if r.Asset.Shared != want[r.Asset.VendorID] {
				t.Errorf("%s: the record of %s says shared %v", step.when, r.Asset.VendorID, r.Asset.Shared)
			}
		}
	}
}

// Between the page that takes a folder's sharing back and the end of the
// listing nothing below it is handed out, and it is again when it is given back.
func TestSharingTakenBackHoldsAtOnce(t *testing.T) {
	mine := inventory.Place{Tenant: "t", ID: "mine", Kind: inventory.PlaceOneDrive}
	s := open(t, sqlstore.Options{})
	apply(t, s, mine, "", complete(full("1", dir("f", "", letIn), file("in", "f", above))))
	wantDue(t, s, heads, "in")
	apply(t, s, mine, "1", inventory.Page{Changes: []inventory.Change{dir("f", "", private)}, Next: "2"})
	wantDue(t, s, heads)
	apply(t, s, mine, "2", inventory.Page{Changes: []inventory.Change{dir("f", "", letIn)}, Next: "3"})
	apply(t, s, mine, "3", inventory.Page{Next: "4", Complete: true})
	wantDue(t, s, heads, "in")
}

// What is shared comes first, then what is edited these days, then what
// several people edit, then what is named like a tool.
func TestWhatToOpenFirst(t *testing.T) {
	now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	s := open(t, sqlstore.Options{Now: func() time.Time { return now }})
	asset := func(name string, shared bool, days int, editor string) inventory.Change {
		return bookWith(name, func(a *inventory.Asset) {
			a.Name, a.Shared, a.Modified, a.CreatedBy, a.ModifiedBy = name+".xlsx", shared, now.AddDate(0, 0, -days), "ada@example.org", editor
		})
	}
	apply(t, s, drive, "", complete(full("1",
		asset("x", false, 400, "Ada@example.org"), asset("Leave tracker", false, 400, ""), asset("two", false, 400, "bob@example.org"),
		asset("recent", false, 10, ""), asset("Stock list", false, 20, ""), asset("shared", true, 900, ""))))
	wantDue(t, s, heads, "shared", "Stock list", "recent", "two", "Leave tracker", "x")
}
