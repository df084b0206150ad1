package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	paper "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// An office is an inventory and a desk at once: what is decided at the desk
// shows on the pages.
type office struct {
	ledger
	aviary
	seen []inventory.Visit
}

func (o *office) Decide(_ context.Context, d inventory.Decision) error {
	return o.opening.Conversation.Decide(d)
}

func (o *office) WriteCharter(_ context.Context, c inventory.Charter) (inventory.Charter, error) {
	if err := c.Check(); err != nil {
		return c, err
	}
	c.Version = len(o.aviary.charters) + 1
	o.aviary.charters = append(o.aviary.charters, c)
	return c, nil
}

func (o *office) AgreeCharter(_ context.Context, _ string, version int, a inventory.Agreement) error {
	return o.aviary.charters[version-1].Agree(a)
}

func (o *office) Charters(context.Context, string) ([]inventory.Charter, error) {
	return o.aviary.charters, nil
}

func (o *office) Visits(context.Context, inventory.VisitFilter) ([]inventory.Visit, error) {
	return o.seen, nil
}

// TestWholeConversation walks three people through one in a real browser: the
// partner invites and talks, the builder reads what is known and agrees to the
// charter that the partner wrote, it ends, the builder confirms that it
// helped, and the auditor sees that and no name. With DESIREPATH_SCREENSHOTS
// it leaves a picture of each step.
func TestWholeConversation(t *testing.T) {
	ctx := browser(t)
	o := &office{aviary: newAviary()}
	o.aviary.charters = nil
	o.opening.Conversation.Steps = o.opening.Conversation.Steps[:1]
	o.opening.Conversation.Keeper = "ana@canary.example"
	o.opening.Keeper = inventory.Person{Name: "Ana Canaria", Address: "ana@canary.example"}
	now := today
	at := func(address string, role access.Role) string {
		p, err := New(Options{
			Source: o, Directory: o, Desk: o, Organisation: "Alder Bay", Language: "en", Log: slog.New(slog.DiscardHandler), Now: func() time.Time { now = now.Add(time.Minute); return now },
			Systems: []inventory.System{{ID: "lagoon", Name: "Lagoon", Capability: "lms", Partner: inventory.Partner{Name: "Pat Part", Address: "pat@x"}}},
		})
		if err != nil {
			t.Fatal(err)
		}
		server := httptest.NewServer(access.As(access.Viewer{Address: address, Roles: []access.Role{role}}, p))
		t.Cleanup(server.Close)
		return server.URL
	}
	partner, builder, auditor := at("pat@x", access.Partner), at("ana@canary.example", access.Builder), at("aud@x", access.Auditor)
	w := walk{t: t, ctx: ctx}

	w.open(partner+"/week", "to invite", "marks-canary")
	w.click("article.card h3 a", "Who to talk to", "Dora Canaria")
	w.step("invited", "We met at the open day.")
	w.step("talking", "Ana showed how the marks are moderated.")
	w.open(partner+"/conversation/c1/charter", "Nothing is written yet")
	w.submit("form[action$='/charter']", "Version 1")
	w.submit("form[action$='/agree']:has(input[value=partner])", "Partner: yes")

	w.open(builder+"/mine", "marks-canary", "no cell", "conversation: Talking")
	w.click("article.card h3 a", "What was read", "Who looked", "Have it forgotten")
	w.click("aside a[href^='/conversation/']", "Your say", "Ana showed how")
	w.click("aside a[href$='/charter']", "Builder: not yet")
	w.submit("form[action$='/agree']:has(input[value=builder])", "Builder: yes")
	w.printed(1)

	w.open(partner+"/conversation/c1", "agreed by both sides")
	w.step("agreed", "Lagoon takes the moderation sheet as it is.")
	w.step("connected", "The sheet is fed from Lagoon every night.")
	w.open(builder+"/conversation/c1", "did it help?")
	w.fill("input[value=helped]")
	w.submit("form:has(input[value=helped])", "It helped, says the builder")

	w.open(auditor+"/conversation/c1", "It helped, says the builder", "the keeper", "the partner")
	if strings.Contains(w.text(), "Your say") || strings.Contains(w.text(), "What happened?") {
		t.Error("the auditor is asked for a say")
	}
	for _, name := range []string{"Ana Canaria", "ana@canary.example", "open day", "moderation sheet"} {
		if strings.Contains(w.text(), name) {
			t.Errorf("the auditor is shown %q", name)
		}
	}
	c := o.opening.Conversation
	if c.State != inventory.Connected || !c.Helped || c.Open() || len(c.Steps) != 6 {
		t.Errorf("the conversation ended as %+v", c)
	}
}

// walk is somebody at a browser who looks at each page for what should stand
// on it.
type walk struct {
	t     *testing.T
	ctx   context.Context
	steps int
}

func (w *walk) text() string {
	return ask(w.t, w.ctx, chromedp.Evaluate[string](`document.querySelector("main").textContent`))
}

func (w *walk) look(wants ...string) {
	w.t.Helper()
	w.steps++
	screenshot(w.t, w.ctx, fmt.Sprintf("walk-%02d.png", w.steps))
	text := strings.ToLower(w.text())
	for _, want := range wants {
		if !strings.Contains(text, strings.ToLower(want)) {
			w.t.Fatalf("page %d has no %q:\n%s", w.steps, want, text)
		}
	}
}

// printed has the page printed, and counts the sheets of A4 that it takes.
func (w *walk) printed(want int) {
	w.t.Helper()
	w.steps++
	yes := true
	pdf, err := chromedp.Run(w.ctx, func(ctx context.Context, _ *chromedp.Target) (paper.PrintToPDFResult, error) {
		return chromedp.Call(ctx, paper.PrintToPDF, paper.PrintToPDFParams{PreferCSSPageSize: &yes})
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if dir := os.Getenv("DESIREPATH_SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("walk-%02d.pdf", w.steps)), pdf.Data, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	if got := len(regexp.MustCompile(`/Type /Page\b`).FindAll(pdf.Data, -1)); got != want {
		w.t.Errorf("it prints on %d pages, want %d", got, want)
	}
}

func (w *walk) open(address string, wants ...string) {
	w.t.Helper()
	do(w.t, w.ctx, chromedp.EmulateViewport(1280, 900), chromedp.Navigate(address))
	w.look(wants...)
}

// leave has the page that follows told from the one that is left.
func (w *walk) leave(by chromedp.Action[chromedp.Void], wants ...string) {
	w.t.Helper()
	ask(w.t, w.ctx, chromedp.Evaluate[string](`document.body.className = "left"`))
	do(w.t, w.ctx, by, chromedp.WaitVisible(`body:not(.left) footer`))
	w.look(wants...)
}

func (w *walk) click(selector string, wants ...string) {
	w.t.Helper()
	w.leave(chromedp.Click(selector), wants...)
}

func (w *walk) submit(selector string, wants ...string) {
	w.t.Helper()
	w.leave(chromedp.Click(selector+" button"), wants...)
}

func (w *walk) fill(selector string) {
	w.t.Helper()
	do(w.t, w.ctx, chromedp.Click(selector))
}

// step takes a step as a partner does, and finds it in the history.
func (w *walk) step(to, why string) {
	w.t.Helper()
	do(w.t, w.ctx, chromedp.SetValue(`select[name=to]`, to), chromedp.SendKeys(`textarea[name=why]`, why))
	w.submit("form:has(select[name=to])", why)
}
