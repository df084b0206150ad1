package web

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

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
