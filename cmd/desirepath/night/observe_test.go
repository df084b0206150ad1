package night

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// A watcher spends seven units on whatever it observes.
type watcher struct {
	scanners.Scanner
	transport *wire.Transport
	seen      []string
}

func (w *watcher) Tenant() inventory.Tenant { return inventory.Tenant{Name: "t"} }

func (w *watcher) Observe(ctx context.Context, _ inventory.Place, a inventory.Asset, _ inventory.Facets) (inventory.Usage, error) {
	w.seen = append(w.seen, a.VendorID)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1/x", nil)
	if err != nil {
		return inventory.Usage{}, err
	}
	resp, err := w.transport.RoundTrip(req)
	if err != nil {
		return inventory.Usage{}, err
	}
	return inventory.Usage{}, resp.Body.Close()
}

type answer struct{}

func (answer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader("")), Header: http.Header{}, Request: r}, nil
}

// A night observes as many candidates as its share of the units allows, the
// surest first, says how many are left, and the next nights go on with them.
func TestObserveWithinABudget(t *testing.T) {
	ctx := t.Context()
	store, err := sqlstore.Open(ctx, filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	const candidates = 10
	place := inventory.Place{Tenant: "t", ID: "p", Kind: inventory.PlaceLibrary}
	page := inventory.Page{Next: "1", Full: true, Complete: true}
	for i := range candidates {
		id := fmt.Sprint(i)
		page.Changes = append(page.Changes, inventory.Change{ID: id, Asset: &inventory.Asset{Kind: inventory.KindWorkbook, Name: id + ".xlsx", Revision: "1"}})
	}
	if _, err := store.Apply(ctx, place, "", page); err != nil {
		t.Fatal(err)
	}
	for i := range candidates {
		id := inventory.NewAssetID(place, fmt.Sprint(i))
		if err := store.Looked(ctx, id, inventory.Structure{Revision: "1", Depth: inventory.DepthHeads}); err != nil {
			t.Fatal(err)
		}
		verdict := map[inventory.AssetID]inventory.Verdict{id: {Capability: "crm", Score: float64(i) / candidates, Basis: "b"}}
		if err := store.SaveVerdicts(ctx, verdict); err != nil {
			t.Fatal(err)
		}
	}
	ledger := &wire.Ledger{}
	transport, err := wire.New(wire.Options{Tenant: "t", Base: answer{}, Ledger: ledger, Units: func(*http.Request) int { return 7 },
		Guard: wire.Guard{Rules: []wire.Rule{{Hosts: []string{"127.0.0.1"}}}}})
	if err != nil {
		t.Fatal(err)
	}
	w := &watcher{transport: transport}
	n := Night{Store: store, Sources: []Source{{Scanner: w, Observer: w, Ledger: ledger, Watching: 4 * 7}}, Parallel: 1,
		Observe: time.Hour, Log: slog.New(slog.DiscardHandler), Now: time.Now}
	for night, want := range []struct{ seen, told string }{{"9 8 7 6", "6 candidates"}, {"5 4 3 2", "2 candidates"}, {"1 0", ""}} {
		var run inventory.Run
		w.seen = nil
		partial, err := n.observe(ctx, &run)
		told := ""
		for _, p := range run.Places {
			told += p.Error
		}
		if err != nil || partial || strings.Join(w.seen, " ") != want.seen || !strings.Contains(told, want.told) || (told == "") != (want.told == "") {
			t.Errorf("night %d: saw %v, told %q, partial %v, %v; want %+v", night, w.seen, told, partial, err, want)
		}
	}
}
