package night

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
)

// idlers give jobs back as they are.
type idlers struct{ given int }

func (*idlers) Hands() int { return 1 }

func (c *idlers) Do(_ context.Context, jobs []inventory.Job) ([]inventory.JobAccount, error) {
	c.given++
	return make([]inventory.JobAccount, len(jobs)), nil
}

// A step with which nobody gets on comes to an end, and the night with it.
func TestJobsThatComeBackUndone(t *testing.T) {
	crew := &idlers{}
	n := Night{Crew: crew, Log: slog.New(slog.DiscardHandler)}
	partial, err := n.inBatches(t.Context(), &inventory.Run{ID: 1}, Stage{Name: "looking"}, func(int) (inventory.Job, error) {
		return inventory.Job{Step: stepLook, Assets: []inventory.AssetID{"t/p/a"}}, nil
	})
	if !partial || err != nil || crew.given != oftenIdle {
		t.Errorf("partial: %v, %v, after %d times", partial, err, crew.given)
	}
}

// A forgetter has everything erased that is asked of it, while it looks.
type forgetter struct {
	scanners.Scanner
	store *sqlstore.Store
}

func (f forgetter) Tenant() inventory.Tenant { return inventory.Tenant{Name: "t"} }

func (f forgetter) Inspect(ctx context.Context, d inventory.Due) (inventory.Structure, error) {
	_, err := f.store.EraseAsset(ctx, d.Asset.ID, false)
	return inventory.Structure{Revision: d.Asset.Revision}, err
}

func (f forgetter) Observe(ctx context.Context, _ inventory.Place, a inventory.Asset, _ inventory.Facets) (inventory.Usage, error) {
	_, err := f.store.EraseAsset(ctx, a.ID, false)
	return inventory.Usage{}, err
}

// What is erased while a night is busy with it does not stop the night.
func TestErasedMeanwhile(t *testing.T) {
	ctx := t.Context()
	store, err := sqlstore.Open(ctx, filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	page := inventory.Page{Next: "1", Full: true, Complete: true}
	for _, id := range []string{"a", "b"} {
		page.Changes = append(page.Changes, inventory.Change{ID: id, Asset: &inventory.Asset{Kind: inventory.KindWorkbook, Name: id + ".xlsx", Revision: "1"}})
	}
	place := inventory.Place{Tenant: "t", ID: "p", Kind: inventory.PlaceLibrary}
	if _, err := store.Apply(ctx, place, "", page); err != nil {
		t.Fatal(err)
	}
	n := Night{Store: store, Now: time.Now, Log: slog.New(slog.DiscardHandler)}
	source := Source{Scanner: forgetter{store: store}, Inspector: forgetter{store: store}, Observer: forgetter{store: store}}
	due := func(id inventory.AssetID) inventory.Due {
		r, err := store.Record(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return inventory.Due{Asset: r.Asset}
	}
	if _, err := n.inspect(ctx, source, due("t/p/a")); err != nil {
		t.Errorf("looked into: %v", err)
	}
	if _, err := n.observeOne(ctx, source, due("t/p/b"), inventory.FacetSharing); err != nil {
		t.Errorf("observed: %v", err)
	}
	run := inventory.Run{ID: 1}
	run.ID, err = store.StartRun(ctx)
	if err != nil {
		t.Fatal(err)
	}
	n.Sources = []Source{source}
	accounts, err := n.doBy(ctx, alone{&n}, &run, inventory.Job{Step: stepList, Tenant: "t", Place: "nobody's"})
	if err != nil || accounts[0].Report.Complete || accounts[0].Report.Error == "" {
		t.Errorf("a place that is gone: %+v, %v", accounts, err)
	}
}
