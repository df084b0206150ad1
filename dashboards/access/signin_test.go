package access_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/access/openid"
)

func people() map[string]map[string]any {
	return map[string]map[string]any{
		"Pat":   {"email": "Pat@X.example", "email_verified": true, "name": "Pat Part", "groups": []string{"staff", "g-partners"}},
		"Quin":  {"email": "quin@x.example", "email_verified": "true", "realm": map[string]any{"roles": "desirepath-auditor"}},
		"Kay":   {"email": "kay@x.example", "email_verified": true},
		"Mal":   {"email": "pat@x.example", "email_verified": false, "preferred_username": "pat@x.example"},
		"Guest": {"email": "guest@elsewhere.example", "email_verified": true, "groups": []string{"g-partners"}},
		"Many":  {"email": "many@x.example", "email_verified": true, "_claim_names": map[string]any{"groups": "src1"}, "_claim_sources": map[string]any{"src1": map[string]any{"endpoint": "https://graph.example"}}},
		"Blank": {"email_verified": true},
	}
}

// A door is a portal that tells its visitor who they are.
type door struct {
	*httptest.Server
	signIn *access.SignIn
	log    *bytes.Buffer
	why    error // of the newest refusal
}

func newDoor(t *testing.T, p *openid.Provider, edit func(*access.SignInOptions)) *door {
	t.Helper()
	d := &door{log: &bytes.Buffer{}}
	mux := http.NewServeMux()
	d.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { d.signIn.Sessions(mux).ServeHTTP(w, r) }))
	t.Cleanup(d.Close)
	address, err := url.Parse(d.URL)
	if err != nil {
		t.Fatal(err)
	}
	o := access.SignInOptions{
		Issuer: p.URL, ClientID: openid.ClientID, Secret: openid.Secret, Address: address, Domains: []string{"X.example"}, RoleClaims: []string{"groups", "realm.roles"},
		Roles: map[access.Role][]string{access.Partner: {"g-partners"}, access.Auditor: {"desirepath-auditor"}, access.Editor: {"PAT@x.example"}},
		Idle:  time.Hour, Lifetime: time.Hour, Log: slog.New(slog.NewTextHandler(d.log, nil)),
	}
	if edit != nil {
		edit(&o)
	}
	if d.signIn, err = access.OpenSignIn(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.signIn.Close)
	mux.HandleFunc("GET /sign-in", func(w http.ResponseWriter, r *http.Request) {
		if err := d.signIn.Begin(w, r, r.FormValue("to")); err != nil {
			t.Error(err)
		}
	})
	mux.HandleFunc("GET /sign-in/back", func(w http.ResponseWriter, r *http.Request) {
		to, err := d.signIn.Finish(w, r)
		if d.why = err; err != nil {
			var refusal *access.Refusal
			if !errors.As(err, &refusal) || refusal.Why == "" {
				t.Errorf("an error that is no refusal: %v", err)
			}
			http.Error(w, "refused", http.StatusForbidden)
			return
		}
		http.Redirect(w, r, to, http.StatusSeeOther)
	})
	mux.HandleFunc("POST /sign-out", func(w http.ResponseWriter, r *http.Request) {
		leave, err := d.signIn.End(r.Context())
		fmt.Fprintln(w, leave, err)
	})
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		v := access.Of(r.Context())
		fmt.Fprintf(w, "%s %s %v", r.URL.Path, v.Address, v.Roles)
	})
	return d
}

func newBrowser(t *testing.T) *http.Client {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Client{Jar: jar, Timeout: 10 * time.Second}
}

// visit opens an address and gives the page and where it came from in the end.
func visit(t *testing.T, c *http.Client, address string, form url.Values) (string, *http.Response) {
	t.Helper()
	method, body := http.MethodGet, ""
	if form != nil {
		method, body = http.MethodPost, form.Encode()
	}
	req, err := http.NewRequestWithContext(t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	resp, err := c.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b), resp
}

// as walks through the provider's page as somebody.
func (d *door) as(t *testing.T, c *http.Client, person, to string) (string, *http.Response) {
	t.Helper()
	_, asked := visit(t, c, d.URL+"/sign-in?to="+url.QueryEscape(to), nil)
	return visit(t, c, asked.Request.URL.String(), url.Values{"person": {person}})
}

func TestSignIn(t *testing.T) {
	p := openid.New(t, people())
	d := newDoor(t, p, nil)
	for _, c := range []struct{ person, to, want string }{
		{"Pat", "/conversation/c1?x=1", "/conversation/c1 pat@x.example [partner editor builder]"},
		{"Quin", "/", "/ quin@x.example [auditor builder]"},
		{"Kay", "https://elsewhere.example/", "/ kay@x.example [builder]"},
		{"Kay", "//elsewhere.example/", "/ kay@x.example [builder]"},
		{"Kay", `/\elsewhere.example/`, "/ kay@x.example [builder]"},
		{"Kay", "/sign-in?to=/", "/ kay@x.example [builder]"},
		{"Many", "/", "/ many@x.example [builder]"},
		{"Mal", "/", ""},
		{"Guest", "/", ""},
		{"Blank", "/", ""},
		{"", "/", ""}, // says no at the provider
	} {
		browser := newBrowser(t)
		body, resp := d.as(t, browser, c.person, c.to)
		if c.want == "" {
			if resp.StatusCode != http.StatusForbidden || d.why == nil {
				t.Errorf("%s was let in: %s", c.person, body)
			}
			if body, _ := visit(t, browser, d.URL+"/", nil); body != "/  []" {
				t.Errorf("%s has a session: %s", c.person, body)
			}
			continue
		}
		if body != c.want {
			t.Errorf("%s: %q, want %q (%v)", c.person, body, c.want, d.why)
		}
	}
	if !strings.Contains(d.log.String(), "more groups than") {
		t.Error("that groups are missing is not told")
	}
	if strings.Contains(d.log.String(), "@") {
		t.Errorf("the log holds an address: %s", d.log)
	}
}

// TestWhatIsNotBelieved bends the provider's answers one by one.
func TestWhatIsNotBelieved(t *testing.T) {
	p := openid.New(t, people())
	d := newDoor(t, p, nil)
	for name, c := range map[string]struct {
		bend  func(map[string]any)
		forge bool
		why   string
	}{
		"wrong nonce":        {bend: func(c map[string]any) { c["nonce"] = "another" }, why: "nonce"},
		"no nonce":           {bend: func(c map[string]any) { delete(c, "nonce") }, why: "nonce"},
		"expired":            {bend: func(c map[string]any) { c["exp"] = time.Now().Add(-time.Minute).Unix() }, why: "expired"},
		"wrong audience":     {bend: func(c map[string]any) { c["aud"] = "somebody else" }, why: "audience"},
		"for another client": {bend: func(c map[string]any) { c["aud"], c["azp"] = []string{openid.ClientID, "other"}, "other" }, why: "another client"},
		"wrong issuer":       {bend: func(c map[string]any) { c["iss"] = "https://elsewhere.example" }, why: "different provider"},
		"another key":        {forge: true, why: "signature"},
		"not verified":       {bend: func(c map[string]any) { c["email_verified"] = false }, why: "not say that email is verified"},
		"not an address":     {bend: func(c map[string]any) { c["email"] = "pat@x.example, kay@x.example" }, why: "no address"},
	} {
		p.Bend, p.Forge = c.bend, c.forge
		browser := newBrowser(t)
		if body, resp := d.as(t, browser, "Pat", "/"); resp.StatusCode != http.StatusForbidden || d.why == nil || !strings.Contains(d.why.Error(), c.why) {
			t.Errorf("%s: %d %s, because of %v", name, resp.StatusCode, body, d.why)
		}
		if body, _ := visit(t, browser, d.URL+"/", nil); body != "/  []" {
			t.Errorf("%s: there is a session: %s", name, body)
		}
	}
}

// TestStates tries to come back with what another sign-in left.
func TestStates(t *testing.T) {
	d := newDoor(t, openid.New(t, people()), nil)
	browser := newBrowser(t)
	var back *url.URL
	browser.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if r.URL.Path == access.PathCallback {
			back = r.URL
		}
		return nil
	}
	if body, _ := d.as(t, browser, "Pat", "/"); !strings.Contains(body, "pat@x.example") {
		t.Fatal(body)
	}
	home, _ := url.Parse(d.URL)
	refused := func(name string, c *http.Client, address string) {
		t.Helper()
		if body, resp := visit(t, c, address, nil); resp.StatusCode != http.StatusForbidden {
			t.Errorf("%s: %d %s", name, resp.StatusCode, body)
		}
	}
	refused("a replayed state", browser, back.String())
	refused("another browser", newBrowser(t), back.String())

	// A browser that kept its ticket, with a new code for the same request.
	keeper := newBrowser(t)
	_, asked := visit(t, keeper, d.URL+"/sign-in", nil)
	kept := keeper.Jar.Cookies(home)
	for i, want := range []int{http.StatusOK, http.StatusForbidden} {
		keeper.Jar.SetCookies(home, kept)
		if body, resp := visit(t, keeper, asked.Request.URL.String(), url.Values{"person": {"Pat"}}); resp.StatusCode != want {
			t.Errorf("a ticket, for time %d: %d %s", i+1, resp.StatusCode, body)
		}
	}
	if !strings.Contains(d.why.Error(), "replayed") {
		t.Errorf("refused because of %v", d.why)
	}

	stranger := newBrowser(t)
	_, _ = visit(t, stranger, d.URL+"/sign-in", nil) // has a ticket of its own
	refused("the state of somebody else", stranger, back.String())
	forged := newBrowser(t)
	forged.Jar.SetCookies(home, []*http.Cookie{{Name: "desirepath-ticket", Value: "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}})
	refused("a ticket that is not ours", forged, back.String())
}

func TestSessions(t *testing.T) {
	d := newDoor(t, openid.New(t, people()), nil)
	browser := newBrowser(t)
	home, _ := url.Parse(d.URL)
	browser.Jar.SetCookies(home, []*http.Cookie{{Name: "desirepath", Value: "fixed"}})
	first, _ := d.as(t, browser, "Kay", "/")
	token := func() (v string) {
		for _, c := range browser.Jar.Cookies(home) {
			if c.Name == "desirepath" {
				v = c.Value
			}
		}
		return v
	}
	before := token()
	if before == "fixed" || before == "" {
		t.Errorf("the session is one that somebody else knows: %q", before)
	}
	if body, _ := d.as(t, browser, "Pat", "/"); body == first || token() == before {
		t.Errorf("signing in again keeps the session: %s", body)
	}
	old := newBrowser(t)
	old.Jar.SetCookies(home, []*http.Cookie{{Name: "desirepath", Value: before}})
	if body, _ := visit(t, old, d.URL+"/", nil); body != "/  []" {
		t.Errorf("the earlier session goes on: %s", body)
	}
	now := token()
	if body, _ := visit(t, browser, d.URL+"/sign-out", url.Values{}); !strings.Contains(body, "/leave?client_id=desirepath") {
		t.Errorf("signing out tells %q", body)
	}
	old.Jar.SetCookies(home, []*http.Cookie{{Name: "desirepath", Value: now}})
	if body, _ := visit(t, old, d.URL+"/", nil); body != "/  []" {
		t.Errorf("the session goes on after signing out: %s", body)
	}
}

func TestSessionsEnd(t *testing.T) {
	for name, edit := range map[string]func(*access.SignInOptions){
		"idle":     func(o *access.SignInOptions) { o.Idle = 300 * time.Millisecond },
		"absolute": func(o *access.SignInOptions) { o.Lifetime = 300 * time.Millisecond },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDoor(t, openid.New(t, people()), edit)
			browser := newBrowser(t)
			if body, _ := d.as(t, browser, "Pat", "/"); !strings.Contains(body, "pat@x.example") {
				t.Fatal(body)
			}
			time.Sleep(400 * time.Millisecond)
			if body, _ := visit(t, browser, d.URL+"/", nil); body != "/  []" {
				t.Errorf("the session goes on: %s", body)
			}
		})
	}
}

func TestCookiesUnderTLS(t *testing.T) {
	d := newDoor(t, openid.New(t, people()), func(o *access.SignInOptions) {
		o.Address = &url.URL{Scheme: "https", Host: "desirepath.x.example"}
	})
	w := httptest.NewRecorder()
	d.signIn.Sessions(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := d.signIn.Begin(w, r, "/"); err != nil {
			t.Error(err)
		}
	})).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/sign-in", nil))
	got := w.Header().Get("Set-Cookie")
	for _, want := range []string{"__Host-desirepath-ticket=", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"} {
		if !strings.Contains(got, want) {
			t.Errorf("cookie lacks %s: %s", want, got)
		}
	}
	if strings.Contains(got, "Domain") {
		t.Errorf("the cookie goes to other hosts: %s", got)
	}
	to, err := url.Parse(w.Header().Get("Location"))
	if err != nil {
		t.Fatal(err)
	}
	q := to.Query()
	if diff := cmp.Diff([]string{"https://desirepath.x.example/sign-in/back", "S256", "code"}, []string{q.Get("redirect_uri"), q.Get("code_challenge_method"), q.Get("response_type")}); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestIssuerThatIsNoProvider(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	address, _ := url.Parse(server.URL)
	if _, err := access.OpenSignIn(t.Context(), access.SignInOptions{Issuer: server.URL, Address: address}); err == nil || !strings.Contains(err.Error(), "is the address right") {
		t.Errorf("error %v", err)
	}
}
