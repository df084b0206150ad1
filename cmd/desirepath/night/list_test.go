package night

import (
	"context"
	"errors"
	"iter"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
)

// A companion tells its place once another scanner has been asked for its own.
type companion struct {
	tenant string
	begun  chan<- struct{}
	other  <-chan struct{}
}

func (c companion) Tenant() inventory.Tenant { return inventory.Tenant{Name: c.tenant} }

func (c companion) Places(context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		close(c.begun)
		select {
		case <-c.other:
			yield(inventory.Place{Tenant: c.tenant, ID: "p", Kind: inventory.PlaceLibrary, Name: "P"}, nil)
		case <-time.After(10 * time.Second):
			yield(inventory.Place{}, errors.New("the other source was not listed meanwhile"))
		}
	}
}

func (c companion) Pages(_ context.Context, p inventory.Place, _ inventory.Cursor) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		asset := inventory.Asset{Kind: inventory.KindTable, Name: "a.csv", Revision: "1"}
		yield(inventory.Page{Next: "1", Full: true, Complete: true, Changes: []inventory.Change{{ID: "a", Asset: &asset}}}, nil)
	}
}

// Sources wait for quotas of their own: they are listed at once, and told of
// in their order.
func TestSourcesAreListedAtOnce(t *testing.T) {
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	a, b := make(chan struct{}), make(chan struct{})
	found := 0
	n := &Night{
		Store: store, Parallel: 2, Now: time.Now, Log: slog.New(slog.DiscardHandler),
		Sources:  []Source{{Scanner: companion{"first", a, b}}, {Scanner: companion{"second", b, a}}},
		Progress: func(s Stage) { found = max(found, s.Done) }, // not safe for concurrent use
	}
	run := inventory.Run{ID: 1, Started: time.Now()}
	if partial, err := n.list(t.Context(), &run); partial || err != nil {
		t.Fatalf("partial: %t, %v", partial, err)
	}
	if len(run.Places) != 2 || !strings.HasPrefix(run.Places[0].Place, "first") || !strings.HasPrefix(run.Places[1].Place, "second") || found != 1 {
		t.Errorf("places %+v, %d found in one of them", run.Places, found)
	}
}

var _ scanners.Scanner = companion{}
