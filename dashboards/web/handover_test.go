package web

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// two is a shelf with a second opening beside the first.
type two struct {
	shelf
	second inventory.Opening
}

// Conversations whose partner has left show to every partner, to be handed
// over; two about the same are said to be, and can be joined.
func TestConversationsThatNeedAPerson(t *testing.T) {
	mele, gone := inventory.Partner{Name: "Mele", Address: "mele@x"}, inventory.Partner{Name: "Ruby", Address: "ruby@x"}
	opening := func(id, name string, partner inventory.Partner) inventory.Opening {
		return inventory.Opening{
			Conversation: inventory.Conversation{ID: id, Family: "f1", System: "lagoon", Partner: partner, State: inventory.Talking, Since: today, Steps: []inventory.Step{{To: inventory.Talking, By: partner.Address}}},
			System:       inventory.System{ID: "lagoon", Name: "Lagoon", Partner: partner}, Family: inventory.Family{ID: "f1"},
			Asset: inventory.Record{Asset: inventory.Asset{ID: "t/p/1", Name: name}}, PartnerLeft: partner == gone,
		}
	}
	newest := opening("c1", "Marks", mele)
	p, err := New(Options{
		Source:       two{shelf{opening: &newest}, opening("c2", "Copy of marks", gone)},
		Directory:    leaver{address: gone.Address},
		Organisation: "Alder Bay", Language: "en", Log: slog.New(slog.DiscardHandler), Desk: &ledger{}, Now: func() time.Time { return today },
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(access.As(access.Viewer{Address: "mele@x", Roles: []access.Role{access.Partner}}, p))
	t.Cleanup(server.Close)
	_, week, _ := get(t, server, "/week?partner=mele@x")
	for _, want := range []string{"To hand over", "Copy of marks", "Ruby has left: hand it over", "another conversation is about the same: join them"} {
		if !strings.Contains(week, want) {
			t.Errorf("the week has no %q", want)
		}
	}
	if _, body, _ := get(t, server, "/conversation/c2"); !strings.Contains(body, `name="with" value="c1"`) || !strings.Contains(body, "Marks") {
		t.Error("the older of two conversations about the same offers no way to go on in the other one")
	}
	if _, body, _ := get(t, server, "/conversation/c1"); strings.Contains(body, `value="join"`) {
		t.Error("the newest is to go on in itself")
	}
}

// Whoever keeps several things is invited to talk about one of them.
func TestOnceEach(t *testing.T) {
	of := func(address string) talk {
		return talk{Opening: inventory.Opening{Keeper: inventory.Person{Address: address}}}
	}
	proposed := []talk{of("kay@x"), of("Kay@X"), of("lee@x"), of(""), of(""), of("moe@x")}
	for room, want := range map[int]int{-1: 0, 0: 0, 1: 1, 3: 3, 9: 5} {
		if got := onceEach(proposed, room); len(got) != want {
			t.Errorf("%d with room for %d, want %d", len(got), room, want)
		}
	}
	if got := onceEach(proposed, 2); got[1].Opening.Keeper.Address != "lee@x" {
		t.Errorf("the second is %+v", got[1].Opening.Keeper)
	}
}

func (s two) Openings(ctx context.Context) ([]inventory.Opening, error) {
	all, err := s.shelf.Openings(ctx)
	return append(all, s.second), err
}

func (s two) Conversation(ctx context.Context, id string) (inventory.Conversation, error) {
	if id == s.second.Conversation.ID {
		return s.second.Conversation, nil
	}
	return s.shelf.Conversation(ctx, id)
}

func (s two) Talk(ctx context.Context, q inventory.TalkSearch) (inventory.FoundOpenings, error) {
	all, err := s.Openings(ctx)
	return s.pageOf(all, q), err
}

func (s two) Partners(ctx context.Context) ([]inventory.Partner, error) {
	all, err := s.Openings(ctx)
	return partners(all), err
}

// leaver is a directory that knows of somebody who left.
type leaver struct {
	strangers
	address string
}

func (l leaver) Person(_ context.Context, address string) (inventory.Person, error) {
	return inventory.Person{Address: address, Accounts: []inventory.Account{{Address: address, Left: address == l.address}}}, nil
}
