package web

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/access/openid"
	"github.com/desirepath/desirepath/inventory"
)

// TestBrowser walks the pages in a real browser: the list, a filter, an
// asset and its sheets, in light and dark, wide and narrow. With
// DESIREPATH_SCREENSHOTS it leaves pictures in that folder.
func TestBrowser(t *testing.T) {
	ctx := browser(t)
	server := portal(t, shelf{records: []inventory.Record{
		gradebook("t/p/1", "BIOL110 gradebook.xlsx"), gradebook("t/p/2", "Placements 2026.xlsx"),
	}})
	do(t, ctx, chromedp.EmulateViewport(1200, 900), chromedp.Navigate(server.URL+"/"))
	screenshot(t, ctx, "list.png")
	do(t, ctx,
		chromedp.SendKeys(`input[name=q]`, "placements"),
		chromedp.Submit(`form.filter`),
		chromedp.WaitNotPresent(`tbody tr + tr`),
	)
	if filtered := ask(t, ctx, chromedp.Text(`tbody`)); !strings.Contains(filtered, "Placements") {
		t.Errorf("the filter shows %q", filtered)
	}
	do(t, ctx, chromedp.Click(`tbody a`), chromedp.WaitVisible(`.say`))
	if title := ask(t, ctx, chromedp.Title()); !strings.Contains(title, "Placements 2026.xlsx") {
		t.Errorf("the page of the asset is %q", title)
	}
	if said := ask(t, ctx, chromedp.Text(`.say`)); !strings.Contains(said, "Lagoon") {
		t.Errorf("the asset's page says %q", said)
	}
	do(t, ctx, chromedp.Click(`details summary`), chromedp.WaitVisible(`details .headings`))
	if sheet := ask(t, ctx, chromedp.Text(`details .headings`)); !strings.Contains(sheet, "Student ID") {
		t.Errorf("the sheet shows %q", sheet)
	}
	screenshot(t, ctx, "asset.png")
	do(t, ctx, chromedp.EmulateViewport(360, 740))
	if !ask(t, ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth <= window.innerWidth`)) {
		t.Error("the page is wider than a narrow window")
	}
	screenshot(t, ctx, "asset-narrow.png")
}

func do(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](t *testing.T, ctx context.Context, question chromedp.Action[T]) T {
	t.Helper()
	answer, err := chromedp.Run(ctx, question)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

// browser starts a real one, which talks to nobody but the test's server.
func browser(t *testing.T) context.Context {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		if strings.Contains(os.Getenv("DESIREPATH_REQUIRE"), "chromium") {
			t.Fatal("Chromium is required and not installed")
		}
		t.Skip("Chromium is not installed")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-quic", true),
	)
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	do(t, ctx) // starts it: a limit of time on this call would be one on the browser
	ctx, cancel = context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// screenshot keeps a screenshot for people to look at, if they asked for them.
func screenshot(t *testing.T, ctx context.Context, name string) {
	t.Helper()
	dir := os.Getenv("DESIREPATH_SCREENSHOTS")
	if dir == "" {
		return
	}
	if err := os.WriteFile(filepath.Join(dir, name), ask(t, ctx, chromedp.FullScreenshot(100)), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestPartnersPagesInABrowser looks at every page of a partner on a wide and a
// narrow screen, takes a step of a conversation as somebody would, and comes
// back to its page.
func TestPartnersPagesInABrowser(t *testing.T) {
	ctx := browser(t)
	l := &ledger{}
	server := counter(t, l)
	for name, path := range map[string]string{
		"week": "/week", "conversations": "/conversations", "conversation": "/conversation/c1", "charter": "/conversation/c1/charter",
		"needs": "/needs", "coverage": "/coverage", "lineage": "/asset/t/p/1",
	} {
		do(t, ctx, chromedp.EmulateViewport(1200, 900), chromedp.Navigate(server.URL+path))
		screenshot(t, ctx, name+".png")
		do(t, ctx, chromedp.EmulateViewport(360, 740))
		if !ask(t, ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth <= window.innerWidth`)) {
			t.Errorf("%s is wider than a narrow window", path)
		}
		screenshot(t, ctx, name+"-narrow.png")
	}
	do(t, ctx, chromedp.Navigate(server.URL+"/conversation/c1"))
	ask(t, ctx, chromedp.Evaluate[string](`document.body.className = "left"`)) // so that the page that follows is told from this one
	do(t, ctx,
		chromedp.SendKeys(`form.act textarea[name=why]`, "We met in the lab."),
		chromedp.Submit(`form.act`),
		chromedp.WaitVisible(`body:not(.left) ol.steps`),
	)
	if len(l.decisions) != 1 || l.decisions[0].To != inventory.Talking || l.decisions[0].Why != "We met in the lab." || l.decisions[0].By != "mele@x" {
		t.Errorf("%+v", l.decisions)
	}
}

// TestSigningInInABrowser lets an auditor in by a provider's own page, looks
// at who looked, and signs out again.
func TestSigningInInABrowser(t *testing.T) {
	ctx := browser(t)
	provider := openid.New(t, map[string]map[string]any{
		"Aroha": {"email": "aroha@x.example", "email_verified": true, "name": "Aroha Ngata"},
		"Zoe":   {"email": "zoe@x.example", "email_verified": true, "name": "Zoe Lind"},
	})
	server := httptest.NewUnstartedServer(nil)
	address := &url.URL{Scheme: "http", Host: server.Listener.Addr().String()}
	signIn, err := access.OpenSignIn(t.Context(), access.SignInOptions{
		Issuer: provider.URL, ClientID: openid.ClientID, Secret: openid.Secret, Address: address, Idle: time.Hour, Lifetime: time.Hour,
		Roles: map[access.Role][]string{access.Auditor: {"aroha@x.example"}}, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(signIn.Close)
	world := newAviary()
	p, err := New(Options{Source: world, Directory: world, Organisation: "Alder Bay", Language: "en", Contact: "the service desk", Log: slog.New(slog.DiscardHandler), Desk: &ledger{}, SignIn: signIn, Address: address, VisitDays: 365})
	if err != nil {
		t.Fatal(err)
	}
	server.Config.Handler = signIn.Sessions(p)
	server.Start()
	t.Cleanup(server.Close)

	do(t, ctx, chromedp.EmulateViewport(1200, 900), chromedp.Navigate(server.URL+"/audit"), chromedp.Click(`button[value=Aroha]`), chromedp.WaitVisible(`header .who`))
	if who := ask(t, ctx, chromedp.Text(`header .who`)); !strings.Contains(who, "Aroha Ngata") {
		t.Errorf("the page greets %q", who)
	}
	if rows := ask(t, ctx, chromedp.Text(`tbody`)); !strings.Contains(rows, "vic@canary.example") {
		t.Errorf("who looked: %q", rows)
	}
	screenshot(t, ctx, "audit.png")
	do(t, ctx, chromedp.EmulateViewport(360, 740), chromedp.Navigate(server.URL+"/audit"), chromedp.WaitVisible(`tbody`))
	if !ask(t, ctx, chromedp.Evaluate[bool](`document.documentElement.scrollWidth <= window.innerWidth`)) {
		t.Error("the page is wider than a narrow window")
	}
	screenshot(t, ctx, "audit-narrow.png")
	do(t, ctx, chromedp.EmulateViewport(1200, 900), chromedp.Navigate(server.URL+"/conversation/c1"), chromedp.WaitVisible(`ol.steps`))
	if forms := ask(t, ctx, chromedp.Evaluate[int](`document.querySelectorAll("main form").length`)); forms != 0 {
		t.Errorf("an auditor could say something in %d forms of a conversation that is not theirs", forms)
	}
	screenshot(t, ctx, "conversation-auditor.png")
	do(t, ctx, chromedp.Navigate(server.URL+"/week"), chromedp.WaitVisible(`main`))
	screenshot(t, ctx, "closed.png")
	do(t, ctx, chromedp.Click(`header .who button`), chromedp.WaitVisible(`main a[href="/sign-in"]`))
	if title := ask(t, ctx, chromedp.Text(`h1`)); title != "You are signed out" {
		t.Errorf("after signing out: %q", title)
	}
	screenshot(t, ctx, "signed-out.png")
	do(t, ctx, chromedp.Click(`main a[href="/sign-in"]`), chromedp.Click(`button[value=Zoe]`), chromedp.WaitVisible(`header .who`))
	if path := ask(t, ctx, chromedp.Evaluate[string](`location.pathname`)); path != "/mine" {
		t.Errorf("a builder's first page is %s", path)
	}
	screenshot(t, ctx, "mine-stranger.png")
}
