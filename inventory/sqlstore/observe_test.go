package sqlstore_test

import (
	"errors"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/google/go-cmp/cmp"
)

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
