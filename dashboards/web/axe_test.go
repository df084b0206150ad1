package web

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// axeVersion is the axe-core that looks at the pages, fetched from npm when
// the test runs (MPL-2.0; it is no part of the program).
const axeVersion = "4.14.1"

// axeAsks has axe look at a page by every rule for WCAG 2.2 AA and by its best
// practices, and tells what it found, a line each.
const axeAsks = `axe.run(document, {runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}}).then(found =>
	found.violations.flatMap(v => v.nodes.map(n => v.id + ": " + n.target.join(" ") + " " + n.failureSummary.replaceAll("\n", " "))).join("\n"))`

// TestAxe has axe-core look at every page there is, as somebody who may see
// all of it and as a builder, in light and dark, wide and narrow. It is to
// find nothing.
func TestAxe(t *testing.T) {
	script := axe(t)
	ctx := browser(t)
	ctx, cancel := context.WithTimeout(ctx, 3*time.Minute)
	defer cancel()
	looks := 0
	for who, v := range map[string]access.Viewer{
		"everything": {Address: "ana@canary.example", Name: "Ana Canaria", Roles: access.Roles()},
		"builder":    {Address: "ana@canary.example", Roles: []access.Role{access.Builder}},
	} {
		server := furnished(t, v)
		for _, page := range pages(v) {
			// DevTools may run what the page's own policy would not.
			do(t, ctx, chromedp.Navigate(server.URL+page))
			ask(t, ctx, chromedp.Evaluate[bool](script+"; true"))
			looks += lookAt(t, ctx, page+" as "+who)
		}
	}
	// It would find something, if there was anything to find.
	ask(t, ctx, chromedp.Evaluate[bool](`document.querySelector("main").insertAdjacentHTML("beforeend", "<img src=/static/x.png>"), true`))
	if found := ask(t, ctx, chromedp.Evaluate[string](axeAsks, chromedp.EvalAwaitPromise)); !strings.HasPrefix(found, "image-alt: ") {
		t.Errorf("of a picture that says nothing axe-core tells %q", found)
	}
	t.Logf("axe-core %s looked %d times", axeVersion, looks)
}

// lookAt has axe look at the page that is open, and tells how many times.
func lookAt(t *testing.T, ctx context.Context, page string) (looks int) {
	t.Helper()
	for _, look := range []struct {
		width  int64
		scheme string
	}{{1280, "light"}, {1280, "dark"}, {390, "dark"}, {390, "light"}} {
		do(t, ctx, chromedp.EmulateViewport(look.width, 900), scheme(look.scheme))
		if found := ask(t, ctx, chromedp.Evaluate[string](axeAsks, chromedp.EvalAwaitPromise)); found != "" {
			t.Errorf("%s, %d wide, %s:\n%s", page, look.width, look.scheme, found)
		}
		if !ask(t, ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth <= window.innerWidth`)) {
			t.Errorf("%s is wider than a window of %d", page, look.width)
		}
		looks++
	}
	return looks
}

// furnished is a portal with something on every page.
func furnished(t *testing.T, v access.Viewer) *httptest.Server {
	t.Helper()
	world := newAviary()
	world.edges = []inventory.Edge{{Reader: "t/p/1", Name: "files.example.org"}, {Reader: "t/p/1", System: "lagoon"}, {Reader: "t/p/2", Asset: "t/p/1"}}
	around := inventory.Around{System: "lagoon", Families: 3, Tools: 4, People: 12, States: []inventory.Count{{A: string(inventory.Talking), N: 2}}}
	around.Spread.Add(0.95)
	around.Spread.Add(0.5)
	world.around = []inventory.Around{around, {Capability: "fleet", Families: 1, Tools: 1, People: 4}}
	world.teams = []inventory.TeamTotal{{Team: "Physics", People: 40, Tools: 3, Helped: 12}, {Team: "Law", People: 2, Tools: 1}, {Team: "Music", People: 3, Tools: 1}}
	p, err := New(Options{
		Source: world, Directory: world, Organisation: "Alder Bay", Language: "en", Log: slog.New(slog.DiscardHandler), Desk: &ledger{}, Now: func() time.Time { return today },
		Systems: []inventory.System{{ID: "lagoon", Name: "Lagoon", Capability: "lms", Partner: inventory.Partner{Name: "Pat Part", Address: "pat@x"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(access.As(v, p))
	t.Cleanup(server.Close)
	return server
}

// pages are all that a viewer can open, and those that say what cannot be.
func pages(v access.Viewer) []string {
	out := []string{"/nothing", "/?q=zebra", "/conversations?state=retired"}
	if !v.Is(access.Partner) {
		out = []string{"/week"} // for others
	}
	rows := matrix()
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		method, pattern, _ := strings.Cut(key, " ")
		if method != "GET" || strings.HasPrefix(pattern, "/static") {
			continue
		}
		if rows[key].gets["builder"] != "" || v.Is(access.Partner) {
			out = append(out, rows[key].path)
		}
	}
	return out
}

func scheme(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			// Colours that are on their way from one to the other are not looked at.
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}, {Name: "prefers-reduced-motion", Value: "reduce"}},
		})
		return err
	})
}

// axe fetches axe-core.
func axe(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	npm := exec.CommandContext(t.Context(), "npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@"+axeVersion)
	said, err := npm.CombinedOutput()
	if err != nil {
		why := fmt.Sprintf("axe-core %s could not be fetched with npm: %v\n%s", axeVersion, err, said)
		if slices.Contains(strings.Split(os.Getenv("DESIREPATH_REQUIRE"), ","), "axe") {
			t.Fatal(why)
		}
		t.Skip(why)
	}
	script, err := os.ReadFile(filepath.Join(dir, "node_modules", "axe-core", "axe.min.js"))
	if err != nil {
		t.Fatal(err)
	}
	return string(script)
}
