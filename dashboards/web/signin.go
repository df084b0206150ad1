package web

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
)

// doors are the routes of signing in and out, where people do.
func (p *Portal) doors() []route {
	if p.SignIn == nil {
		return nil
	}
	return []route{
		{"GET", access.PathSignIn, p.signIn, nil, "", ""},
		{"GET", access.PathCallback, p.signedIn, nil, "", ""},
		{"POST", access.PathSignOut, p.signOut, nil, "", ""},
	}
}

// A doorPage says how signing in or out went.
type doorPage struct {
	page
	Title, Why string
	Again      string // where to sign in, "" when that does not help
	Leave      string // where the provider's own session can be ended
	Contact    string
}

func (p *Portal) door(w http.ResponseWriter, r *http.Request, status int, d doorPage) {
	d.page, d.Contact = p.page(r, ""), p.Contact
	p.show(w, status, "door", d)
}

func (p *Portal) signIn(w http.ResponseWriter, r *http.Request) {
	if err := p.SignIn.Begin(w, r, r.URL.Query().Get("to")); err != nil {
		p.fail(w, "sign-in", err)
	}
}

func (p *Portal) signedIn(w http.ResponseWriter, r *http.Request) {
	to, err := p.SignIn.Finish(w, r)
	var refusal *access.Refusal
	if errors.As(err, &refusal) {
		p.Log.Warn("somebody was not signed in", "err", err)
		p.door(w, r, http.StatusForbidden, doorPage{Title: "You are not signed in", Why: refusal.Why, Again: access.PathSignIn})
		return
	}
	if err != nil {
		p.fail(w, "sign-in", err)
		return
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (p *Portal) signOut(w http.ResponseWriter, r *http.Request) {
	leave, err := p.SignIn.End(r.Context())
	if err != nil {
		p.fail(w, "sign-out", err)
		return
	}
	r = r.WithContext(access.With(r.Context(), access.Viewer{}))
	p.door(w, r, http.StatusOK, doorPage{Title: "You are signed out", Why: "Your provider may still know you, and would sign you in again without asking.", Again: access.PathSignIn, Leave: leave})
}

// stranger sends somebody who looks for a page, and has not said who they are,
// to the sign-in.
func (p *Portal) stranger(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && strings.Contains(r.Header.Get("Accept"), "text/html") {
		http.Redirect(w, r, access.PathSignIn+"?to="+url.QueryEscape(r.URL.RequestURI()), http.StatusSeeOther)
		return
	}
	p.door(w, r, http.StatusUnauthorized, doorPage{Title: "You are not signed in", Why: "Your session has ended, or has not begun. Nothing was changed.", Again: access.PathSignIn})
}

// pace keeps the number of writes and sign-ins to what people do. The limits
// of an address are wide: a whole campus may come from one.
type pace struct{ writes, writesFrom, doorsFrom, programs *access.Limits }

func newPace(now func() time.Time) pace {
	return pace{
		writes:     access.NewLimits(30, 2*time.Second, now),
		writesFrom: access.NewLimits(300, 200*time.Millisecond, now),
		doorsFrom:  access.NewLimits(300, 200*time.Millisecond, now),
		programs:   access.NewLimits(60, 100*time.Millisecond, now),
	}
}

// hurry answers those who ask too often, and reports that it did.
func (p *Portal) hurry(w http.ResponseWriter, r *http.Request, rt route) bool {
	wait, allowed := time.Duration(0), true
	switch client := p.Proxies.Client(r); {
	case strings.HasPrefix(rt.pattern, access.PathSignIn):
		wait, allowed = p.pace.doorsFrom.Allow(client)
	case rt.method != http.MethodGet:
		if wait, allowed = p.pace.writesFrom.Allow(client); allowed && me(r) != "" {
			wait, allowed = p.pace.writes.Allow(me(r))
		}
	}
	if allowed {
		return false
	}
	w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
	p.show(w, http.StatusTooManyRequests, "refused", refusedPage{p.page(r, ""), "That came faster than one person can mean it. Wait a little, then do it again.", "/"})
	return true
}
