package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/web"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// A front is what people open: the pages, and how they come to them.
type front struct {
	http.Handler
	address string      // under which people open it; "" is the one that is listened on
	tls     *tls.Config // nil where there is none, or a proxy does it
	signIn  *access.SignIn
}

// Close ends the sessions.
func (f front) Close() {
	if f.signIn != nil {
		f.signIn.Close()
	}
}

// front builds the pages: with signing in for everybody who may, without it
// for whoever sits at this machine.
func (cmd serveCmd) front(ctx context.Context, a *app, c config.Config, readings night.Readings, book *access.Book) (f front, err error) {
	if err := cmd.reach(c.Portal); err != nil {
		return f, configError{err}
	}
	if c.Portal.SignIn != nil {
		if f.signIn, err = a.signIn(ctx, c); err != nil {
			return f, configError{err}
		}
	}
	if f.tls, err = certified(c.Portal.TLS, a.Log); err != nil {
		return f, configError{err}
	}
	portal, err := web.New(web.Options{
		Source: readings, Directory: readings, Organisation: c.Organisation, Systems: readings.Systems, Language: c.Outreach.Language, Log: a.Log,
		Contact: c.Contact, Desk: readings, Tokens: readings, Book: book, Weekly: c.Outreach.Weekly, Now: a.Now,
		SignIn: f.signIn, Address: c.Portal.URL(), Proxies: c.Portal.Nets(), VisitDays: c.Retention.Visits,
	})
	if err != nil {
		f.Close()
		return f, err
	}
	if f.signIn == nil {
		f.Handler = namedHere(access.As(cmd.viewer(), portal))
		return f, nil
	}
	f.address = c.Portal.URL().String()
	f.Handler = named(c.Portal.URL(), f.signIn.Sessions(portal))
	return f, nil
}

// reach looks that nobody opens the pages from elsewhere who was not asked who
// they are.
func (cmd serveCmd) reach(p config.Portal) error {
	switch {
	case p.SignIn != nil && cmd.As != "":
		return errors.New("--as: people sign in, and decide as who they are; leave it out, or take portal.sign_in out of the configuration")
	case p.SignIn == nil && !wire.Loopback(cmd.Listen):
		return fmt.Errorf("--listen %s: the pages name people and nobody signs in, so only an address of this machine is taken, such as 127.0.0.1:8364; let people sign in: portal.sign_in, see cmd/desirepath/examples/portal.yaml", cmd.Listen)
	}
	return nil
}

// signInPatience bounds what the provider may take to answer at the start.
const signInPatience = 20 * time.Second

// signIn asks the configured provider for what it publishes of itself.
func (a *app) signIn(ctx context.Context, c config.Config) (*access.SignIn, error) {
	s := *c.Portal.SignIn
	secret, err := s.Secret(a.Environ)
	if err != nil {
		return nil, err
	}
	base, err := wire.NewBase(c.Scan.CAFile)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, signInPatience)
	defer cancel()
	idle, whole := s.Ends()
	return access.OpenSignIn(ctx, access.SignInOptions{
		Issuer: s.Issuer, ClientID: s.ClientID, Secret: secret, Address: c.Portal.URL(),
		AddressClaim: s.AddressClaim, Domains: s.Domains, RoleClaims: s.RoleClaims, Roles: s.Roles.Map(),
		Idle: idle, Lifetime: whole, Client: &http.Client{Transport: base, Timeout: signInPatience}, Now: a.Now, Log: a.Log,
	})
}

// viewer is whoever sits at this machine: they see every page, and decide when
// they said who they are.
func (cmd serveCmd) viewer() access.Viewer {
	return access.Viewer{Address: inventory.FoldAddress(cmd.As), Roles: access.Roles()}
}

// namedHere answers only those who call this machine by its own name. The
// pages ask nobody who they are, and a page from elsewhere could otherwise
// have a name of its own point here and read them in its visitor's browser.
func namedHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !wire.Loopback(r.Host) {
			http.Error(w, "desirepath answers under localhost or 127.0.0.1 only; a proxy in front of it should set the Host header so.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// named answers only under the portal's own name, which its cookies and its
// trust in forms are bound to.
func named(address *url.URL, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.EqualFold(r.Host, address.Host) {
			http.Error(w, "desirepath answers under "+address.Host+" only, as portal.address says; a proxy in front of it should keep the Host header.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
