package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// A ledger is a desk that remembers what it was asked to keep.
type ledger struct {
	decisions []inventory.Decision
	charters  []inventory.Charter
	agreed    []inventory.Agreement
	said      []inventory.Feedback
	told      []inventory.Registered
	quiet     map[string]time.Time
	gone      []string // tools that were erased, and registrations that were forgotten
	shipped   []inventory.Answer
	taken     []inventory.AnswerStep
	err       error
}

func (l *ledger) Decide(_ context.Context, d inventory.Decision) error {
	l.decisions = append(l.decisions, d)
	return l.err
}

func (l *ledger) WriteCharter(_ context.Context, c inventory.Charter) (inventory.Charter, error) {
	l.charters = append(l.charters, c)
	return c, l.err
}

func (l *ledger) AgreeCharter(_ context.Context, _ string, _ int, a inventory.Agreement) error {
	l.agreed = append(l.agreed, a)
	return l.err
}

func (l *ledger) SaveFeedback(_ context.Context, f inventory.Feedback) error {
	l.said = append(l.said, f)
	return l.err
}

func (l *ledger) Register(_ context.Context, r inventory.Registered) (inventory.Registered, error) {
	if err := r.Check(); err != nil {
		return r, err
	}
	l.told = append(l.told, r)
	return r, l.err
}

func (l *ledger) Unregister(_ context.Context, id string, by []string) error {
	l.gone = append(l.gone, id+" of "+strings.Join(by, ","))
	return l.err
}

func (l *ledger) KeepQuiet(_ context.Context, address string, until time.Time) error {
	if l.quiet == nil {
		l.quiet = map[string]time.Time{}
	}
	l.quiet[address] = until
	return l.err
}

func (l *ledger) EraseAsset(_ context.Context, id inventory.AssetID, _ bool) (inventory.Erasure, error) {
	l.gone = append(l.gone, string(id))
	return inventory.Erasure{}, l.err
}

func (l *ledger) ShipAnswer(_ context.Context, need inventory.NeedLine, what, by string, at time.Time) (inventory.Answer, error) {
	a, err := inventory.NewAnswer(need, what, by, at)
	l.shipped = append(l.shipped, a)
	return a, err
}

func (l *ledger) TakeAnswer(_ context.Context, _ string, step inventory.AnswerStep) error {
	l.taken = append(l.taken, step)
	return l.err
}

var today = time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)

// counter is a portal at which somebody sits, with one conversation.
func counter(t *testing.T, l *ledger) *httptest.Server {
	t.Helper()
	record := gradebook("t/p/1", hostile)
	record.Verdict = &inventory.Verdict{Capability: "lms", System: "lagoon", Score: 0.9}
	partner := inventory.Partner{Name: "Mele Taukolo", Address: "mele@x"}
	p, err := New(Options{
		Source: shelf{
			records: []inventory.Record{record},
			opening: &inventory.Opening{
				Conversation: inventory.Conversation{ID: "c1", Family: "f1", System: "lagoon", Partner: partner, State: inventory.Invited, Since: today.AddDate(0, 0, -20),
					Steps: []inventory.Step{{To: inventory.Proposed, By: inventory.Program}, {From: inventory.Proposed, To: inventory.Invited, By: "mele@x", Why: hostile}}},
				System: inventory.System{ID: "lagoon", Name: "Lagoon", Partner: partner}, Asset: record, Keeper: inventory.Person{Name: hostile},
				Worth: inventory.Worth{Total: 0.5, Parts: []inventory.Part{{Name: inventory.PartPeople, Value: 0.5, Weight: 1}}},
			},
			charters: []inventory.Charter{{Version: 1, Scope: hostile, Ownership: "o", Input: "i", Authority: "a", By: "mele@x",
				Agreed: []inventory.Agreement{{Side: inventory.SideBuilder, By: "kay@x", At: today}}}},
			needs: []inventory.NeedLine{
				{Capability: "fleet", Kind: inventory.NeedField, Word: "Tyres", Words: []string{"Tyres"}, Families: 1},
				{System: "lagoon", Kind: inventory.NeedField, Word: hostile, Words: []string{hostile, "Seats"}, Families: 2, Builders: 1, People: 9},
				{System: "lagoon", Kind: inventory.ByHand, Word: "reminders", Words: []string{"reminders"}, Families: 1},
			},
			edges: []inventory.Edge{{Reader: "t/p/1", Name: hostile}, {Reader: "t/p/1", System: "lagoon"}, {Reader: "t/p/2", Asset: "t/p/1"}},
		},
		Organisation: "Alder Bay", Language: "en", Log: slog.New(slog.DiscardHandler), Desk: l, Now: func() time.Time { return today },
		Systems: []inventory.System{{ID: "lagoon", Name: "Lagoon", Capability: "lms", Partner: partner}},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(access.As(access.Viewer{Address: "mele@x", Roles: access.Roles()}, p))
	t.Cleanup(server.Close)
	return server
}

func TestPartnersPages(t *testing.T) {
	server := counter(t, &ledger{})
	for path, want := range map[string][]string{
		"/week":                       {"Waiting for you", "no answer since 2 November 2026"},
		"/conversations":              {"Stands at", "Invited"},
		"/conversations?state=agreed": {"No conversation stands there"},
		"/conversation/c1":            {"Keep this step", "version 1, the builder has agreed", "Hand over to another partner"},
		"/conversation/c1/charter":    {"Version 1, written by mele@x", "The partner agrees", "Builder: yes"},
		"/needs":                      {"Lagoon", "Seats", "people do it by hand: reminders (1)", "no system serves this yet"},
		"/coverage":                   {"What was seen, and what was not"},
		"/asset/t/p/1":                {"What feeds it, and what it feeds", "Is that right?"},
	} {
		status, body, header := get(t, server, path)
		for _, w := range want {
			if !strings.Contains(body, w) {
				t.Errorf("%s: no %q", path, w)
			}
		}
		if status != http.StatusOK || strings.Contains(body, hostile) || header.Get("Content-Security-Policy") == "" {
			t.Errorf("%s: status %d, hostile text as it is: %v", path, status, strings.Contains(body, hostile))
		}
	}
	if status, _, _ := get(t, server, "/conversation/other"); status != http.StatusNotFound {
		t.Errorf("a conversation that is not there: %d", status)
	}
	if _, body, _ := get(t, server, "/needs"); strings.Index(body, "Lagoon") > strings.Index(body, "no system serves this yet") {
		t.Error("what no system serves stands first")
	}
}

func post(t *testing.T, server *httptest.Server, path string, form url.Values, header ...string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+path, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	return resp.StatusCode, resp.Header.Get("Location")
}

func TestDecisionsAreKept(t *testing.T) {
	l := &ledger{}
	server := counter(t, l)
	for path, form := range map[string]url.Values{
		"/conversation/c1":                 {"to": {"not-now"}, "until": {"2027-02-01"}, "why": {" after the exams "}},
		"/conversation/c1/charter":         {"scope": {"s"}, "ownership": {"o"}, "input": {"i"}, "authority": {"a"}, "role_customer": {"Kay, Lee"}},
		"/conversation/c1/charter/1/agree": {"side": {"partner"}},
		"/feedback":                        {"asset": {"t/p/1"}, "word": {"other"}, "capability": {"events"}, "why": {"the open day"}},
	} {
		if status, _ := post(t, server, path, form); status != http.StatusSeeOther {
			t.Errorf("%s: status %d", path, status)
		}
	}
	want := &ledger{
		decisions: []inventory.Decision{{Conversation: "c1", To: inventory.NotNow, By: "mele@x", At: today, Why: "after the exams", Until: time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)}},
		charters: []inventory.Charter{{Conversation: "c1", By: "mele@x", At: today, Scope: "s", Ownership: "o", Input: "i", Authority: "a",
			Roles: []inventory.RoleHolder{{Role: inventory.RoleCustomer, Name: "Kay"}, {Role: inventory.RoleCustomer, Name: "Lee"}}}},
		agreed: []inventory.Agreement{{Side: inventory.SidePartner, By: "mele@x", At: today}},
		said:   []inventory.Feedback{{Asset: "t/p/1", Said: "lms", Capability: "events", By: "mele@x", At: today, Why: "the open day"}},
	}
	if diff := cmp.Diff(want, l, cmp.AllowUnexported(ledger{})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWhatIsNotDone(t *testing.T) {
	l := &ledger{err: fmt.Errorf("conversation c1: %w: %w", inventory.ErrIllegalStep, fmt.Errorf("there is no step"))}
	server := counter(t, l)
	if status, _ := post(t, server, "/conversation/c1", url.Values{"to": {"invited"}}); status != http.StatusConflict {
		t.Errorf("an illegal step: %d", status)
	}
	l.err = nil
	if status, _ := post(t, server, "/conversation/c1", url.Values{"to": {"talking"}}, "Sec-Fetch-Site", "cross-site"); status != http.StatusForbidden {
		t.Errorf("another site asks: %d", status)
	}
	if status, _ := post(t, server, "/conversation/c1", url.Values{"why": {strings.Repeat("x", maxForm)}}); status != http.StatusConflict {
		t.Errorf("too long: %d", status)
	}
	if status, _ := post(t, server, "/feedback", url.Values{"asset": {"nothing"}}); status != http.StatusNotFound {
		t.Errorf("of nothing: %d", status)
	}
	reading := portal(t, shelf{})
	if status, _ := post(t, reading, "/conversation/c1", url.Values{"to": {"talking"}}); status != http.StatusForbidden {
		t.Errorf("where nobody sits: %d", status)
	}
	if n := len(l.decisions); n != 1 {
		t.Errorf("%d decisions came through, want the one that was illegal", n)
	}
}
