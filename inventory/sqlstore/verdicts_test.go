package sqlstore_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// looked opens a store with n books a, b, c ... that were looked into.
func looked(t testing.TB, o sqlstore.Options, n int) *sqlstore.Store {
	t.Helper()
	s := open(t, o)
	var cs []inventory.Change
	for i := range n {
		cs = append(cs, book(string(rune('a'+i))))
	}
	apply(t, s, drive, "", complete(full("1", cs...)))
	for _, d := range due(t, s, heads) {
		look(t, s, d.Asset)
	}
	return s
}

func id(vendor string) inventory.AssetID { return inventory.NewAssetID(drive, vendor) }

func judge(t testing.TB, s *sqlstore.Store, basis, capability string, ids ...string) {
	t.Helper()
	vs := map[inventory.AssetID]inventory.Verdict{}
	for _, v := range ids {
		vs[id(v)] = inventory.Verdict{Capability: capability, Score: 0.5, Basis: basis}
	}
	if err := s.SaveVerdicts(t.Context(), vs); err != nil {
		t.Fatal(err)
	}
}

func wantUnjudged(t testing.TB, s *sqlstore.Store, basis string, want ...string) {
	t.Helper()
	subjects, err := s.Unjudged(t.Context(), basis, 100)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range subjects {
		got = append(got, s.Asset.VendorID)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("unjudged on %s (-want +got):\n%s", basis, diff)
	}
}

func TestUnjudged(t *testing.T) {
	clock := newClock()
	s := looked(t, sqlstore.Options{Now: clock.Now}, 3)
	apply(t, s, drive, "1", delta("2", book("unread")))
	wantUnjudged(t, s, "b1", "a", "b", "c")
	judge(t, s, "b1", "lms", "a", "c")
	judge(t, s, "b1", "", "b")
	wantUnjudged(t, s, "b1")
	wantUnjudged(t, s, "b0", "a", "b", "c")
	wantUnjudged(t, s, "b2", "a", "b", "c")

	// Each of these lets the verdict be given again, the clock standing still.
	if err := s.Looked(t.Context(), id("a"), structure("1")); err != nil {
		t.Fatal(err)
	}
	if err := s.Observed(t.Context(), id("b"), inventory.Usage{People: 3, Revision: "1"}); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "2", delta("3", bookWith("c", func(a *inventory.Asset) { a.Name = "gradebook.xlsx" })))
	wantUnjudged(t, s, "b1", "a", "b", "c")
	judge(t, s, "b1", "lms", "a", "b", "c")
	wantUnjudged(t, s, "b1")
	// The same use seen again says nothing new.
	if err := s.Observed(t.Context(), id("b"), inventory.Usage{People: 3, Revision: "1", Observed: clock.Now().Add(time.Hour)}); err != nil {
		t.Fatal(err)
	}
	wantUnjudged(t, s, "b1")
	// A folder's name is in the path of what lies below.
	apply(t, s, drive, "3", delta("4", bookIn("a", "f"), folder("f", "", "F"), folder("g", "", "G")))
	judge(t, s, "b1", "lms", "a")
	apply(t, s, drive, "4", delta("5", folder("f", "g", "F")))
	wantUnjudged(t, s, "b1", "a")
	judge(t, s, "b1", "lms", "a")
	apply(t, s, drive, "5", delta("6", folder("g", "", "Gradebooks")))
	wantUnjudged(t, s, "b1", "a")
}

func TestUnjudgedProgressesPageByPage(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 10)
	judge(t, s, "a-basis", "", "c", "d")
	judge(t, s, "z-basis", "", "e")
	seen := map[inventory.AssetID]int{}
	for range 10 {
		subjects, err := s.Unjudged(t.Context(), "m-basis", 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(subjects) == 0 {
			break
		}
		vs := map[inventory.AssetID]inventory.Verdict{}
		for _, sub := range subjects {
			seen[sub.Asset.ID]++
			vs[sub.Asset.ID] = inventory.Verdict{Basis: "m-basis"}
		}
		if err := s.SaveVerdicts(t.Context(), vs); err != nil {
			t.Fatal(err)
		}
	}
	if len(seen) != 10 {
		t.Errorf("%d of 10 were judged: %v", len(seen), seen)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was judged %d times", id, n)
		}
	}
}

func TestSaveVerdicts(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 1)
	want := inventory.Verdict{
		Capability: "lms", System: "moodle", Score: 0.875, Basis: "b1",
		Alternatives: []inventory.Alternative{{Capability: "hris", Score: 0.1}},
		Evidence:     []inventory.Evidence{{Signal: "headings", Args: []string{"Grade", "Student"}, Weight: 2.5}},
		Needs:        []inventory.Need{{Kind: "field", Word: "late penalty"}},
	}
	err := s.SaveVerdicts(t.Context(), map[inventory.AssetID]inventory.Verdict{id("a"): want, id("gone"): want})
	if err != nil {
		t.Fatal(err)
	}
	rs := records(t, s, sqlstore.Filter{})
	if diff := cmp.Diff(&want, rs[0].Verdict); len(rs) != 1 || diff != "" {
		t.Errorf("%d records, verdict (-want +got):\n%s", len(rs), diff)
	}
	if err := s.SaveVerdicts(t.Context(), map[inventory.AssetID]inventory.Verdict{id("a"): {}}); err == nil {
		t.Error("a verdict without a basis was stored")
	}
	st := structure("1")
	if diff := cmp.Diff(&st, rs[0].Structure); diff != "" {
		t.Errorf("structure (-want +got):\n%s", diff)
	}
}

func TestToObserve(t *testing.T) {
	clock := newClock()
	s := looked(t, sqlstore.Options{Now: clock.Now}, 4)
	judge(t, s, "b1", "lms", "a", "b", "c")
	judge(t, s, "b1", "", "d")
	q := sqlstore.ObserveQuery{Tenant: "t", Facets: inventory.FacetSharing, Before: clock.Now().Add(-time.Hour)}
	want := func(ids ...string) {
		t.Helper()
		ds, err := s.ToObserve(t.Context(), q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range ds {
			got = append(got, d.Asset.VendorID)
		}
		if diff := cmp.Diff(ids, got); diff != "" {
			t.Fatalf("to observe (-want +got):\n%s", diff)
		}
	}
	want("a", "b", "c")
	usage := inventory.Usage{
		Editors: []inventory.Editor{{Address: "x@example.org", Edits: 2, Last: clock.Now()}},
		People:  4, Widely: true, Facets: inventory.FacetSharing, Revision: "1", Observed: clock.Now(),
	}
	if err := s.Observed(t.Context(), id("a"), usage); err != nil {
		t.Fatal(err)
	}
	want("b", "c")
	if diff := cmp.Diff(&usage, records(t, s, sqlstore.Filter{})[0].Usage); diff != "" {
		t.Errorf("usage (-want +got):\n%s", diff)
	}
	stale := usage
	stale.Revision = "0"
	if err := s.Observed(t.Context(), id("b"), stale); !errors.Is(err, inventory.ErrStale) {
		t.Errorf("an observation of another revision: %v, want ErrStale", err)
	}

	// Failing ones come last, wait, and keep what was observed before.
	fail := func(vendor string, f inventory.Failure) {
		t.Helper()
		if err := s.ObserveFailed(t.Context(), id(vendor), "1", f); err != nil {
			t.Fatal(err)
		}
	}
	fail("b", inventory.Failure{Reason: "timeout"})
	want("c")
	clock.Advance(time.Hour)
	want("c", "b")
	fail("b", inventory.Failure{Reason: "forbidden", Final: true})
	fail("c", inventory.Failure{Reason: "timeout"})
	clock.Advance(24 * time.Hour)
	want("c")
	q.Facets |= inventory.FacetEditors // more than was read of a
	want("a", "c")
	q.Facets = inventory.FacetSharing
	q.Before = clock.Now() // everything has expired, the failure for good too
	want("a", "c", "b")
	fail("a", inventory.Failure{Reason: "timeout"})
	if got := records(t, s, sqlstore.Filter{})[0].Usage; got == nil || got.People != 4 {
		t.Errorf("usage after a failed observation = %+v", got)
	}
	want("c", "b")
	apply(t, s, drive, "1", delta("2", bookWith("a", func(a *inventory.Asset) { a.Revision = "2" })))
	want("a", "c", "b") // another revision, tried never
	q.Limit = 1
	want("a")
	q.Tenant = "other"
	want()
}

func TestObserveKeepsOutOfWhatIsExcluded(t *testing.T) {
	path := t.TempDir() + "/inventory.db"
	s := openAt(t, path, sqlstore.Options{})
	apply(t, s, drive, "", complete(full("1", bookWith("a", func(a *inventory.Asset) { a.Label = "secret" }), book("b"))))
	for _, d := range due(t, s, heads) {
		look(t, s, d.Asset)
	}
	judge(t, s, "b1", "lms", "a", "b")
	closeStore(t, s)
	s = openAt(t, path, sqlstore.Options{Scope: inventory.Scope{Exclude: inventory.Rules{Labels: []string{"secret"}}}})
	ds, err := s.ToObserve(t.Context(), sqlstore.ObserveQuery{Tenant: "t", Limit: 1})
	if err != nil || len(ds) != 1 || ds[0].Asset.VendorID != "b" {
		t.Errorf("to observe: %+v, %v; want b alone", ds, err)
	}
}

func TestFamilies(t *testing.T) {
	family := func(famID, kind string, members ...string) inventory.Family {
		f := inventory.Family{ID: string(id(famID)), Kind: kind, Representative: id(members[0])}
		for _, m := range members {
			f.Members = append(f.Members, id(m))
		}
		return f
	}
	type step struct {
		name string
		save []inventory.Family
		want []inventory.Family
	}
	copies := inventory.FamilyCopies
	steps := []step{
		{"first", []inventory.Family{family("a", copies, "a", "b"), family("c", copies, "c", "d", "e"), family("f", inventory.FamilySingle, "f")},
			[]inventory.Family{family("a", copies, "a", "b"), family("c", copies, "c", "d", "e"), family("f", inventory.FamilySingle, "f")}},
		{"the same again", []inventory.Family{family("f", inventory.FamilySingle, "f"), family("c", copies, "c", "d", "e"), family("a", copies, "a", "b")},
			[]inventory.Family{family("a", copies, "a", "b"), family("c", copies, "c", "d", "e"), family("f", inventory.FamilySingle, "f")}},
		{"the first leaves", []inventory.Family{family("d", copies, "d", "e"), family("a", copies, "a", "b")},
			[]inventory.Family{family("a", copies, "a", "b"), family("c", copies, "d", "e")}},
		{"merged under the younger name: the older id stays", []inventory.Family{family("d", copies, "a", "b", "d", "e")},
			[]inventory.Family{family("a", copies, "a", "b", "d", "e")}},
		{"fallen apart: the id goes where most are", []inventory.Family{family("d", copies, "b", "d", "e"), family("c", copies, "a", "c")},
			[]inventory.Family{family("a", copies, "b", "d", "e"), family("c", copies, "a", "c")}},
		{"its own name is taken", []inventory.Family{family("b", copies, "b", "d", "e"), family("a", copies, "g", "h")},
			[]inventory.Family{family("a", copies, "b", "d", "e"), family("g", copies, "g", "h")}},
		{"unknown members", []inventory.Family{family("zz", copies, "zz", "zzz"), family("a", copies, "b", "zzz", "d")},
			[]inventory.Family{family("a", copies, "b", "d")}},
		{"none", nil, nil},
	}
	s := looked(t, sqlstore.Options{}, 8)
	for _, st := range steps {
		if err := s.SaveFamilies(t.Context(), st.save); err != nil {
			t.Fatalf("%s: %v", st.name, err)
		}
		got, err := s.Families(t.Context())
		if err != nil {
			t.Fatalf("%s: %v", st.name, err)
		}
		if diff := cmp.Diff(st.want, got); diff != "" {
			t.Fatalf("%s (-want +got):\n%s", st.name, diff)
		}
	}
}

func TestRemovedAssetLeavesItsFamilyButKeepsTheConversation(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 2)
	f := inventory.Family{ID: "fam", Kind: inventory.FamilyCopies, Members: []inventory.AssetID{id("a"), id("b")}, Representative: id("a")}
	if err := s.SaveFamilies(t.Context(), []inventory.Family{f}); err != nil {
		t.Fatal(err)
	}
	c := conversation(t, "c1", inventory.Proposed)
	if err := s.SaveConversation(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "1", delta("2", removed("a")))
	got, err := s.Families(t.Context())
	want := []inventory.Family{{ID: "fam", Kind: inventory.FamilySingle, Members: []inventory.AssetID{id("b")}, Representative: id("b")}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("families: %v (-want +got):\n%s", err, diff)
	}
	apply(t, s, drive, "2", delta("3", removed("b")))
	if got, err := s.Families(t.Context()); err != nil || len(got) != 0 {
		t.Errorf("families without members: %+v, %v", got, err)
	}
	if got, err := s.Conversation(t.Context(), "c1"); err != nil || got.Family != "fam" {
		t.Errorf("conversation: %+v, %v", got, err)
	}
}

func conversation(t testing.TB, id string, states ...inventory.State) inventory.Conversation {
	t.Helper()
	c := inventory.Conversation{ID: id, Family: "fam", System: "moodle", Keeper: "k@example.org", Partner: inventory.Partner{Name: "Pat", Address: "pat@example.org"}}
	for n, to := range states {
		at := time.Date(2026, 4, 1+n, 0, 0, 0, 0, time.UTC)
		if err := c.Decide(inventory.Decision{Conversation: id, To: to, By: "desirepath", At: at, Why: "because"}); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

func TestConversationsAreAppendOnly(t *testing.T) {
	s := open(t, sqlstore.Options{})
	save := func(c inventory.Conversation) error { return s.SaveConversation(t.Context(), c) }
	first := conversation(t, "c1", inventory.Proposed, inventory.Invited)
	if err := save(first); err != nil {
		t.Fatal(err)
	}
	longer := conversation(t, "c1", inventory.Proposed, inventory.Invited, inventory.Talking)
	longer.Keeper = "successor@example.org"
	if err := save(longer); err != nil {
		t.Fatal(err)
	}
	if err := save(longer); err != nil {
		t.Fatalf("the same again: %v", err)
	}
	altered := conversation(t, "c1", inventory.Proposed, inventory.Invited, inventory.Talking, inventory.Agreed)
	altered.Steps[1].Why = "something else"
	elsewhere := conversation(t, "c1", inventory.Proposed, inventory.Invited, inventory.Talking)
	elsewhere.State = inventory.Adopted
	for name, c := range map[string]inventory.Conversation{"shorter": first, "altered": altered, "elsewhere": elsewhere} {
		if err := save(c); err == nil {
			t.Errorf("a history that is %s was stored", name)
		}
	}
	if err := save(first); !errors.Is(err, sqlstore.ErrRewritten) {
		t.Errorf("a shorter history: %v, want ErrRewritten", err)
	}
	second := conversation(t, "c0", inventory.Proposed)
	if err := save(second); err != nil {
		t.Fatal(err)
	}
	got, err := s.Conversations(t.Context())
	if diff := cmp.Diff([]inventory.Conversation{second, longer}, got); err != nil || diff != "" {
		t.Errorf("conversations: %v (-want +got):\n%s", err, diff)
	}
	one, err := s.Conversation(t.Context(), "c1")
	if diff := cmp.Diff(longer, one); err != nil || diff != "" {
		t.Errorf("conversation: %v (-want +got):\n%s", err, diff)
	}
	if _, err := s.Conversation(t.Context(), "none"); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("unknown conversation: %v, want ErrNotFound", err)
	}
}

func TestRecordsFilter(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 4)
	judge(t, s, "b1", "lms", "a", "b")
	judge(t, s, "b1", "", "c")
	if err := s.SaveFamilies(t.Context(), []inventory.Family{{ID: "fam", Kind: inventory.FamilySingle, Members: []inventory.AssetID{id("b")}, Representative: id("b")}}); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "1", delta("2", folder("f", "", "Über uns"), bookIn("d", "f"),
		bookWith("e", func(a *inventory.Asset) { a.Kind, a.Name = inventory.KindForm, "Anmeldung_100%" })))
	other := inventory.Place{Tenant: "u", ID: "drive", Kind: inventory.PlaceMyDrive}
	apply(t, s, other, "", full("1", bookWith("z", func(a *inventory.Asset) { a.Shared = true })))
	tests := []struct {
		filter sqlstore.Filter
		want   []string
	}{
		{sqlstore.Filter{}, []string{"a", "b", "c", "d", "e", "z"}},
		{sqlstore.Filter{Tenant: "t"}, []string{"a", "b", "c", "d", "e"}},
		{sqlstore.Filter{Tenant: "u", Place: "drive"}, []string{"z"}},
		{sqlstore.Filter{Place: "drive"}, []string{"a", "b", "c", "d", "e", "z"}},
		{sqlstore.Filter{Kind: inventory.KindForm}, []string{"e"}},
		{sqlstore.Filter{Capability: "lms"}, []string{"a", "b"}},
		{sqlstore.Filter{Family: "fam"}, []string{"b"}},
		{sqlstore.Filter{Judged: true}, []string{"a", "b", "c"}},
		{sqlstore.Filter{Looked: true}, []string{"a", "b", "c", "d"}},
		{sqlstore.Filter{Text: "über"}, []string{"d"}},
		{sqlstore.Filter{Text: "100%"}, []string{"e"}},
		{sqlstore.Filter{Text: "_"}, []string{"e"}},
		{sqlstore.Filter{After: id("b"), Limit: 2}, []string{"c", "d"}},
		{sqlstore.Filter{Text: ".XLSX", After: id("d"), Limit: 1}, []string{"z"}},
		{sqlstore.Filter{System: "moodle"}, nil},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%+v", tt.filter), func(t *testing.T) {
			var got []string
			for _, r := range records(t, s, tt.filter) {
				got = append(got, r.Asset.VendorID)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("records (-want +got):\n%s", diff)
			}
		})
	}
}

// What a reader of Records writes meanwhile neither waits nor shows.
func TestRecordsAreOfOneMoment(t *testing.T) {
	s := looked(t, sqlstore.Options{}, 3)
	n := 0
	for r, err := range s.Records(t.Context(), sqlstore.Filter{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			apply(t, s, drive, "1", delta("2", removed("b"), book("d")))
		}
		if _, err := s.Record(t.Context(), r.Asset.ID); n != 1 && err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 3 {
		t.Errorf("%d records, want the three of the beginning", n)
	}
	wantNames(t, s, "a", "c", "d")
}

func TestSummary(t *testing.T) {
	clock := newClock()
	s := looked(t, sqlstore.Options{Now: clock.Now}, 3)
	empty, err := open(t, sqlstore.Options{}).Summary(t.Context())
	if diff := cmp.Diff(inventory.Summary{}, empty); err != nil || diff != "" {
		t.Errorf("summary of nothing: %v\n%s", err, diff)
	}
	judge(t, s, "b1", "lms", "a", "b")
	judge(t, s, "b1", "", "c")
	fams := []inventory.Family{{ID: "f", Kind: inventory.FamilyCopies, Members: []inventory.AssetID{id("a"), id("b")}, Representative: id("a")}}
	if err := s.SaveFamilies(t.Context(), fams); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveConversation(t.Context(), conversation(t, "c1", inventory.Proposed)); err != nil {
		t.Fatal(err)
	}
	apply(t, s, drive, "1", delta("2", book("locked")))
	if err := s.LookFailed(t.Context(), id("locked"), "1", inventory.Failure{Reason: "encrypted", Final: true}); err != nil {
		t.Fatal(err)
	}
	run, err := s.StartRun(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := s.FinishRun(t.Context(), inventory.Run{ID: run, Result: inventory.RunComplete}); err != nil {
		t.Fatal(err)
	}
	got, err := s.Summary(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := inventory.Summary{
		Assets: []inventory.Count{{A: "t", B: "workbook", N: 4}}, Structures: 3,
		Unread:   []inventory.Count{{A: "t", B: "encrypted", N: 1}},
		Verdicts: []inventory.Count{{N: 1}, {A: "lms", N: 2}}, Families: []inventory.Count{{A: "copies", N: 1}},
		Conversations: []inventory.Count{{A: "moodle", B: "proposed", N: 1}},
		Places:        []inventory.Count{{A: "t", B: "library", N: 1}}, LastComplete: clock.Now(),
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(inventory.Summary{}, "LastRun")); diff != "" || got.LastRun.ID != run {
		t.Errorf("summary, last run %d (-want +got):\n%s", got.LastRun.ID, diff)
	}
}
