package access

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/alexedwards/scs/v2/memstore"
	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// The paths of signing in and out, below the portal's own address. Callback is
// what the provider is told as redirect address.
const (
	PathSignIn   = "/sign-in"
	PathCallback = "/sign-in/back"
	PathSignOut  = "/sign-out"
)

// SignInOptions say which OpenID provider vouches for people, and what part
// they have.
type SignInOptions struct {
	Issuer   string // such as https://login.microsoftonline.com/TENANT/v2.0
	ClientID string
	Secret   string
	Address  *url.URL // under which people open the portal

	// AddressClaim is the claim whose address the provider's administrators
	// vouch for. "" takes email where it is verified, and of a single Entra
	// tenant preferred_username.
	AddressClaim string
	Domains      []string          // of addresses that are let in; none: all
	RoleClaims   []string          // that list groups or roles, a dot leads inside; none: groups and roles
	Roles        map[Role][]string // addresses, groups and roles that have a role here; everybody is a builder

	Idle, Lifetime time.Duration // when a session ends that nobody uses, and when it ends in any case
	Client         *http.Client  // asks the provider; nil: one with a time limit
	Now            func() time.Time
	Log            *slog.Logger
}

// SignIn lets people in whom an OpenID provider vouches for. Sessions are held
// in memory alone: none is ever in a copy of the inventory, and after a restart
// the provider knows people still.
type SignIn struct {
	o        SignInOptions
	oauth    oauth2.Config
	verifier *oidc.IDTokenVerifier
	leave    string // where the provider ends its own session, "" if it does not say
	sessions *scs.SessionManager
	store    *memstore.MemStore
	tickets  *tickets

	mu   sync.Mutex
	used map[string]time.Time // states that let somebody in, until they end by themselves
}

// OpenSignIn asks the provider for what it publishes of itself. Close ends it.
func OpenSignIn(ctx context.Context, o SignInOptions) (*SignIn, error) {
	if o.Client == nil {
		o.Client = &http.Client{Timeout: 15 * time.Second}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if len(o.RoleClaims) == 0 {
		o.RoleClaims = []string{"groups", "roles"}
	}
	ctx = oidc.ClientContext(ctx, o.Client)
	provider, err := oidc.NewProvider(ctx, o.Issuer)
	if err != nil {
		return nil, fmt.Errorf("sign-in: issuer %s: %w; is the address right, and can it be reached from here?", o.Issuer, err)
	}
	var more struct {
		Leave string `json:"end_session_endpoint"`
	}
	if err := provider.Claims(&more); err != nil {
		return nil, fmt.Errorf("sign-in: issuer %s: %w", o.Issuer, err)
	}
	tickets, err := newTickets(o.Address.Scheme == "https", o.Now)
	if err != nil {
		return nil, fmt.Errorf("sign-in: %w", err)
	}
	s := &SignIn{
		o: o, leave: more.Leave, tickets: tickets, used: map[string]time.Time{}, store: memstore.New(),
		oauth: oauth2.Config{
			ClientID: o.ClientID, ClientSecret: o.Secret, Endpoint: provider.Endpoint(),
			RedirectURL: o.Address.JoinPath(PathCallback).String(), Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
		},
		verifier: provider.VerifierContext(ctx, &oidc.Config{ClientID: o.ClientID, Now: o.Now}),
	}
	s.sessions = s.newSessions()
	return s, nil
}

// newSessions keeps a session in a cookie that no script and no other site
// gets. Its name begins with __Host- under TLS, so that no neighbouring host
// can set one (RFC 6265bis, 4.1.3.2).
func (s *SignIn) newSessions() *scs.SessionManager {
	m := &scs.SessionManager{}
	*m = *scs.New()
	m.Store, m.HashTokenInStore = s.store, true
	m.IdleTimeout, m.Lifetime = s.o.Idle, s.o.Lifetime
	m.Cookie.Name, m.Cookie.Secure = cookieName("desirepath", s.tickets.secure), s.tickets.secure
	m.Cookie.Persist = false // it goes with the browser
	m.ErrorFunc = func(w http.ResponseWriter, _ *http.Request, err error) {
		s.o.Log.Error("a session could not be read", "err", err)
		http.Error(w, "Your session could not be read. The log says why.", http.StatusInternalServerError)
	}
	return m
}

func cookieName(name string, secure bool) string {
	if secure {
		return "__Host-" + name
	}
	return name
}

// Close ends every session.
func (s *SignIn) Close() { s.store.StopCleanup() }

// Sessions gives each request the viewer of its session, and nobody to those
// without one.
func (s *SignIn) Sessions(next http.Handler) http.Handler {
	return s.sessions.LoadAndSave(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ctx := r.Context()
		v := Viewer{Address: s.sessions.GetString(ctx, "address"), Name: s.sessions.GetString(ctx, "name")}
		for role := range strings.FieldsSeq(s.sessions.GetString(ctx, "roles")) {
			v.Roles = append(v.Roles, Role(role))
		}
		next.ServeHTTP(w, r.WithContext(With(ctx, v)))
	}))
}

// A Refusal says to whom was not let in why that is, and what to do. Err is
// for the log.
type Refusal struct {
	Why string
	Err error
}

// Error gives what the log should say.
func (r *Refusal) Error() string { return r.Err.Error() }

// Unwrap gives the cause.
func (r *Refusal) Unwrap() error { return r.Err }

func refuse(why string, err error) error { return &Refusal{why, err} }

// Begin sends somebody to the provider; afterwards they come back to a page of
// the portal.
func (s *SignIn) Begin(w http.ResponseWriter, r *http.Request, to string) error {
	t := s.tickets.draw(local(to))
	if err := s.tickets.give(w, t); err != nil {
		return err
	}
	where := s.oauth.AuthCodeURL(t.State, oidc.Nonce(t.Nonce), oauth2.S256ChallengeOption(t.Verifier))
	http.Redirect(w, r, where, http.StatusSeeOther)
	return nil
}

// local keeps an address that leads elsewhere from being where a sign-in ends.
func local(to string) string {
	u, err := url.Parse(to)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.ContainsAny(to, "\\\r\n\t") ||
		strings.HasPrefix(u.Path, PathSignIn) || strings.HasPrefix(u.Path, PathSignOut) {
		return "/"
	}
	return to
}

// Finish takes what the provider says of somebody who comes back from it,
// begins their session, and tells where they wanted to go. An error is a
// *Refusal.
func (s *SignIn) Finish(w http.ResponseWriter, r *http.Request) (to string, err error) {
	t, err := s.ticket(w, r)
	if err != nil {
		return "", err
	}
	c, err := s.vouched(r.Context(), t, r.URL.Query().Get("code"))
	if err != nil {
		return "", err
	}
	v, err := s.viewer(c)
	if err != nil {
		return "", err
	}
	if !s.once(t) {
		return "", refuse("This sign-in was used already. Begin anew.", errors.New("a state was replayed"))
	}
	if err := s.begin(r.Context(), v); err != nil {
		return "", refuse("Your session could not be begun. The log says why.", err)
	}
	return t.To, nil
}

// ticket gives the sign-in that was begun in this browser and comes back here.
func (s *SignIn) ticket(w http.ResponseWriter, r *http.Request) (ticket, error) {
	const anew = "This sign-in was not begun in this browser, or long ago. Begin anew."
	t, err := s.tickets.take(w, r)
	if err != nil {
		return t, refuse(anew, err)
	}
	q := r.URL.Query()
	if subtle.ConstantTimeCompare([]byte(q.Get("state")), []byte(t.State)) != 1 {
		return t, refuse(anew, errors.New("the state is that of another sign-in"))
	}
	if code := q.Get("error"); code != "" {
		return t, refuse("The sign-in was ended before it was done. You can begin anew.", fmt.Errorf("the provider answers %.60q", code))
	}
	return t, nil
}

// vouched changes a code for what the provider says of a person, and believes
// it only when it was said to us, now, and about this sign-in.
func (s *SignIn) vouched(ctx context.Context, t ticket, code string) (claims, error) {
	const unsure = "Your provider's answer could not be checked, so nobody was signed in. Begin anew; if it happens again, whoever runs desirepath finds the reason in its log."
	token, err := s.oauth.Exchange(oidc.ClientContext(ctx, s.o.Client), code, oauth2.VerifierOption(t.Verifier))
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) {
		err = fmt.Errorf("the provider does not take the code: %.60q %.200q", answer.ErrorCode, answer.ErrorDescription)
	}
	if err != nil {
		return nil, refuse(unsure, err)
	}
	raw, _ := token.Extra("id_token").(string)
	id, err := s.verifier.Verify(ctx, raw)
	if err != nil {
		return nil, refuse(unsure, err)
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(t.Nonce)) != 1 {
		return nil, refuse(unsure, errors.New("the nonce is that of another sign-in"))
	}
	var c claims
	if err := id.Claims(&c); err != nil {
		return nil, refuse(unsure, err)
	}
	if azp := c.text("azp"); azp != "" && azp != s.o.ClientID {
		return nil, refuse(unsure, errors.New("the token was issued to another client"))
	}
	return c, nil
}

// once reports whether a sign-in lets somebody in for the first time.
func (s *SignIn) once(t ticket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.o.Now()
	for state, until := range s.used {
		if now.After(until) {
			delete(s.used, state)
		}
	}
	_, again := s.used[t.State]
	s.used[t.State] = t.Until
	return !again
}

// begin gives somebody a session under a new token, so that one that was known
// before is worth nothing.
func (s *SignIn) begin(ctx context.Context, v Viewer) error {
	if err := s.sessions.Destroy(ctx); err != nil {
		return err
	}
	if err := s.sessions.RenewToken(ctx); err != nil {
		return err
	}
	roles := make([]string, len(v.Roles))
	for i, role := range v.Roles {
		roles[i] = string(role)
	}
	s.sessions.Put(ctx, "address", v.Address)
	s.sessions.Put(ctx, "name", v.Name)
	s.sessions.Put(ctx, "roles", strings.Join(roles, " "))
	return nil
}

// End ends the session, and tells where the provider's own can be ended; ""
// when it does not say.
func (s *SignIn) End(ctx context.Context) (leave string, err error) {
	if err := s.sessions.Destroy(ctx); err != nil || s.leave == "" {
		return "", err
	}
	u, err := url.Parse(s.leave)
	if err != nil {
		return "", nil // the session here has ended, which is what was asked for
	}
	q := u.Query()
	q.Set("client_id", s.o.ClientID)
	u.RawQuery = q.Encode()
	return u.String(), nil
}
