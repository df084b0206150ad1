package post_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/mail"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/post"
	"github.com/desirepath/desirepath/cmd/desirepath/post/posttest"
	"github.com/desirepath/desirepath/dashboards/letters"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

var now = time.Date(2026, 4, 20, 9, 0, 0, 0, time.UTC)

// world is an inventory with three proposed conversations, and an office that
// sends letters about them.
type world struct {
	store    *sqlstore.Store
	office   post.Office
	openings []inventory.Opening
	fates    map[string]inventory.LetterFate
	whys     map[string]string
}

func newWorld(t *testing.T, server *posttest.Server) *world {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	set, err := letters.Builtin()
	if err != nil {
		t.Fatal(err)
	}
	w := &world{store: store}
	w.office = post.Office{
		Ledger: store, Limits: inventory.LetterLimits{Daily: 10, Weekly: 10, Quiet: 180 * 24 * time.Hour}, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
		Server: post.Server{Host: server.Host, Port: server.Port, Roots: server.Roots, Domain: "example.org", User: "desirepath", Password: "s3cret"},
		Write: func(o inventory.Opening) (letters.Letter, error) {
			return set.Letter(letters.Invitation, "en", letters.House{Organisation: "Alder Bay", Portal: "https://desirepath.example.org", Quiet: 180 * 24 * time.Hour}, o)
		},
	}
	partner := inventory.Partner{Name: "Mele Taukolo", Address: "mele@example.org"}
	for _, id := range []string{"c1", "c2", "c3"} {
		c := inventory.Conversation{ID: id, Family: id, System: "kinship", Partner: partner, Keeper: id + "@example.org"}
		if err := c.Decide(inventory.Decision{To: inventory.Proposed, By: inventory.Program, At: now.Add(-time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if err := store.SaveConversation(t.Context(), c); err != nil {
			t.Fatal(err)
		}
		w.openings = append(w.openings, inventory.Opening{
			Conversation: c, System: inventory.System{ID: "kinship", Name: "Kinship", Partner: partner}, Keeper: inventory.Person{Name: "Keeper of " + id, Address: c.Keeper},
			Asset: inventory.Record{Asset: inventory.Asset{ID: inventory.AssetID(id), Name: id + ".xlsx"}, Verdict: &inventory.Verdict{Capability: "crm", System: "kinship", Score: 0.9}},
		})
	}
	return w
}

// send sends, and notes what became of each letter.
func (w *world) send(t *testing.T) error {
	t.Helper()
	w.fates, w.whys = map[string]inventory.LetterFate{}, map[string]string{}
	return w.office.Send(t.Context(), w.openings, func(r post.Result) {
		w.fates[r.Opening.Conversation.ID], w.whys[r.Opening.Conversation.ID] = r.Fate, r.Why
	})
}

func (w *world) state(t *testing.T, id string) inventory.State {
	t.Helper()
	c, err := w.store.Conversation(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c.State
}

func secured() *posttest.Server { return &posttest.Server{User: "desirepath", Password: "s3cret"} }

func TestSend(t *testing.T) {
	server := posttest.Start(t, secured())
	w := newWorld(t, server)
	w.office.Limits.Daily = 2
	if err := w.send(t); err != nil {
		t.Fatal(err)
	}
	if err := w.send(t); err != nil { // once more sends nothing
		t.Fatal(err)
	}
	mails := server.Mails()
	if len(mails) != 2 || mails[0].From != "mele@example.org" || mails[0].To != "c1@example.org" || mails[1].To != "c2@example.org" {
		t.Fatalf("taken: %d letters", len(mails))
	}
	if !strings.Contains(w.whys["c3"], "today") || !strings.Contains(w.whys["c1"], "by now") {
		t.Errorf("why: %v", w.whys)
	}
	if w.state(t, "c1") != inventory.Invited || w.state(t, "c3") != inventory.Proposed {
		t.Errorf("c1 is %s, c3 %s", w.state(t, "c1"), w.state(t, "c3"))
	}
	checkLetter(t, w, mails[0].Data)
}

// checkLetter looks at what arrived: a way to answer, a way out, and the step
// of the conversation that names it.
func checkLetter(t *testing.T, w *world, b []byte) {
	t.Helper()
	m, err := mail.ReadMessage(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for header, want := range map[string]string{
		"Reply-To":         `"Mele Taukolo" <mele@example.org>`,
		"List-Unsubscribe": "<mailto:mele@example.org?subject=Not%20now%20%28c1%29>, <https://desirepath.example.org/mine>",
		"X-Unsent":         "",
	} {
		if got := m.Header.Get(header); got != want {
			t.Errorf("%s is %q, want %q", header, got, want)
		}
	}
	c, err := w.store.Conversation(t.Context(), "c1")
	if err != nil {
		t.Fatal(err)
	}
	last := c.Steps[len(c.Steps)-1]
	if id := strings.Trim(m.Header.Get("Message-Id"), "<>"); last.By != "mele@example.org" || last.Why != "a letter went out: "+id || !strings.HasSuffix(id, "@example.org") {
		t.Errorf("letter %s, step %+v", id, last)
	}
	if kept, err := w.store.Letters(t.Context()); err != nil || len(kept) != 2 || kept[0].Fate != inventory.LetterSent {
		t.Errorf("letters %+v, %v", kept, err)
	}
}

// TestServersThatSayNo tries each way in which a server can fail, and whether
// the letter may be tried again.
func TestServersThatSayNo(t *testing.T) {
	tests := map[string]struct {
		command, answer string
		fate            inventory.LetterFate
		stops, again    bool // it is pointless to go on; the letter goes out next time
		taken           int  // letters that the server has after both times
	}{
		"no such person":       {"RCPT", "550 5.1.1 no such user c1@example.org", inventory.LetterRefused, false, false, 2},
		"a full mailbox":       {"RCPT", "452 mailbox full", inventory.LetterLost, false, true, 3},
		"not for this sender":  {"MAIL", "550 you may not", inventory.LetterLost, true, true, 3},
		"content refused":      {".", "554 it looks like spam", inventory.LetterRefused, false, false, 2},
		"content not now":      {".", "451 try later", inventory.LetterLost, false, true, 3},
		"line breaks early":    {"MAIL", posttest.Hangup, inventory.LetterLost, true, true, 3},
		"line breaks too late": {".", posttest.Hangup, inventory.LetterBegun, true, false, 3}, // it was taken
		"reset fails":          {"RSET", "421 going away", inventory.LetterSent, false, false, 3},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := secured()
			failing := true
			server.Answer = func(command string) string {
				if failing && strings.HasPrefix(command, tt.command) {
					failing = false
					return tt.answer
				}
				return ""
			}
			w := newWorld(t, posttest.Start(t, server))
			err := w.send(t)
			if w.fates["c1"] != tt.fate || (err != nil) != tt.stops || err != nil && !errors.Is(err, post.ErrServer) {
				t.Fatalf("fate %q, error %v", w.fates["c1"], err)
			}
			if strings.Contains(w.whys["c1"], "c1@example.org") {
				t.Errorf("the reason names the keeper: %s", w.whys["c1"])
			}
			if err := w.send(t); err != nil {
				t.Fatal(err)
			}
			if again := w.fates["c1"] == inventory.LetterSent; again != tt.again {
				t.Errorf("next time: %q, %s", w.fates["c1"], w.whys["c1"])
			}
			if n := len(server.Mails()); n != tt.taken {
				t.Errorf("the server has %d letters, want %d", n, tt.taken)
			}
		})
	}
}

func TestSettle(t *testing.T) {
	server := secured()
	server.Answer = func(command string) string {
		if command == "." {
			return posttest.Hangup
		}
		return ""
	}
	w := newWorld(t, posttest.Start(t, server))
	for _, want := range []inventory.LetterFate{inventory.LetterLost, inventory.LetterSent} {
		if err := w.send(t); !errors.Is(err, post.ErrServer) {
			t.Fatal(err)
		}
		all, err := w.store.Letters(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(all, func(l inventory.Letter) bool { return l.Fate == inventory.LetterBegun })
		if i < 0 {
			t.Fatalf("no letter is open: %+v", all)
		}
		if err := w.office.Settle(t.Context(), all[i], want); err != nil {
			t.Fatal(err)
		}
	}
	if n, state := len(server.Mails()), w.state(t, "c1"); n != 2 || state != inventory.Invited {
		t.Errorf("%d letters, and the conversation is %s", n, state)
	}
}

// What is not for this server, or not secret on the way, is not begun.
func TestLettersThatAreNotBegun(t *testing.T) {
	server := posttest.Start(t, secured())
	for name, change := range map[string]func(*post.Office){
		"another password":   func(o *post.Office) { o.Server.Password = "wrong" },
		"nobody to trust":    func(o *post.Office) { o.Server.Roots = nil },
		"in the clear":       func(o *post.Office) { o.Server.Plain = true },
		"nobody listens":     func(o *post.Office) { o.Server.Port = 1 },
		"TLS from the start": func(o *post.Office) { o.Server.Implicit = true },
	} {
		w := newWorld(t, server)
		change(&w.office)
		if err := w.send(t); !errors.Is(err, post.ErrServer) || strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%s: %v", name, err)
		}
		if kept, err := w.store.Letters(t.Context()); err != nil || len(kept) > 0 {
			t.Errorf("%s: letters %v, %v", name, kept, err)
		}
	}
	w := newWorld(t, server)
	w.office.Server.Domain = "elsewhere.example"
	if err := w.send(t); err != nil || !strings.Contains(w.whys["c1"], "does not send for example.org") {
		t.Errorf("%v, %v", err, w.whys)
	}
	if n := len(server.Mails()); n > 0 {
		t.Errorf("%d letters went out", n)
	}
}
