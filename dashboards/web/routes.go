package web

import (
	"cmp"
	"errors"
	"net/http"
	"strings"

	"github.com/desirepath/desirepath/dashboards/access"
)

// A route is something that can be asked of the portal, and who may ask it. A
// page is added with a line here, a row in the test of who may see what, and a
// template.
type route struct {
	method, pattern string
	serve           http.HandlerFunc
	roles           []access.Role // who may; nil: anybody, signed in or not
	part, name      string        // of a page in the menu: as page.Here, and what it is called
}

// routes are all of them; those with a name stand in the menu in this order.
// What changes something takes a Desk, and somebody whose address is known.
func (p *Portal) routes() []route {
	var (
		partners = []access.Role{access.Partner}
		builders = []access.Role{access.Builder}
		auditors = []access.Role{access.Auditor}
		checkers = []access.Role{access.Partner, access.Editor, access.Auditor}
		talkers  = []access.Role{access.Partner, access.Auditor, access.Builder}
		sides    = []access.Role{access.Partner, access.Builder}
		all      = access.Roles()
	)
	return append(p.doors(), []route{
		{"GET", "/static/", p.static, nil, "", ""},
		{"GET", "/", p.missing, nil, "", ""},

		{"GET", "/week", p.week, partners, "week", "This week"},
		{"GET", "/{$}", p.list, checkers, "inventory", "Inventory"},
		{"GET", "/mine", p.mine, builders, "mine", "My tools"},
		{"GET", "/asset/{id...}", p.asset, all, "", ""},
		{"GET", "/conversations", p.conversations, talkers, "conversations", "Conversations"},
		{"GET", "/conversation/{id}", p.conversation, talkers, "", ""},
		{"GET", "/conversation/{id}/charter", p.charter, sides, "", ""},
		{"GET", "/family/{id...}", p.family, all, "", ""},
		{"GET", "/systems", p.systems, checkers, "systems", "Systems"},
		{"GET", "/systems/{id}", p.system, checkers, "", ""},
		{"GET", "/needs", p.needs, checkers, "needs", "Needs"},
		{"GET", "/needs/{system}", p.needReport, checkers, "", ""},
		{"GET", "/answers", p.answers, []access.Role{access.Builder}, "answers", "Changed for you"},
		{"GET", "/teams", p.teams, checkers, "teams", "Teams"},
		{"GET", "/coverage", p.coverage, checkers, "coverage", "Coverage"},
		{"GET", "/audit", p.audit, auditors, "audit", "Who looked"},

		{"POST", "/conversation/{id}", p.decide, sides, "", ""},
		{"POST", "/conversation/{id}/charter", p.writeCharter, sides, "", ""},
		{"POST", "/conversation/{id}/charter/{version}/agree", p.agree, sides, "", ""},
		{"POST", "/needs/{system}", p.shipAnswer, partners, "", ""},
		{"POST", "/answer/{id}", p.takeAnswer, sides, "", ""},
		{"POST", "/feedback", p.feedback, sides, "", ""},
		{"POST", "/mine/register", p.register, builders, "", ""},
		{"POST", "/mine/unregister", p.unregister, builders, "", ""},
		{"POST", "/mine/quiet", p.keepQuiet, builders, "", ""},
		{"POST", "/mine/erase", p.erase, builders, "", ""},
	}...)
}

// only answers those who may use a route, and tells the others whom to ask.
func (p *Portal) only(rt route) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		switch v := access.Of(r.Context()); {
		case p.hurry(w, r, rt):
		case rt.roles != nil && len(v.Roles) == 0 && p.SignIn != nil:
			p.stranger(w, r)
		case rt.pattern == "/{$}" && !v.Is(rt.roles...) && len(p.menu(v)) > 0:
			http.Redirect(w, r, p.menu(v)[0].Link, http.StatusSeeOther) // their own first page
		case rt.roles != nil && !v.Is(rt.roles...):
			p.show(w, http.StatusForbidden, "closed", closedPage{page: p.page(r, ""), For: rt.roles, Contact: p.Contact})
		case rt.roles != nil && rt.method != http.MethodGet && (p.Desk == nil || v.Address == ""):
			p.show(w, http.StatusForbidden, "closed", closedPage{page: p.page(r, ""), Reading: true, Contact: p.Contact})
		case p.Book != nil && p.Book.Full():
			p.fail(w, "who looks cannot be kept", errors.New("the store takes no visits"))
		default:
			p.noting(w, r, rt)
		}
	}
}

// noting serves a page, and notes who was shown names on it.
func (p *Portal) noting(w http.ResponseWriter, r *http.Request, rt route) {
	ctx, seen := withGlance(r.Context())
	rt.serve(w, r.WithContext(ctx))
	if p.Book == nil || rt.method != http.MethodGet || !seen.named() {
		return
	}
	v, visit := access.Of(ctx), seen.visit()
	visit.Who, visit.Role, visit.Page, visit.At = cmp.Or(v.Address, access.Here), string(v.First(rt.roles)), rt.page(), p.Now()
	p.Book.Note(visit)
}

// page is what a visit calls the route: the words of its pattern.
func (rt route) page() string {
	var words []string
	for part := range strings.SplitSeq(rt.pattern, "/") {
		if part != "" && !strings.HasPrefix(part, "{") {
			words = append(words, part)
		}
	}
	return cmp.Or(strings.Join(words, " "), rt.part)
}

// A closedPage says that a page is for others, and whom to ask.
type closedPage struct {
	page
	For     []access.Role
	Reading bool // nobody here can change anything, since nobody said who they are
	Contact string
}

// An entrance leads from the menu to a part of the portal.
type entrance struct{ Link, Part, Name string }

// menu are the parts that a viewer may open.
func (p *Portal) menu(v access.Viewer) (out []entrance) {
	for _, rt := range p.routes() {
		if rt.name != "" && v.Is(rt.roles...) {
			out = append(out, entrance{strings.TrimSuffix(rt.pattern, "{$}"), rt.part, rt.name})
		}
	}
	return out
}

// static serves the stylesheet.
func (p *Portal) static(w http.ResponseWriter, r *http.Request) {
	http.FileServerFS(files).ServeHTTP(w, r)
}
