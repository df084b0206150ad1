package scanners_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/scannertest"
)

// script is a scanner that does what a test says.
type script struct {
	places []inventory.Place
	broken error // yielded after the places
	pages  func(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error]

	mu    sync.Mutex
	asked []string // "place since"
}

func (s *script) Tenant() inventory.Tenant {
	return inventory.Tenant{Name: "t", Suite: inventory.Share}
}

func (s *script) Places(context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		for _, p := range s.places {
			if !yield(p, nil) {
				return
			}
		}
		if s.broken != nil {
			yield(inventory.Place{}, s.broken)
		}
	}
}

func (s *script) Pages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	s.mu.Lock()
	s.asked = append(s.asked, strings.TrimSpace(p.ID+" "+string(since)))
	s.mu.Unlock()
	if s.pages != nil {
		return s.pages(ctx, p, since)
	}
	return pages(full("", true, p.ID+"1.xlsx"))
}

func (s *script) requests() []string {
	slices.Sort(s.asked)
	return s.asked
}

func pages(ps ...inventory.Page) iter.Seq2[inventory.Page, error] { return pagesThen(nil, ps...) }

// pagesThen yields the pages and then the error.
func pagesThen(err error, ps ...inventory.Page) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		for _, p := range ps {
			if !yield(p, nil) {
				return
			}
		}
		if err != nil {
			yield(inventory.Page{}, err)
		}
	}
}

func full(next inventory.Cursor, complete bool, names ...string) inventory.Page {
	page := inventory.Page{Full: true, Next: next, Complete: complete}
	for _, n := range names {
		page.Changes = append(page.Changes, inventory.Change{ID: n, Asset: &inventory.Asset{
			ID: inventory.AssetID("t/" + n), Tenant: "t", VendorID: n, Name: n, Kind: inventory.KindOfName(n),
		}})
	}
	return page
}

func places(ids ...string) []inventory.Place {
	var out []inventory.Place
	for _, id := range ids {
		out = append(out, inventory.Place{Tenant: "t", ID: id, Name: "Place " + id, Kind: inventory.PlaceShare})
	}
	return out
}

// outline is a report in one line.
func outline(reports []inventory.PlaceReport) []string {
	var out []string
	for _, r := range reports {
		line := fmt.Sprintf("%s pages=%d found=%d", r.Place, r.Pages, r.Tally.Found)
		if r.Complete {
			line += " complete"
		}
		if r.Error != "" {
			line += ": " + r.Error
		}
		out = append(out, line)
	}
	return out
}

func stored(t *testing.T, m *scannertest.Memory) []string {
	t.Helper()
	var out []string
	for r, err := range m.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r.Asset.Name)
	}
	slices.Sort(out)
	return out
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestListReportsEveryPlace(t *testing.T) {
	secret := errors.New(`Get "https://u:p@graph.example/v1.0/drives/b/root/delta(token='abc')?token=secret1": Bearer abcdefghijkl refused`)
	s := &script{places: places("a", "b", "c", "d", "a")}
	s.pages = func(_ context.Context, p inventory.Place, _ inventory.Cursor) iter.Seq2[inventory.Page, error] {
		switch p.ID {
		case "b":
			return pagesThen(secret, full("b2", false, "b1.xlsx"))
		case "c":
			return func(func(inventory.Page, error) bool) { panic("oh no") }
		case "d":
			return pages(full("d2", false, "d1.xlsx"))
		}
		return pages(full("", true, "a1.xlsx"))
	}
	m := scannertest.NewMemory(inventory.Scope{})
	reports, err := (&scanners.Engine{Sink: m}).List(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "reports", outline(reports), []string{
		"t/a pages=1 found=1 complete",
		`t/b pages=1 found=1: Get "https://graph.example/v1.0/drives/b/root/delta": Bearer … refused`,
		"t/c pages=0 found=0: the scanner panicked, which is a mistake of ours: oh no",
		"t/d pages=1 found=1: the listing stopped before it was complete",
	})
	equal(t, "stored", stored(t, m), []string{"a1.xlsx", "b1.xlsx", "d1.xlsx"})
}

func TestListResumesWhereItStopped(t *testing.T) {
	s := &script{places: places("a")}
	s.pages = func(_ context.Context, _ inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
		if since == "" {
			return pagesThen(errors.New("cut"), full("2", false, "1.xlsx"))
		}
		return pages(full("end", true, "2.xlsx"))
	}
	m := scannertest.NewMemory(inventory.Scope{})
	e := &scanners.Engine{Sink: m}
	for range 2 {
		if _, err := e.List(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
	equal(t, "asked", s.requests(), []string{"a", "a 2"})
	equal(t, "stored", stored(t, m), []string{"1.xlsx", "2.xlsx"})
}

func TestExpiredCursorRestartsOnce(t *testing.T) {
	tests := map[string]struct {
		fresh iter.Seq2[inventory.Page, error] // what a listing from scratch gives
		want  []string
		keeps []string
	}{
		"once": {
			pages(full("new", true, "2.xlsx")),
			[]string{"t/a pages=1 found=1 complete"}, []string{"2.xlsx"},
		},
		"again": {
			pagesThen(fmt.Errorf("page 2: %w", scanners.ErrCursorExpired), full("new", false, "2.xlsx")),
			[]string{"t/a pages=1 found=1: page 2: cursor expired"}, []string{"1.xlsx", "2.xlsx"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := scannertest.NewMemory(inventory.Scope{})
			if _, err := m.Apply(t.Context(), places("a")[0], "", full("old", true, "1.xlsx")); err != nil {
				t.Fatal(err)
			}
			s := &script{places: places("a")}
			s.pages = func(_ context.Context, _ inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
				if since == "old" {
					return pagesThen(scanners.ErrCursorExpired)
				}
				return tt.fresh
			}
			reports, err := (&scanners.Engine{Sink: m}).List(t.Context(), s)
			if err != nil {
				t.Fatal(err)
			}
			equal(t, "reports", outline(reports), tt.want)
			equal(t, "asked", s.requests(), []string{"a", "a old"})
			equal(t, "stored", stored(t, m), tt.keeps)
		})
	}
}

// A vendor may say where the listing from scratch begins. If that is no good
// either, it begins where ours do, and not a third time.
func TestExpiredCursorGoesOnWhereTheVendorSays(t *testing.T) {
	expired := func() iter.Seq2[inventory.Page, error] {
		return pagesThen(&scanners.Expired{Resume: "begin", Err: errors.New("410")})
	}
	for name, tt := range map[string]struct {
		begin, scratch iter.Seq2[inventory.Page, error]
		asked, keeps   []string
		complete       bool
	}{
		"good":    {pages(full("new", true, "2.xlsx")), nil, []string{"a begin", "a old"}, []string{"2.xlsx"}, true},
		"no good": {expired(), pages(full("new", true, "3.xlsx")), []string{"a", "a begin", "a old"}, []string{"3.xlsx"}, true},
		"cut":     {pagesThen(scanners.ErrCursorExpired, full("on", false, "2.xlsx")), pages(full("new", true, "3.xlsx")), []string{"a", "a begin", "a old"}, []string{"3.xlsx"}, true},
		"never":   {expired(), expired(), []string{"a", "a begin", "a old"}, []string{"1.xlsx"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			m := scannertest.NewMemory(inventory.Scope{})
			if _, err := m.Apply(t.Context(), places("a")[0], "", full("old", true, "1.xlsx")); err != nil {
				t.Fatal(err)
			}
			s := &script{places: places("a")}
			s.pages = func(_ context.Context, _ inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
				switch since {
				case "old":
					return expired()
				case "begin":
					return tt.begin
				default:
					return tt.scratch
				}
			}
			reports, err := (&scanners.Engine{Sink: m}).List(t.Context(), s)
			if err != nil || reports[0].Complete != tt.complete {
				t.Errorf("%v, %+v", err, reports)
			}
			equal(t, "asked", s.requests(), tt.asked)
			equal(t, "stored", stored(t, m), tt.keeps)
		})
	}
}

func TestPlacesDecideWhatIsGone(t *testing.T) {
	tests := map[string]struct {
		script  *script
		scope   inventory.Scope
		want    []string
		keeps   []string
		stopped bool
	}{
		"place gone": {
			script: &script{places: places("a")},
			want:   []string{"t/a pages=1 found=1 complete"},
			keeps:  []string{"a1.xlsx"},
		},
		"listing of places fails midway": {
			script: &script{places: places("a"), broken: errors.New("503")},
			want:   []string{"t/a pages=1 found=1 complete", "t pages=0 found=0: list of places: 503"},
			keeps:  []string{"a1.xlsx", "b0.xlsx"},
		},
		"listing of places fails at once": {
			script:  &script{broken: inventory.ErrNotPermitted},
			want:    []string{"t pages=0 found=0: list of places: not permitted"},
			keeps:   []string{"a0.xlsx", "b0.xlsx"},
			stopped: true,
		},
		"no place at all": {
			script:  &script{},
			want:    []string{"t pages=0 found=0: list of places: it shows not a single place: check what the account may see"},
			keeps:   []string{"a0.xlsx", "b0.xlsx"},
			stopped: true,
		},
		"place newly excluded": {
			script: &script{places: places("b", "a")},
			scope:  inventory.Scope{Exclude: inventory.Rules{Places: []string{"place B"}}},
			want:   []string{"t/a pages=1 found=1 complete", " pages=0 found=0 complete"},
			keeps:  []string{"a1.xlsx"},
		},
		"all but the pilot": {
			script: &script{places: places("a", "b", "c")},
			scope:  inventory.Scope{Pilot: inventory.Rules{Places: []string{"b"}}},
			want:   []string{"t/b pages=1 found=1 complete", " pages=0 found=0 complete", " pages=0 found=0 complete"},
			keeps:  []string{"b1.xlsx"},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := scannertest.NewMemory(tt.scope)
			for _, p := range places("a", "b") {
				if _, err := m.Apply(t.Context(), p, "", full("", true, p.ID+"0.xlsx")); err != nil {
					t.Fatal(err)
				}
			}
			reports, err := (&scanners.Engine{Sink: m, Scope: tt.scope}).List(t.Context(), tt.script)
			if (err != nil) != tt.stopped {
				t.Errorf("error %v, want one: %v", err, tt.stopped)
			}
			if tt.script.broken != nil && tt.stopped && !errors.Is(err, tt.script.broken) {
				t.Errorf("error %v does not wrap %v", err, tt.script.broken)
			}
			equal(t, "reports", outline(reports), tt.want)
			equal(t, "stored", stored(t, m), tt.keeps)
			for _, asked := range tt.script.requests() {
				if tt.scope.ExcludesPlace(places(asked)[0]) {
					t.Errorf("an excluded place was asked for: %s", asked)
				}
			}
		})
	}
}

// slow gives three pages, a minute apart.
func slow(ctx context.Context, p inventory.Place, _ inventory.Cursor) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		for n := range 3 {
			select {
			case <-time.After(time.Minute):
			case <-ctx.Done():
				yield(inventory.Page{}, ctx.Err())
				return
			}
			name := fmt.Sprintf("%s%d.xlsx", p.ID, n)
			if !yield(full(inventory.Cursor(name), n == 2, name), nil) {
				return
			}
		}
	}
}

func TestPlacesAreListedInParallel(t *testing.T) {
	for limit, want := range map[int]time.Duration{1: 18 * time.Minute, 3: 6 * time.Minute, 0: 6 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			m := scannertest.NewMemory(inventory.Scope{})
			s := &script{places: places("a", "b", "c", "d", "e", "f"), pages: slow}
			var stages []scanners.Stage
			e := &scanners.Engine{Sink: m, Parallel: limit, Progress: func(ev scanners.Event) {
				stages = append(stages, ev.Stage)
				if ev.Places != 6 || ev.Tenant != "t" {
					t.Errorf("event of %d places of %q", ev.Places, ev.Tenant)
				}
			}}
			start := time.Now()
			if _, err := e.List(t.Context(), s); err != nil {
				t.Fatal(err)
			}
			equal(t, fmt.Sprintf("time with %d at once", limit), time.Since(start), want)
			equal(t, "stored", len(stored(t, m)), 18)
			equal(t, "events", len(stages), 1+6*(1+3+1))
		})
	}
}

func TestCancelStopsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := scannertest.NewMemory(inventory.Scope{})
		s := &script{places: places("a", "b", "c"), pages: slow}
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		start := time.Now()
		reports, err := (&scanners.Engine{Sink: m, Parallel: 2}).List(ctx, s)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v", err)
		}
		equal(t, "time", time.Since(start), 90*time.Second)
		equal(t, "reports", outline(reports), []string{
			"t/a pages=1 found=1: context deadline exceeded",
			"t/b pages=1 found=1: context deadline exceeded",
			"t/c pages=0 found=0: not listed, the run was stopped: tenant t: context deadline exceeded",
		})
		equal(t, "stored", stored(t, m), []string{"a0.xlsx", "b0.xlsx"})
	})
}

// failing is a sink that gives an error for the pages of one place.
type failing struct {
	*scannertest.Memory
	place string
	err   error
}

func (f failing) Apply(ctx context.Context, p inventory.Place, from inventory.Cursor, page inventory.Page) (inventory.Tally, error) {
	if p.ID == f.place {
		return inventory.Tally{}, f.err
	}
	return f.Memory.Apply(ctx, p, from, page)
}

func TestSinkErrors(t *testing.T) {
	tests := map[string]struct {
		err     error
		want    []string
		stopped bool
	}{
		"somebody else moved the cursor: that place only": {
			err:  fmt.Errorf("a: %w", inventory.ErrMoved),
			want: []string{"t/a pages=0 found=0: a: the stored cursor has moved on", "t/b pages=1 found=1 complete"},
		},
		"the sink is gone: all stops": {
			err:     errors.New("disk full"),
			stopped: true,
			want: []string{
				"t/a pages=0 found=0: store: disk full",
				"t/b pages=0 found=0: not listed, the run was stopped: tenant t: store: disk full",
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			sink := failing{scannertest.NewMemory(inventory.Scope{}), "a", tt.err}
			s := &script{places: places("a", "b")}
			reports, err := (&scanners.Engine{Sink: sink, Parallel: 1}).List(t.Context(), s)
			if errors.Is(err, tt.err) != tt.stopped {
				t.Errorf("error %v", err)
			}
			equal(t, "reports", outline(reports), tt.want)
		})
	}
}
