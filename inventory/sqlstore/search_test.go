package sqlstore_test

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// shelf opens a store and fills it with assets that differ in all that a
// search can ask for.
func shelf(t *testing.T, assets int) *sqlstore.Store {
	t.Helper()
	s := open(t, sqlstore.Options{})
	kinds := []inventory.Kind{inventory.KindWorkbook, inventory.KindForm, inventory.KindList}
	verdicts := map[inventory.AssetID]inventory.Verdict{}
	for _, p := range []inventory.Place{{Tenant: "t", ID: "a", Kind: inventory.PlaceShare}, {Tenant: "t", ID: "a/b", Kind: inventory.PlaceShare}} {
		page := inventory.Page{Next: "1", Full: true, Complete: true, Changes: []inventory.Change{{ID: "f", Folder: &inventory.Folder{ID: "f", Name: "Über uns"}}}}
		for i := range assets {
			a := inventory.Asset{
				Kind: kinds[i%3], Name: fmt.Sprintf("%s %d.xlsx", []string{"Grades", "rota", "Budget_plan"}[i/2%3], i%7), Parent: "f",
				Size: int64(i % 5 * 100), Modified: time.Date(2026, 1, 1+i%11, 0, 0, 0, 0, time.UTC), ModifiedBy: fmt.Sprintf("p%d@x", i%4), Revision: "1",
			}
			inside := inventory.Structure{Sheets: []inventory.Sheet{{Name: "Term", Regions: []inventory.Region{{Headings: []string{"Student ID", "Final mark"}}}}}}
			page.Changes = append(page.Changes, inventory.Change{ID: fmt.Sprintf("%03d", i), Asset: &a, Inside: &inside, Usage: &inventory.Usage{People: i % 6}})
			if i%4 != 0 {
				verdicts[inventory.NewAssetID(p, fmt.Sprintf("%03d", i))] = inventory.Verdict{Basis: "b", Capability: []string{"", "lms", "crm"}[i%3], System: []string{"", "lagoon", ""}[i%3], Score: float64(i%10) / 10}
			}
		}
		if _, err := s.Apply(t.Context(), p, "", page); err != nil {
			t.Fatal(err)
		}
	}
	gone := func(yield func(inventory.Account, error) bool) {
		_ = yield(inventory.Account{ID: "0", Address: "p0@x", Left: true}, nil) && yield(inventory.Account{ID: "1", Address: "p1@x"}, nil)
	}
	family := inventory.Family{ID: "f", Kind: inventory.FamilyCopies, Members: []inventory.AssetID{"t/a/001", "t/a/002"}, Representative: "t/a/001"}
	c := inventory.Conversation{ID: "c", Family: "f", System: "lagoon", Keeper: "p1@x"}
	err := errors.Join(s.SaveVerdicts(t.Context(), verdicts), s.SaveAccounts(t.Context(), "t", gone), s.SaveFamilies(t.Context(), []inventory.Family{family}),
		c.Decide(inventory.Decision{To: inventory.Proposed, By: inventory.Program, At: time.Now()}), s.SaveConversation(t.Context(), c))
	if err != nil {
		t.Fatal(err)
	}
	update(t, s)
	return s
}

func update(t testing.TB, s *sqlstore.Store) int {
	t.Helper()
	n, err := s.UpdateCards(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// all walks the pages of a search to the end, and back to the beginning.
func all(t *testing.T, s *sqlstore.Store, q inventory.Search) (ids []string, total inventory.Total) {
	t.Helper()
	var back string
	q.Limit = cmp.Or(q.Limit, 50)
	for first := true; first || q.Cursor != ""; first = false {
		found, err := s.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		if first != (found.Previous == "") {
			t.Errorf("%+v: a page before it: %q", q, found.Previous)
		}
		for _, r := range found.Records {
			ids = append(ids, string(r.Asset.ID))
		}
		q.Cursor, back, total = found.Next, found.Previous, found.Total
	}
	before := len(ids) - (len(ids)-1)%q.Limit - 1
	for q.Cursor = back; q.Cursor != ""; {
		found, err := s.Search(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		before -= len(found.Records)
		for i, r := range found.Records {
			if ids[before+i] != string(r.Asset.ID) {
				t.Errorf("%+v backwards: %s at %d, where %s was", q, r.Asset.ID, before+i, ids[before+i])
			}
		}
		q.Cursor = found.Previous
	}
	if len(ids) > 0 && before != 0 {
		t.Errorf("%+v: going back ends %d rows before the beginning", q, before)
	}
	return ids, total
}

// leaves says of a record what Search has to say of it, in Go.
func leaves(q inventory.Search, r inventory.Record, state inventory.State) bool {
	v := inventory.Verdict{}
	if r.Verdict != nil {
		v = *r.Verdict
	}
	return (q.Tenant == "" || r.Asset.Tenant == q.Tenant) && (q.Place == "" || r.Asset.Place == q.Place) && (q.Kind == "" || r.Asset.Kind == q.Kind) &&
		(q.System == "" || v.System == q.System) && (q.Capability == "" || v.Capability == q.Capability) &&
		(!q.Near || v.Capability != "") && (q.Certainty == 0 || v.Capability != "" && v.Score >= q.Certainty) &&
		(q.State == "" || state == q.State) && !r.Asset.Modified.Before(q.Since) && (!q.Orphaned || r.Asset.ModifiedBy == "p0@x") &&
		(q.Text == "" || strings.Contains(strings.ToLower(r.Asset.Name), q.Text))
}

func sortKey(q inventory.Search, r inventory.Record) float64 {
	switch q.Sort {
	case inventory.ByPeople:
		return float64(r.Usage.People)
	case inventory.ByModified:
		return float64(r.Asset.Modified.Unix())
	case inventory.BySize:
		return float64(r.Asset.Size)
	}
	if r.Verdict == nil || r.Verdict.None() {
		return 0
	}
	return r.Verdict.Score
}

// TestSearchAgainstAModel asks every way of narrowing in every order, once
// gathered and once walked, and compares with a walk through all records.
func TestSearchAgainstAModel(t *testing.T) {
	s := shelf(t, 60)
	var records []inventory.Record
	for r, err := range s.Records(t.Context(), sqlstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		records = append(records, r)
	}
	for _, most := range []int{20_000, 0} {
		s.GatherAtMost(most)
		for _, q := range []inventory.Search{
			{}, {Near: true}, {Kind: inventory.KindForm}, {System: "lagoon"}, {Capability: "crm"}, {Tenant: "t", Place: "a"}, {Tenant: "t", Place: "a/b"},
			{State: inventory.Proposed}, {Certainty: 0.5}, {Since: time.Date(2026, 1, 6, 0, 0, 0, 0, time.UTC)}, {Orphaned: true},
			{Text: "rota"}, {Text: "bud"}, {Text: "rota", Near: true, Kind: inventory.KindForm, Since: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)},
			{Tenant: "t", Place: "a", Near: true, Certainty: 0.3, Text: "grades"}, {Tenant: "u"}, {Kind: inventory.KindAgent, Text: "rota"},
		} {
			for _, q.Sort = range inventory.Sorts() {
				q.Limit = 7
				got, total := all(t, s, q)
				compareToModel(t, q, records, got)
				if n := len(got); total.N > n || !total.More && total.N != n {
					t.Errorf("%+v: total %+v of %d", q, total, n)
				}
				q.Backward = true
				turned, _ := all(t, s, q)
				slices.Reverse(turned)
				if diff := gocmp.Diff(got, turned); diff != "" {
					t.Fatalf("%+v: the other way round is another order:\n%s", q, diff)
				}
				q.Backward = false
			}
		}
	}
}

func compareToModel(t *testing.T, q inventory.Search, records []inventory.Record, got []string) {
	t.Helper()
	byID := map[string]inventory.Record{}
	var want []string
	for _, r := range records {
		state := inventory.State("")
		if r.Family == "f" {
			state = inventory.Proposed
		}
		if leaves(q, r, state) {
			byID[string(r.Asset.ID)] = r
			want = append(want, string(r.Asset.ID))
		}
	}
	if diff := gocmp.Diff(want, slices.Sorted(slices.Values(got))); diff != "" {
		t.Fatalf("%+v (-want +got):\n%s", q, diff)
	}
	ordered := slices.IsSortedFunc(got, func(a, b string) int {
		if q.Sort == inventory.ByName {
			return cmp.Compare(strings.ToLower(byID[a].Asset.Name), strings.ToLower(byID[b].Asset.Name))
		}
		return cmp.Compare(sortKey(q, byID[b]), sortKey(q, byID[a]))
	})
	if !ordered {
		t.Fatalf("%+v: out of order: %q", q, got)
	}
}

func TestSearchText(t *testing.T) {
	s := shelf(t, 14)
	if found, err := s.Search(t.Context(), inventory.Search{Text: "grades"}); err != nil || found.Total != (inventory.Total{N: 12}) {
		t.Errorf("few are counted to the last: %+v, %v", found.Total, err)
	}
	for text, want := range map[string]int{
		"grades": 12, "GRAD": 12, "ades": 0, "uber": 28, "Über": 28, `"student id"`: 28, `"id student"`: 0, "stud mark": 28, "budget plan": 8, "budget_pl": 8,
		`"budget pl"`: 0, "term xls": 28, "grades nothing": 0, "rota 3.xlsx": 2,
		// what is no word finds nothing, and nothing is an error
		`"`: 0, `""`: 0, `*`: 0, `AND`: 0, `grades OR rota`: 0, `grades) OR (rota`: 0, `name:grades`: 0, `-grades`: 12, `NEAR(grades rota)`: 0, "grades*": 12,
		`{name path}: grades`: 0, "\x00grades\x00": 12, "\xff\xfe": 0, "'; DROP TABLE cards; --": 0, "^grades": 12, strings.Repeat("grades ", 500): 12, strings.Repeat(`"`, 999): 0,
	} {
		got, _ := all(t, s, inventory.Search{Text: text, Limit: 50})
		if len(got) != want {
			t.Errorf("%.40q finds %d, want %d", text, len(got), want)
		}
	}
}

func FuzzSearchText(f *testing.F) {
	for _, text := range []string{"grades", `"a b" c*`, `a"`, "NOT (", "\x00"} {
		f.Add(text)
	}
	s := open(f, sqlstore.Options{})
	f.Fuzz(func(t *testing.T, text string) {
		if _, err := s.Search(t.Context(), inventory.Search{Text: text}); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}

func TestSearchRefusesForeignCursors(t *testing.T) {
	s := shelf(t, 20)
	found, err := s.Search(t.Context(), inventory.Search{Limit: 3})
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range []inventory.Search{{Cursor: found.Next, Near: true}, {Cursor: found.Next, Sort: inventory.ByName}, {Cursor: "x"}, {Cursor: "e30"}, {Cursor: found.Next + "=="}} {
		if _, err := s.Search(t.Context(), q); !errors.Is(err, inventory.ErrCursor) {
			t.Errorf("%+v: %v", q, err)
		}
	}
}

// TestCardsFollow changes one thing after the other and looks whether the next
// update of the cards, and no more than it takes, makes Search find it.
func TestCardsFollow(t *testing.T) {
	s := shelf(t, 10)
	place := inventory.Place{Tenant: "t", ID: "a", Kind: inventory.PlaceShare}
	finds := func(what string, q inventory.Search, want int) {
		t.Helper()
		if got, _ := all(t, s, q); len(got) != want {
			t.Errorf("%s: %d found, want %d", what, len(got), want)
		}
	}
	if n := update(t, s); n != 0 {
		t.Errorf("%d cards were made anew where nothing changed", n)
	}
	page := inventory.Page{Next: "2", Complete: true, Changes: []inventory.Change{
		{ID: "000", Asset: &inventory.Asset{Kind: inventory.KindWorkbook, Name: "zebra.xlsx", Revision: "2"}},
		{ID: "new", Asset: &inventory.Asset{Kind: inventory.KindWorkbook, Name: "zebra too.xlsx", Revision: "1"}},
		{ID: "003", Removed: true},
	}}
	if _, err := s.Apply(t.Context(), place, "1", page); err != nil {
		t.Fatal(err)
	}
	finds("a removed one is gone at once", inventory.Search{Limit: 99}, 19)
	if n := update(t, s); n != 2 {
		t.Errorf("%d cards were made anew, want 2", n)
	}
	finds("renamed and new", inventory.Search{Text: "zebra"}, 2)
	finds("its old name", inventory.Search{Text: "grades", Place: "a", Tenant: "t", Limit: 99}, 3)
	moved := inventory.Page{Next: "3", Complete: true, Changes: []inventory.Change{{ID: "f", Folder: &inventory.Folder{ID: "f", Name: "Archive"}}}}
	if _, err := s.Apply(t.Context(), place, "2", moved); err != nil {
		t.Fatal(err)
	}
	update(t, s)
	if err := s.SaveVerdicts(t.Context(), map[inventory.AssetID]inventory.Verdict{"t/a/000": {Basis: "c", Capability: "assets", Score: 0.7}}); err != nil {
		t.Fatal(err)
	}
	update(t, s)
	finds("another verdict", inventory.Search{Capability: "assets"}, 1)
	c, err := s.Conversation(t.Context(), "c")
	if err == nil {
		err = errors.Join(c.Decide(inventory.Decision{To: inventory.Invited, By: "me@x", At: time.Now()}), s.SaveConversation(t.Context(), c))
	}
	if err != nil {
		t.Fatal(err)
	}
	finds("a decision, at once", inventory.Search{State: inventory.Invited}, 2)
	if err := s.SaveFamilies(t.Context(), []inventory.Family{{ID: "f", Members: []inventory.AssetID{"t/a/001"}, Representative: "t/a/001"}}); err != nil {
		t.Fatal(err)
	}
	update(t, s)
	finds("families anew", inventory.Search{State: inventory.Invited}, 1)
	back := func(yield func(inventory.Account, error) bool) {
		_ = yield(inventory.Account{ID: "0", Address: "p0@x"}, nil) && yield(inventory.Account{ID: "1", Address: "p1@x", Left: true}, nil)
	}
	if err := s.SaveAccounts(t.Context(), "t", back); err != nil {
		t.Fatal(err)
	}
	update(t, s)
	got, _ := all(t, s, inventory.Search{Orphaned: true, Limit: 99})
	if diff := gocmp.Diff([]string{"t/a/001", "t/a/005", "t/a/009", "t/a/b/001", "t/a/b/005", "t/a/b/009"}, slices.Sorted(slices.Values(got))); diff != "" {
		t.Errorf("orphaned (-want +got):\n%s", diff)
	}
}

// TestErasedWordsAreNotFound looks for the bytes of words in the index of
// words, after what they stood on was erased.
func TestErasedWordsAreNotFound(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	s := openAt(t, path, sqlstore.Options{})
	apply(t, s, drive, "", full("1", book("other"), bookWith("secret", func(a *inventory.Asset) { a.Name = "Zq8canary plan.xlsx" })))
	apply(t, s, drive, "1", delta("2", bookWith("kept", func(a *inventory.Asset) { a.ModifiedBy = "zq9canary@uni.example" })))
	update(t, s)
	if got, _ := all(t, s, inventory.Search{Text: "zq8"}); len(got) != 1 {
		t.Fatalf("before: %v", got)
	}
	if _, err := s.EraseAsset(t.Context(), id("secret"), false); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ErasePerson(t.Context(), "zq9canary@uni.example", false); err != nil {
		t.Fatal(err)
	}
	settle(t, s)
	update(t, s)
	if got, _ := all(t, s, inventory.Search{}); len(got) != 2 {
		t.Errorf("after: %v", got)
	}
	for _, word := range []string{"q8canary", "zq9canary"} {
		if n := inFiles(t, path, word); n > 0 {
			t.Errorf("%q is left %d times", word, n)
		}
	}
}
