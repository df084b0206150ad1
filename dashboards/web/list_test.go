package web

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func TestSearchOf(t *testing.T) {
	usual := inventory.Search{Near: true, Sort: inventory.ByCertainty, Limit: rowsPerPage}
	with := func(edit func(*inventory.Search)) inventory.Search {
		q := usual
		edit(&q)
		return q
	}
	for asked, want := range map[string]inventory.Search{
		"":                     usual,
		"q=+grades+":           with(func(q *inventory.Search) { q.Text = "grades" }),
		"show=all&kind=form":   with(func(q *inventory.Search) { q.Near, q.Kind = false, inventory.KindForm }),
		"sort=name":            with(func(q *inventory.Search) { q.Sort = inventory.ByName }),
		"sort=x&order=reverse": with(func(q *inventory.Search) { q.Backward = true }),
		"certainty=75":         with(func(q *inventory.Search) { q.Certainty = 0.75 }),
		"certainty=900":        usual,
		"since=2026-02-30":     usual,
		"since=2026-02-03":     with(func(q *inventory.Search) { q.Since = time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC) }),
		"tenant=t&place=p&state=talking&orphaned=yes&system=s&capability=c&page=abc": with(func(q *inventory.Search) {
			q.Tenant, q.Place, q.State, q.Orphaned, q.System, q.Capability, q.Cursor = "t", "p", inventory.Talking, true, "s", "c", "abc"
		}),
	} {
		values, err := url.ParseQuery(asked)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, searchOf(values)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", asked, diff)
		}
	}
}

// TestColumnsSort follows the links of the heads: the first click sorts, the
// second turns it round, and the page begins anew while the filter stays.
func TestColumnsSort(t *testing.T) {
	asked := url.Values{"q": {"a b"}, "page": {"x"}}
	for _, step := range []struct{ column, link, sorted string }{
		{"People", "/?q=a+b&sort=people", ""},
		{"People", "/?order=reverse&q=a+b&sort=people", "descending"},
		{"People", "/?q=a+b&sort=people", "ascending"},
		{"Name", "/?q=a+b&sort=name", ""},
		{"Name", "/?order=reverse&q=a+b&sort=name", "ascending"},
		{"Where", "", ""},
	} {
		for _, c := range columns(asked, searchOf(asked), true) {
			if c.Name != step.column {
				continue
			}
			if c.Link != step.link || c.Sorted != step.sorted {
				t.Errorf("%s of %v: %q %q, want %q %q", c.Name, asked, c.Link, c.Sorted, step.link, step.sorted)
			}
			if u, err := url.Parse(c.Link); err != nil {
				t.Error(err)
			} else if c.Link != "" {
				asked = u.Query()
			}
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := count(n); got != want {
			t.Errorf("%d: %q", n, got)
		}
	}
	if got := total(inventory.NewTotal(10_001, false)); got != "10,000+" {
		t.Errorf("many: %q", got)
	}
}

// TestListSaysWhatItShows looks at the list's form and totals: a filter that is
// folded away shows when it is in use.
func TestListSaysWhatItShows(t *testing.T) {
	server := portal(t, shelf{records: []inventory.Record{gradebook("t/p/1", "marks.xlsx")}})
	for path, want := range map[string][]string{
		"/":                     {"1 found", `<details class="more">`, `aria-sort="descending"`},
		"/?certainty=75":        {`<details class="more" open>`, `value="75" selected`},
		"/?q=%22a":              {`value="&#34;a"`, "show=all"},
		"/?place=%3Cx&tenant=t": {`name="place" value="&lt;x" checked`},
	} {
		if _, body, _ := get(t, server, path); !strings.Contains(body, want[0]) || !strings.Contains(body, want[len(want)-1]) {
			t.Errorf("%s lacks one of %q:\n%s", path, want, body)
		}
	}
}
