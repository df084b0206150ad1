// Package web is the portal: the inventory as pages that a partner and a
// builder can both be shown. It works without JavaScript, loads nothing from
// elsewhere, and is as good on a phone, in the dark and on paper.
package web

import (
	"bytes"
	"cmp"
	"context"
	"embed"
	"html/template"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

//go:embed templates static
var files embed.FS

// A Source is what the pages show.
type Source interface {
	Records(context.Context, inventory.Filter) iter.Seq2[inventory.Record, error]
	// Search returns an error that wraps inventory.ErrCursor for a page of another search.
	Search(context.Context, inventory.Search) (inventory.Found, error)
	// Record returns an error that wraps inventory.ErrNotFound for an unknown id.
	Record(context.Context, inventory.AssetID) (inventory.Record, error)
	Summary(context.Context) (inventory.Summary, error)
	Runs(ctx context.Context, limit int) ([]inventory.Run, error) // the newest first
	Underway(context.Context) (inventory.Underway, error)
	// Opening tells of the conversation about a family, if there is one.
	Opening(ctx context.Context, family string) (inventory.Opening, bool, error)
	// Talk gives a page of conversations with what is needed to open each; it
	// returns an error that wraps inventory.ErrCursor for a page of another search.
	Talk(context.Context, inventory.TalkSearch) (inventory.FoundOpenings, error)
	// Partners are all those that conversations have, by name; InvitedSince
	// counts whom one of them invited after a time.
	Partners(context.Context) ([]inventory.Partner, error)
	InvitedSince(ctx context.Context, partner string, since time.Time) (int, error)
	// Conversation returns an error that wraps inventory.ErrNotFound for an unknown id.
	Conversation(ctx context.Context, id string) (inventory.Conversation, error)
	Charters(ctx context.Context, conversation string) ([]inventory.Charter, error)
	Needs(ctx context.Context, system string) ([]inventory.NeedLine, error)
	// Answers gives what was changed for needs; Behind who had the need.
	Answers(context.Context) ([]inventory.Answer, error)
	Behind(context.Context, inventory.Answer) ([]inventory.Person, error)
	Edges(context.Context, inventory.AssetID) ([]inventory.Edge, error)
	Feedback(context.Context, inventory.AssetID) ([]inventory.Feedback, error)
	// Visits tells who was shown names, the newest first; Lookers who was shown
	// those of an asset and its conversations.
	Visits(context.Context, inventory.VisitFilter) ([]inventory.Visit, error)
	Lookers(context.Context, inventory.AssetID) ([]inventory.Visit, error)
	// Candidates ranks everybody who has a hand in a family.
	Candidates(ctx context.Context, family string) ([]inventory.Candidate, error)
	// Own gives what people with these addresses built or keep, what matters
	// most first.
	Own(ctx context.Context, addresses []string, limit int) ([]inventory.AssetID, error)
	Registered(context.Context, inventory.RegisteredFilter) ([]inventory.Registered, error)
	// Around gives what people do around each system, and for purposes that
	// none serves, those with the most people first; Teams what the people of
	// each team keep. Neither names anybody.
	Around(context.Context) ([]inventory.Around, error)
	Teams(context.Context) ([]inventory.TeamTotal, error)
	// Family returns an error that wraps inventory.ErrNotFound for an unknown id.
	Family(ctx context.Context, id string) (inventory.Family, error)
	// Quiet tells who asked not to be invited for now, and until when.
	Quiet(context.Context) (map[string]time.Time, error)
}

// A Directory tells who is who.
type Directory interface {
	// Person gives the human behind an address, with no account if nobody knows it.
	Person(ctx context.Context, address string) (inventory.Person, error)
	// TeamSizes tells how many people each team has.
	TeamSizes(context.Context) (map[string]int, error)
}

// A Desk keeps what partners and builders decide.
type Desk interface {
	Decide(context.Context, inventory.Decision) error
	WriteCharter(context.Context, inventory.Charter) (inventory.Charter, error)
	AgreeCharter(ctx context.Context, conversation string, version int, a inventory.Agreement) error
	SaveFeedback(context.Context, inventory.Feedback) error
	// Register returns an error that wraps inventory.ErrIncomplete for half a
	// registration.
	Register(context.Context, inventory.Registered) (inventory.Registered, error)
	Unregister(ctx context.Context, id string, by []string) error
	// KeepQuiet with the zero time ends a quiet time.
	KeepQuiet(ctx context.Context, address string, until time.Time) error
	EraseAsset(ctx context.Context, id inventory.AssetID, dry bool) (inventory.Erasure, error)
	ShipAnswer(ctx context.Context, need inventory.NeedLine, what, by string, at time.Time) (inventory.Answer, error)
	TakeAnswer(ctx context.Context, id string, step inventory.AnswerStep) error
}

// Options say what to show and how.
type Options struct {
	Source       Source    // every page reads it as its viewer may see it
	Directory    Directory // nil knows nobody
	Organisation string
	Systems      []inventory.System
	Language     string
	Log          *slog.Logger

	Contact string // whom people ask about desirepath
	// Desk keeps decisions. Who takes them is the viewer of each request, see
	// access.Of; without a Desk the pages are for reading.
	Desk   Desk
	Book   *access.Book     // notes who was shown names; nil: nobody does
	Tokens Tokens           // let programs read under /api/v1; nil: none do
	SignIn *access.SignIn   // lets people in; nil: whoever opens the pages is told by whoever serves them
	Weekly int              // invitations a partner has time for in a week; 0: 3
	Now    func() time.Time // nil: time.Now

	Address   *url.URL       // under which people open the pages, if not that of this machine
	Proxies   access.Proxies // that stand in front of us
	VisitDays int            // how long it is kept who looked
}

// A Portal serves the pages.
type Portal struct {
	Options
	pages   map[string]*template.Template
	mux     *http.ServeMux
	look    sight        // what the Source is read through
	guarded http.Handler // takes no decision that another site asks for
	pace    pace
}

// New makes a portal.
func New(o Options) (*Portal, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Weekly = cmp.Or(o.Weekly, 3)
	if o.Directory == nil {
		o.Directory = strangers{}
	}
	look := sight{o.Source, o.Directory}
	o.Source = look
	if o.Desk != nil {
		o.Desk = ownDesk{o.Desk, look}
	}
	p := &Portal{Options: o, look: look, mux: http.NewServeMux(), pace: newPace(o.Now)}
	if err := p.parse(); err != nil {
		return nil, err
	}
	for _, rt := range p.routes() {
		p.mux.HandleFunc(rt.method+" "+rt.pattern, p.only(rt))
	}
	p.serveAPI()
	return p, p.guard()
}

// guard refuses what another site's page would have its visitor do here.
// Browsers that do not say where a form comes from name its origin, which is
// the address that people know, whatever a proxy calls us.
func (p *Portal) guard() error {
	cross := http.NewCrossOriginProtection()
	if p.Address != nil {
		if err := cross.AddTrustedOrigin(p.Address.Scheme + "://" + p.Address.Host); err != nil {
			return err
		}
	}
	cross.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.show(w, http.StatusForbidden, "refused", refusedPage{p.page(r, ""), "It was asked for by a page of another site.", "/"})
	}))
	p.guarded = cross.Handler(p.mux)
	return nil
}

// parse reads the templates: each file is a page, and fills in the base.
func (p *Portal) parse() error {
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		return err
	}
	p.pages = map[string]*template.Template{}
	for _, name := range names {
		page := strings.TrimSuffix(path.Base(name), ".html")
		t, err := template.New(page).Funcs(p.say()).ParseFS(files, "templates/base.html", "templates/parts.html", "templates/asset.html", name)
		if err != nil {
			return err
		}
		p.pages[page] = t
	}
	return nil
}

// say gives the templates the words of the portal's language.
func (p *Portal) say() template.FuncMap {
	return template.FuncMap{
		"state": func(s inventory.State) string { return words.State(s, p.Language) },
		"part":  func(name string) string { return words.Part(name, p.Language) },
		"facts": func(of inventory.Part) string { return words.PartFacts(of, p.Language) },
		"day":   day,
		"step":  stepOf,
		"count": count,
		"link":  assetLink,

		"hundredths": hundredths,
		"share":      share,
		"told":       told,
		"part2":      func(part, whole float64) float64 { return part / max(whole, 1) },
		"moment":     func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
		"stamp":      func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
	}
}

// hundredths is how long a bar is drawn.
func hundredths(part float64) int { return int(min(max(part, 0), 1)*100 + 0.5) }

func share(part, whole int) float64 { return float64(part) / float64(max(whole, 1)) }

// ServeHTTP answers with headers that keep a page to itself: no script but the
// one that tells times in the reader's zone, no frame, nothing from another
// host, no address told to the next one.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, no-store")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
	if p.Address != nil && p.Address.Scheme == "https" {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	p.guarded.ServeHTTP(w, r)
}

func (p *Portal) missing(w http.ResponseWriter, r *http.Request) {
	p.show(w, http.StatusNotFound, "missing", p.page(r, ""))
}

// page is what every template needs.
type page struct {
	Organisation string
	Here         string // the part of the portal that the page belongs to
	Me           string // who takes decisions here; "" when nobody does
	Viewer       access.Viewer
	Menu         []entrance
	CanLeave     bool // they signed in, and can sign out
}

func (p *Portal) page(r *http.Request, here string) page {
	v := access.Of(r.Context())
	out := page{Organisation: p.Organisation, Here: here, Viewer: v, Menu: p.menu(v), CanLeave: p.SignIn != nil && v.Address != ""}
	if p.Desk != nil {
		out.Me = v.Address
	}
	return out
}

// show renders a page whole before anything is sent, so that a template that
// fails never leaves half a page.
func (p *Portal) show(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := p.render(&b, name, data); err != nil {
		p.fail(w, "render "+name, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the reader may have gone
}

func (p *Portal) render(w io.Writer, name string, data any) error {
	return p.pages[name].ExecuteTemplate(w, "base", data)
}

func (p *Portal) fail(w http.ResponseWriter, what string, err error) {
	p.Log.Error("a page was not shown", "page", what, "err", err)
	http.Error(w, "This page could not be shown. The log says why.", http.StatusInternalServerError)
}
