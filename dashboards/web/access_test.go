package web

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/access/openid"
	"github.com/desirepath/desirepath/inventory"
)

// TestStrangersAreAskedWhoTheyAre: where people sign in, no page but those of
// signing in answers somebody who has not.
func TestStrangersAreAskedWhoTheyAre(t *testing.T) {
	provider := openid.New(t, nil)
	signIn, err := access.OpenSignIn(t.Context(), access.SignInOptions{
		Issuer: provider.URL, ClientID: openid.ClientID, Secret: openid.Secret, Address: &url.URL{Scheme: "https", Host: "d.example"}, Idle: time.Hour, Lifetime: time.Hour, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(signIn.Close)
	world := newAviary()
	p, err := New(Options{Source: world, Directory: world, Organisation: "Alder Bay", Language: "en", Log: slog.New(slog.DiscardHandler), Desk: &ledger{}, SignIn: signIn, Address: &url.URL{Scheme: "https", Host: "d.example"}})
	if err != nil {
		t.Fatal(err)
	}
	rows := matrix()
	rows["GET /sign-in"], rows["GET /sign-in/back"], rows["POST /sign-out"] = cell{path: "/sign-in"}, cell{path: "/sign-in/back"}, cell{path: "/sign-out"}
	want := map[string]int{"GET /sign-in": 303, "GET /sign-in/back": 403, "POST /sign-out": 200, "GET /static/": 200, "GET /": 404}
	for _, rt := range p.routes() {
		key := rt.method + " " + rt.pattern
		r, there := rows[key]
		if !there {
			t.Fatalf("%s has no row", key)
		}
		req := httptest.NewRequestWithContext(t.Context(), rt.method, r.path, strings.NewReader(r.form.Encode()))
		req.Header.Set("Accept", "text/html")
		w := httptest.NewRecorder()
		signIn.Sessions(p).ServeHTTP(w, req)
		status := want[key]
		if status == 0 && rt.method == http.MethodGet {
			status = http.StatusSeeOther
			if to := w.Header().Get("Location"); to != "/sign-in?to="+url.QueryEscape(r.path) {
				t.Errorf("%s leads to %q", key, to)
			}
		}
		if status == 0 {
			status = http.StatusUnauthorized
		}
		if w.Code != status || strings.Contains(w.Body.String(), "canaria") || strings.Contains(w.Body.String(), "canary") {
			t.Errorf("%s: %d, want %d\n%s", key, w.Code, status, w.Body)
		}
		if w.Header().Get("Strict-Transport-Security") == "" || w.Header().Get("X-Frame-Options") != "DENY" {
			t.Errorf("%s: headers %v", key, w.Header())
		}
	}
}

// TestFormsOfOtherSites: browsers that do not say where a form comes from name
// its origin; behind a proxy that calls us by another name the portal's own is
// taken, and no other.
func TestFormsOfOtherSites(t *testing.T) {
	world, l := newAviary(), &ledger{}
	p, err := New(Options{Source: world, Directory: world, Language: "en", Log: slog.New(slog.DiscardHandler), Desk: l, Address: &url.URL{Scheme: "https", Host: "d.example"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		header, value string
		want          int
	}{
		{"Origin", "https://d.example", 303}, {"Origin", "https://evil.example", 403}, {"Origin", "http://d.example", 403}, {"Origin", "null", 403},
		{"Sec-Fetch-Site", "same-origin", 303}, {"Sec-Fetch-Site", "cross-site", 403}, {"Sec-Fetch-Site", "same-site", 403},
	} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/feedback", strings.NewReader("asset=t/p/1&word=right"))
		req.Host = "10.0.0.7:8364" // as the proxy calls us
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set(c.header, c.value)
		w := httptest.NewRecorder()
		access.As(viewers()["partner"], p).ServeHTTP(w, req)
		if w.Code != c.want {
			t.Errorf("%s: %s: %d, want %d", c.header, c.value, w.Code, c.want)
		}
	}
	if len(l.said) != 2 {
		t.Errorf("%d forms came through", len(l.said))
	}
}

// TestManyWrites: one person does not write faster than people do, and others
// are not held up by it.
func TestManyWrites(t *testing.T) {
	world := newAviary()
	p, err := New(Options{Source: world, Directory: world, Language: "en", Log: slog.New(slog.DiscardHandler), Desk: &ledger{}, Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	write := func(who string) *httptest.ResponseRecorder {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/feedback", strings.NewReader("asset=t/p/1&word=right"))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		access.As(viewers()[who], p).ServeHTTP(w, req)
		return w
	}
	for range 30 {
		if w := write("partner"); w.Code != http.StatusSeeOther {
			t.Fatalf("status %d", w.Code)
		}
	}
	if w := write("partner"); w.Code != http.StatusTooManyRequests || w.Header().Get("Retry-After") == "" {
		t.Errorf("status %d", w.Code)
	}
	if w := write("builder"); w.Code != http.StatusSeeOther {
		t.Errorf("somebody else: status %d", w.Code)
	}
}

// TestVisitsAreNoted: what names people is noted, what does not is not.
func TestVisitsAreNoted(t *testing.T) {
	var kept []inventory.Visit
	book := access.OpenBook(func(_ context.Context, vs []inventory.Visit) error {
		kept = append(kept, vs...)
		return nil
	}, slog.New(slog.DiscardHandler))
	world := newAviary()
	p, err := New(Options{Source: world, Directory: world, Language: "en", Log: slog.New(slog.DiscardHandler), Desk: &ledger{}, Book: book, Now: func() time.Time { return today }})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range [][2]string{
		{"partner", "/asset/t/p/1"}, {"editor", "/asset/t/p/1"}, {"auditor", "/conversation/c1"}, {"partner", "/conversation/c1"}, {"partner", "/needs"}, {"stranger", "/asset/t/p/1"}, {"auditor", "/audit"},
	} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodGet, c[1], nil)
		access.As(viewers()[c[0]], p).ServeHTTP(httptest.NewRecorder(), req)
	}
	if err := book.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, v := range kept {
		got = append(got, fmt.Sprintf("%s %s %s %v%v", v.Who, v.Role, v.Page, v.About, v.Talks))
	}
	want := []string{
		"pat@x partner asset [t/p/1][c1]", "pat@x partner conversation [t/p/1][c1]", "pat@x partner needs [][]", "aud@x auditor audit [][]",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
