package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// shelf is an inventory held in memory: the pages ask it what they would ask
// the store.
type shelf struct {
	underway   inventory.Underway
	records    []inventory.Record
	opening    *inventory.Opening
	charters   []inventory.Charter
	needs      []inventory.NeedLine
	answers    []inventory.Answer
	behind     []inventory.Person
	edges      []inventory.Edge
	candidates []inventory.Candidate
	registered []inventory.Registered
	quiet      map[string]time.Time
	around     []inventory.Around
	teams      []inventory.TeamTotal
	err        error
}

func (s shelf) Records(_ context.Context, f inventory.Filter) iter.Seq2[inventory.Record, error] {
	return func(yield func(inventory.Record, error) bool) {
		if s.err != nil {
			yield(inventory.Record{}, s.err)
			return
		}
		n := 0
		for _, r := range s.records {
			near := r.Verdict != nil && !r.Verdict.None()
			if r.Asset.ID <= f.After || f.Near && !near || f.Family != "" && f.Family != r.Family ||
				!strings.Contains(strings.ToLower(r.Asset.Name), strings.ToLower(f.Text)) {
				continue
			}
			if n++; f.Limit > 0 && n > f.Limit || !yield(r, nil) {
				return
			}
		}
	}
}

// Search finds by name in the order of ids; its cursor is a row's number.
func (s shelf) Search(_ context.Context, q inventory.Search) (found inventory.Found, err error) {
	at, _ := strconv.Atoi(q.Cursor)
	n := 0
	for r, err := range s.Records(context.Background(), inventory.Filter{Near: q.Near, Text: q.Text}) {
		if err != nil {
			return found, err
		}
		if n++; n > at && n <= at+q.Limit {
			found.Records = append(found.Records, r)
		}
	}
	if n > at+q.Limit {
		found.Next = strconv.Itoa(at + q.Limit)
	}
	if at > 0 {
		found.Previous = strconv.Itoa(max(0, at-q.Limit))
	}
	found.Total = inventory.NewTotal(n, false)
	return found, s.err
}

func (s shelf) Record(_ context.Context, id inventory.AssetID) (inventory.Record, error) {
	for _, r := range s.records {
		if r.Asset.ID == id {
			return r, nil
		}
	}
	return inventory.Record{}, fmt.Errorf("asset %s: %w", id, inventory.ErrNotFound)
}

func (s shelf) Summary(context.Context) (inventory.Summary, error) {
	return inventory.Summary{Assets: []inventory.Count{{A: "share", B: "workbook", N: len(s.records)}}, Structures: len(s.records)}, s.err
}

func (s shelf) Opening(context.Context, string) (o inventory.Opening, found bool, err error) {
	if s.opening == nil {
		return o, false, nil
	}
	return *s.opening, true, nil
}

func (s shelf) Openings(context.Context) (all []inventory.Opening, err error) {
	if s.opening != nil {
		all = append(all, *s.opening)
	}
	return all, s.err
}

func (s shelf) Runs(context.Context, int) ([]inventory.Run, error) {
	return []inventory.Run{{ID: 1, Result: inventory.RunComplete, Places: []inventory.PlaceReport{{Place: "t/p", Name: "P", Tally: inventory.Tally{Found: 3, Stored: 2, Skipped: map[string]int{"x": 1}}}}}}, s.err
}

func (s shelf) Underway(context.Context) (inventory.Underway, error) { return s.underway, s.err }

func (s shelf) Talk(ctx context.Context, q inventory.TalkSearch) (inventory.FoundOpenings, error) {
	all, err := s.Openings(ctx)
	return s.pageOf(all, q), err
}

// pageOf narrows openings as the store does; its cursor is a row's number.
func (s shelf) pageOf(all []inventory.Opening, q inventory.TalkSearch) (found inventory.FoundOpenings) {
	for _, o := range all {
		of := func(address string) bool {
			return address == inventory.FoldAddress(o.Conversation.Keeper) || slices.ContainsFunc(s.records, func(r inventory.Record) bool {
				return r.Family == o.Conversation.Family && built(r, map[string]bool{address: true})
			})
		}
		if len(q.Of) > 0 && !slices.ContainsFunc(q.Of, of) || q.System != "" && q.System != o.Conversation.System {
			continue
		}
		partner := inventory.FoldAddress(o.System.Partner.Address)
		if (len(q.States) == 0 || slices.Contains(q.States, o.Conversation.State)) && (q.Partner == "" || q.Partner == partner) && o.Conversation.Joined == "" &&
			(q.Before.IsZero() || !o.Conversation.Since.After(q.Before)) && !(q.Unsaid && o.Conversation.Helped) {
			found.Openings = append(found.Openings, o)
		}
	}
	found.Total = inventory.NewTotal(len(found.Openings), false)
	at, _ := strconv.Atoi(q.Cursor)
	found.Openings = found.Openings[min(at, len(found.Openings)):]
	if q.Limit > 0 && len(found.Openings) > q.Limit {
		found.Openings, found.Next = found.Openings[:q.Limit], strconv.Itoa(at+q.Limit)
	}
	return found
}

func (s shelf) Partners(ctx context.Context) ([]inventory.Partner, error) {
	all, err := s.Openings(ctx)
	return partners(all), err
}

// partners are all those that conversations have, by name.
func partners(openings []inventory.Opening) (out []inventory.Partner) {
	for _, o := range openings {
		if o.System.Partner.Address != "" && !slices.Contains(out, o.System.Partner) {
			out = append(out, o.System.Partner)
		}
	}
	slices.SortFunc(out, func(a, b inventory.Partner) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Address, b.Address))
	})
	return out
}

func (s shelf) InvitedSince(ctx context.Context, partner string, since time.Time) (n int, err error) {
	all, err := s.Openings(ctx)
	for _, o := range all {
		if o.System.Partner.Address == partner && slices.ContainsFunc(o.Conversation.Steps, func(st inventory.Step) bool { return st.To == inventory.Invited && st.At.After(since) }) {
			n++
		}
	}
	return n, err
}

func (s shelf) Conversation(_ context.Context, id string) (inventory.Conversation, error) {
	if s.opening == nil || s.opening.Conversation.ID != id {
		return inventory.Conversation{}, inventory.ErrNotFound
	}
	return s.opening.Conversation, nil
}

func (s shelf) Charters(context.Context, string) ([]inventory.Charter, error) {
	return s.charters, s.err
}

func (s shelf) Needs(context.Context, string) ([]inventory.NeedLine, error) { return s.needs, s.err }

func (s shelf) Answers(context.Context) ([]inventory.Answer, error) { return s.answers, s.err }

func (s shelf) Behind(context.Context, inventory.Answer) ([]inventory.Person, error) {
	return s.behind, s.err
}

func (s shelf) Edges(context.Context, inventory.AssetID) ([]inventory.Edge, error) {
	return s.edges, nil
}

func (s shelf) Own(_ context.Context, addresses []string, _ int) (ids []inventory.AssetID, err error) {
	for _, r := range s.records {
		if slices.ContainsFunc(addresses, func(a string) bool { return built(r, map[string]bool{a: true}) }) {
			ids = append(ids, r.Asset.ID)
		}
	}
	return ids, s.err
}

func (s shelf) Registered(context.Context, inventory.RegisteredFilter) ([]inventory.Registered, error) {
	return s.registered, s.err
}

func (s shelf) Around(context.Context) ([]inventory.Around, error) { return s.around, s.err }

func (s shelf) Teams(context.Context) ([]inventory.TeamTotal, error) { return s.teams, s.err }

func (s shelf) Family(_ context.Context, id string) (f inventory.Family, err error) {
	for _, r := range s.records {
		if r.Family == id {
			f.Members = append(f.Members, r.Asset.ID)
		}
	}
	if len(f.Members) == 0 {
		return f, inventory.ErrNotFound
	}
	f.ID, f.Kind, f.Representative = id, inventory.FamilyCopies, f.Members[len(f.Members)-1]
	return f, nil
}

func (s shelf) Quiet(context.Context) (map[string]time.Time, error) { return s.quiet, s.err }

func (s shelf) Candidates(context.Context, string) ([]inventory.Candidate, error) {
	return s.candidates, s.err
}

func (s shelf) Feedback(context.Context, inventory.AssetID) ([]inventory.Feedback, error) {
	return nil, nil
}

func (s shelf) Person(_ context.Context, address string) (inventory.Person, error) {
	return inventory.Person{Address: address}, nil
}

func (s shelf) Visits(context.Context, inventory.VisitFilter) ([]inventory.Visit, error) {
	return nil, s.err
}

func (s shelf) Lookers(context.Context, inventory.AssetID) ([]inventory.Visit, error) {
	return nil, s.err
}

func (s shelf) TeamSizes(context.Context) (map[string]int, error) { return nil, nil }

const hostile = `"><script>alert(1)</script>`

func gradebook(id, name string) inventory.Record {
	return inventory.Record{
		Asset: inventory.Asset{
			ID: inventory.AssetID(id), Kind: inventory.KindWorkbook, Name: name, Path: "Arts/2026",
			URL: "https://files.example.org/a?b=c&d", Modified: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC), ModifiedBy: "mele@example.org",
		},
		PlaceName: "Faculty of Arts",
		Family:    "f1",
		Structure: &inventory.Structure{Sheets: []inventory.Sheet{{
			Name: "Marks", Rows: 40, Columns: 4, Formulas: 12, Functions: map[string]int{"SUM": 2, "AVERAGE": 10},
			Regions: []inventory.Region{{Headings: []string{"Student ID", "Final grade"}}},
		}}},
		Usage: &inventory.Usage{People: 7, Widely: true},
		Verdict: &inventory.Verdict{
			Capability: "lms", System: "lagoon", Score: 0.91,
			Alternatives: []inventory.Alternative{{Score: 0.05}, {Capability: "hris", Score: 0.04}},
		},
	}
}

func portal(t *testing.T, s shelf) *httptest.Server {
	t.Helper()
	p, err := New(Options{
		Source: s, Directory: s, Organisation: "Alder & Bay", Language: "en", Log: slog.New(slog.DiscardHandler), Desk: &ledger{},
		Systems: []inventory.System{{ID: "lagoon", Name: "Lagoon", Capability: "lms", Partner: inventory.Partner{Name: "Mele Taukolo"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(access.As(access.Viewer{Roles: access.Roles()}, p))
	t.Cleanup(server.Close)
	return server
}

func get(t *testing.T, server *httptest.Server, path string) (int, string, http.Header) {
	t.Helper()
	resp, err := server.Client().Get(server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body), resp.Header
}

func TestPages(t *testing.T) {
	innocent := inventory.Record{Asset: inventory.Asset{ID: "t/p/0", Name: "lunch.xlsx"}, Verdict: &inventory.Verdict{}}
	private := inventory.Record{Asset: inventory.Asset{ID: "t/p/1", Name: "mine.xlsx"}, Unread: "private"}
	evil := gradebook("t/p/2 ?#%/ü", hostile)
	evil.Asset.URL = "javascript:alert(1)"
	server := portal(t, shelf{records: []inventory.Record{innocent, private, evil, gradebook("t/p/3", "marks.xlsx")}, opening: &inventory.Opening{
		Conversation: inventory.Conversation{State: inventory.Proposed, Since: time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)},
		System:       inventory.System{Partner: inventory.Partner{Name: "Mele Taukolo"}},
		Keeper:       inventory.Person{Name: "Ana Ruru"},
	}})
	for _, c := range []struct {
		path     string
		status   int
		has, not []string
	}{
		{"/", 200, []string{"marks.xlsx", "Lagoon", "91 %", "Alder &amp; Bay"}, []string{"lunch.xlsx", hostile}},
		{"/?show=all", 200, []string{"lunch.xlsx", "Not opened: it is private"}, []string{hostile}},
		{"/?q=MARKS", 200, []string{"marks.xlsx"}, []string{"&#34;&gt;&lt;script"}},
		{"/?q=%3Cscript%3Ezebra", 200, []string{"Nothing here yet", "&lt;script&gt;zebra"}, []string{"<script>"}},
		{"/asset/t/p/3", 200, []string{"Lagoon", "Student ID", "AVERAGE, SUM", "Ana Ruru", "7 or more", "https://files.example.org/a?b=c&amp;d", "What was read", "Human resources (4 %)"}, []string{"None ("}},
		{"/asset/t/p/2%20%3F%23%25/%C3%BC", 200, []string{"Student ID"}, []string{hostile, "javascript:"}},
		{"/asset/t/p/1", 200, []string{"Not opened: it is private"}, nil},
		{"/asset/t/p/nothing", 404, []string{"not in the inventory"}, nil},
		{"/else", 404, []string{"not in the inventory"}, nil},
		{"/static/style.css", 200, []string{"prefers-color-scheme"}, nil},
	} {
		status, body, header := get(t, server, c.path)
		if status != c.status {
			t.Errorf("%s: status %d, want %d", c.path, status, c.status)
		}
		for _, want := range c.has {
			if !strings.Contains(body, want) {
				t.Errorf("%s lacks %q in\n%s", c.path, want, body)
			}
		}
		for _, bad := range c.not {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %q", c.path, bad)
			}
		}
		if csp := header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") {
			t.Errorf("%s: policy %q", c.path, csp)
		}
	}
}

// TestEveryLinkLeadsSomewhere follows the list's pages to the end and opens
// what they link to, whatever the ids look like.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	var records []inventory.Record
	for i := range 3*rowsPerPage - 1 {
		records = append(records, gradebook(fmt.Sprintf("t/%04d/a b?c#d%%e/é", i), fmt.Sprintf("book %04d", i)))
	}
	server := portal(t, shelf{records: records})
	seen := 0
	for path := "/"; path != ""; {
		status, body, _ := get(t, server, path)
		if status != 200 {
			t.Fatalf("%s: status %d", path, status)
		}
		for _, link := range links(body, `<a href="/asset/`) {
			seen++
			if status, _, _ := get(t, server, "/asset/"+link); status != 200 {
				t.Fatalf("/asset/%s: status %d", link, status)
			}
		}
		before, _, more := strings.Cut(body, `" rel="next"`)
		path = ""
		if more {
			path = html.UnescapeString(before[strings.LastIndex(before, `href="`)+len(`href="`):])
		}
	}
	if seen != len(records) {
		t.Errorf("%d of %d assets were reached", seen, len(records))
	}
}

func links(body, before string) (out []string) {
	for _, part := range strings.Split(body, before)[1:] {
		link, _, _ := strings.Cut(part, `"`)
		out = append(out, link)
	}
	return out
}

func TestStoreThatFails(t *testing.T) {
	server := portal(t, shelf{err: errors.New("disk I/O error at /secret/path")})
	if status, body, _ := get(t, server, "/"); status != 500 || strings.Contains(body, "secret") {
		t.Errorf("status %d: %s", status, body)
	}
}

func TestReport(t *testing.T) {
	first := inventory.Opening{
		System: inventory.System{ID: "lagoon", Name: "Lagoon", Partner: inventory.Partner{Name: "Mele Taukolo", Address: "mele@x"}},
		Asset:  gradebook("t/p/3", hostile), Keeper: inventory.Person{Name: "Ana Ruru"},
		Conversation: inventory.Conversation{State: inventory.Proposed, Partner: inventory.Partner{Name: "Mele Taukolo", Address: "mele@x"}},
	}
	p, err := New(Options{Source: shelf{opening: &first}, Organisation: "Alder Bay", Language: "en", Systems: []inventory.System{{ID: "lagoon", Name: "Lagoon"}}})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	err = p.Report(t.Context(), &b, Report{
		Summary:  inventory.Summary{LastRun: inventory.Run{Places: []inventory.PlaceReport{{Place: "t/p", Complete: true, Tally: inventory.Tally{Found: 9, Stored: 7, Skipped: map[string]int{"not something people build in": 2}}}}}},
		Openings: []inventory.Opening{first}, Others: map[string]int{"lagoon": 1234},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Lagoon", "Ana Ruru", "proposed", "1 of 1", "skipped: not something people build in", "color-scheme", "And 1234 more", "<h3>Mele Taukolo</h3>"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("lacks %q", want)
		}
	}
	for _, bad := range []string{hostile, "<script", `src="`, "@import", "<link"} {
		if strings.Contains(b.String(), bad) {
			t.Errorf("holds %q", bad)
		}
	}
}
