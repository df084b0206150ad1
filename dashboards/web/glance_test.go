package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
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
	return q.pageOf(q.all, s), nil
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

func (q queue) Conversation(_ context.Context, id string) (inventory.Conversation, error) {
	for _, o := range q.all {
		if o.Conversation.ID == id {
			return o.Conversation, nil
		}
	}
	return inventory.Conversation{}, inventory.ErrNotFound
}

// asked is a queue that keeps what conversations it was asked for.
type asked struct {
	queue
	of *[][]string
}

func (a asked) Talk(ctx context.Context, s inventory.TalkSearch) (inventory.FoundOpenings, error) {
	*a.of = append(*a.of, s.Of)
	return a.queue.Talk(ctx, s)
}

// TestBuildersTalks: builders are given a page of their own conversations, as
// narrowed as they ask; nothing of others is read for it.
func TestBuildersTalks(t *testing.T) {
	edited := gradebook("t/p/1", "rota.xlsx")
	edited.Family, edited.Asset.ModifiedBy = "f1", "kay@x"
	var all []inventory.Opening
	for i := range 140 {
		c := inventory.Conversation{ID: fmt.Sprintf("c%03d", i), Family: fmt.Sprint("f", i), System: fmt.Sprint("s", i%2), Keeper: "lee@x", State: inventory.Invited, Since: today}
		if i >= 20 {
			c.Keeper = "Kay@x"
		}
		partner := inventory.Partner{Name: "P", Address: fmt.Sprintf("p%d@x", i%3)}
		all = append(all, inventory.Opening{Conversation: c, System: inventory.System{ID: c.System, Partner: partner}, Worth: inventory.Worth{Total: 0.5}})
	}
	var of [][]string
	source, l := asked{queue{shelf{records: []inventory.Record{edited}}, all}, &of}, &ledger{}
	p, err := New(Options{Source: source, Language: "en", Log: slog.New(slog.DiscardHandler), Desk: l, Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	kay := access.Viewer{Address: "kay@x", Roles: []access.Role{access.Builder}}
	found := func(query string, v access.Viewer) (ids []string, next bool) {
		w := httptest.NewRecorder()
		access.As(v, p).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/conversations?"+query, nil))
		for _, m := range regexp.MustCompile(`/conversation/(c\d+)"`).FindAllStringSubmatch(w.Body.String(), -1) {
			ids = append(ids, m[1])
		}
		return ids, strings.Contains(w.Body.String(), "page=")
	}
	for query, want := range map[string]struct {
		n     int
		first string
		next  bool
	}{
		"": {rowsPerPage, "c001", true}, "system=s0": {rowsPerPage, "c020", true}, "system=s1&partner=p1@x": {21, "c001", false},
		"page=100": {21, "c119", false}, "state=proposed": {0, "", false},
	} {
		ids, next := found(query, kay)
		if len(ids) != want.n || len(ids) > 0 && ids[0] != want.first || next != want.next {
			t.Errorf("%q: %d, %v, another page: %v; want %+v", query, len(ids), ids, next, want)
		}
	}
	if ids, _ := found("", access.Viewer{Roles: []access.Role{access.Builder}}); len(ids) > 0 {
		t.Errorf("somebody without an address sees %v", ids)
	}
	server := httptest.NewServer(access.As(kay, p))
	defer server.Close()
	if status, body := post(t, server, "/mine/quiet", url.Values{"until": {"2027-02-01"}}); status != http.StatusSeeOther {
		t.Errorf("a quiet time: status %d\n%s", status, body)
	}
	if len(l.decisions) != 120 { // and not c001, to which Lee was invited
		t.Errorf("%d invitations answered", len(l.decisions))
	}
	for _, of := range of {
		if !slices.Equal(of, []string{"kay@x"}) {
			t.Errorf("the conversations of %v are read", of)
		}
	}
}
