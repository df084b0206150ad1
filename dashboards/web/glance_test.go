package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// queue is an inventory with many proposals.
type queue struct {
	shelf
	all []inventory.Opening
}

func (q queue) Talk(_ context.Context, s inventory.TalkSearch) (inventory.FoundOpenings, error) {
	return pageOf(q.all, s), nil
}

// TestAWeekNotesWhatItShows: of the proposals that a week is chosen from, those
// alone are kept as looked at that are on the page.
func TestAWeekNotesWhatItShows(t *testing.T) {
	partner := inventory.Partner{Name: "Pat Part", Address: "pat@x"}
	var all []inventory.Opening
	for i := range 9 {
		keeper := inventory.Person{Name: fmt.Sprintf("Keeper %d", i), Address: fmt.Sprintf("k%d@x", i)}
		all = append(all, inventory.Opening{
			Conversation: inventory.Conversation{ID: fmt.Sprintf("c%d", i), Family: fmt.Sprintf("f%d", i), System: "lagoon", Partner: partner, Keeper: keeper.Address, State: inventory.Proposed, Since: today},
			System:       inventory.System{ID: "lagoon", Partner: partner}, Family: inventory.Family{ID: fmt.Sprintf("f%d", i)}, Keeper: keeper,
			Asset: gradebook(fmt.Sprintf("t/p/%d", i), "marks.xlsx"), Worth: inventory.Worth{Total: float64(i) / 10},
		})
	}
	all[0].Conversation.State = inventory.Talking
	var kept []inventory.Visit
	book := access.OpenBook(func(_ context.Context, vs []inventory.Visit) error {
		kept = append(kept, vs...)
		return nil
	}, slog.New(slog.DiscardHandler))
	p, err := New(Options{Source: queue{shelf{opening: &all[0]}, all}, Language: "en", Log: slog.New(slog.DiscardHandler), Book: book, Weekly: 2, Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	access.As(viewers()["partner"], p).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/week", nil))
	if err := book.Close(t.Context()); err != nil || len(kept) != 1 {
		t.Fatalf("%d visits, %v", len(kept), err)
	}
	var shown []string
	for i := range all {
		if strings.Contains(w.Body.String(), fmt.Sprintf("Keeper %d", i)) {
			shown = append(shown, fmt.Sprintf("c%d", i))
		}
	}
	if diff := cmp.Diff([]string{"c0", "c7", "c8"}, shown); diff != "" {
		t.Errorf("shown (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(shown, kept[0].Talks); diff != "" {
		t.Errorf("noted (-shown +noted):\n%s", diff)
	}
	if diff := cmp.Diff([]inventory.AssetID{"t/p/0", "t/p/7", "t/p/8"}, kept[0].About); diff != "" {
		t.Errorf("tools (-want +got):\n%s", diff)
	}
}
