package google

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/oauth2"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

func TestOneExchangeForAPersonAndScope(t *testing.T) {
	s := newScripted(t, answers{"/drive/v3/changes": always(200, object{"newStartPageToken": "6"})})
	scanner := s.scanner(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if _, err := pages(t, scanner, mine, position{At: "5"}.cursor()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(s.exchanged) != 1 || len(s.asked) != 8 {
		t.Errorf("%d exchanges for %d requests: %q", len(s.exchanged), len(s.asked), s.exchanged)
	}
}

// TestTwoAccounts lets one account list and another look inside. The one that lists never asks for a scope that shows content, and for
// the list of shared drives the other acts for the administrator alone.
func TestTwoAccounts(t *testing.T) {
	s := newScripted(t, answers{
		"/admin/directory/v1/users": always(200, object{"users": []any{object{"id": "100", "primaryEmail": "ann@example.edu"}}}),
		"/drive/v3/drives":          always(200, object{}),
		"/drive/v3/changes":         always(200, object{"newStartPageToken": "6"}),
		"/drive/v3/files/f":         always(200, object{"id": "f", "mimeType": "text/csv", "headRevisionId": "r1"}),
	})
	scanner := s.scanner(t, func(o *Options) {
		o.Depth = Credential{Key: keyOf(t, "depth", s.URL+"/token")}
		withReaders(o)
	})
	for _, err := range scanner.Places(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := pages(t, scanner, mine, position{At: "5"}.cursor()); err != nil {
		t.Fatal(err)
	}
	due := inventory.Due{Place: mine, Asset: inventory.Asset{VendorID: "f", Name: "f.csv", Kind: inventory.KindTable, Revision: "r1", Size: 4}}
	if _, err := scanner.Inspect(t.Context(), due); err == nil {
		t.Error("the scripted domain hands out no bytes")
	}
	got := map[string]bool{}
	for i, x := range s.exchanged {
		name, _, _ := strings.Cut(s.issuers[i], "@")
		got[name+" for "+x] = true
	}
	want := map[string]bool{
		"scan for admin@example.edu admin.directory.user.readonly": true,
		"scan for ann@example.edu drive.metadata.readonly":         true,
		"depth for admin@example.edu drive.readonly":               true,
		"depth for ann@example.edu drive.readonly":                 true,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("tokens (-want +got):\n%s", d)
	}
}

func TestRefusedTokenIsRenewedOnce(t *testing.T) {
	s := newScripted(t, answers{"/drive/v3/changes": always(200, object{"newStartPageToken": "6"})})
	scanner := s.scanner(t)
	since := position{At: "5"}.cursor()
	if _, err := pages(t, scanner, mine, since); err != nil {
		t.Fatal(err)
	}
	clear(s.tokens) // Google has revoked it
	if _, err := pages(t, scanner, mine, since); err != nil || len(s.exchanged) != 2 {
		t.Errorf("%d exchanges, error %v", len(s.exchanged), err)
	}
}

func TestTokensAreRenewedBeforeTheyEnd(t *testing.T) {
	fetched := 0
	tk := &tokens{kept: map[identity]*keptToken{}, listing: func(context.Context, identity) (*oauth2.Token, error) {
		fetched++
		return &oauth2.Token{AccessToken: "t", Expiry: time.Now().Add(early - time.Second)}, nil
	}}
	for range 2 {
		if _, err := tk.get(t.Context(), identity{"ann", "s"}); err != nil {
			t.Fatal(err)
		}
	}
	if fetched != 2 {
		t.Errorf("fetched %d times", fetched)
	}
}

func TestTokensTakeBoundedMemory(t *testing.T) {
	tk := &tokens{kept: map[identity]*keptToken{}, listing: func(context.Context, identity) (*oauth2.Token, error) {
		return &oauth2.Token{AccessToken: "t"}, nil
	}}
	for i := range keptTokens + 100 {
		if _, err := tk.get(t.Context(), identity{strings.Repeat("x", i%100), strings.Repeat("y", i/100)}); err != nil {
			t.Fatal(err)
		}
	}
	if len(tk.kept) > keptTokens {
		t.Errorf("%d tokens are kept", len(tk.kept))
	}
}

func TestRefusedExchanges(t *testing.T) {
	cases := []struct {
		status int
		body   object
		words  string
	}{
		{401, object{"error": "unauthorized_client"}, "1234567890"},
		{400, object{"error": "invalid_grant", "error_description": "Invalid email or User ID: ann@example.edu"}, "suspended, deleted"},
		{400, object{"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, "clock"},
		{403, object{"error": "odd", "who": "ann@example.edu"}, "gives no token"},
	}
	for _, c := range cases {
		s := newScripted(t, nil)
		s.grant = func(string, string) (int, any) { return c.status, c.body }
		_, err := pages(t, s.scanner(t), mine, "")
		if err == nil || !strings.Contains(err.Error(), inventory.ErrNotPermitted.Error()) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("error %v, want %q in it", err, c.words)
		}
		if strings.Contains(err.Error(), "ann@") || strings.Contains(err.Error(), "PRIVATE") {
			t.Errorf("error %q names the person", err)
		}
	}
}

func TestTokenEndpointThatFails(t *testing.T) {
	cases := []struct {
		status int
		body   any
		want   error
		words  string
	}{
		{200, "<html>sign in</html>", wire.ErrInterposed, "proxy"},
		{503, object{"error": "ann@example.edu"}, nil, "run again later"},
	}
	for _, c := range cases {
		s := newScripted(t, nil)
		s.token = always(c.status, c.body)
		_, err := pages(t, s.scanner(t), mine, "")
		if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.words) || strings.Contains(err.Error(), "ann@") {
			t.Errorf("error %v, want %q in it", err, c.words)
		}
	}
}

func TestCancelledWhileWaitingForAToken(t *testing.T) {
	s := newScripted(t, nil)
	s.token = refuses(503, "backendError")
	scanner := s.scanner(t, func(o *Options) { o.Log = nil })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range scanner.Pages(ctx, mine, "") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
	}
}

// TestKeyless signs through IAM. A stand-in answers for Google's hosts, and the credentials of this machine are a file.
func TestKeyless(t *testing.T) {
	s := newScripted(t, answers{"/drive/v3/changes": always(200, object{"newStartPageToken": "6"})})
	own := filepath.Join(t.TempDir(), "own.json")
	if err := os.WriteFile(own, key(t, s.URL+"/token"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", own)
	to, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	status := http.StatusOK
	stand := roundTrip(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host == "iamcredentials.googleapis.com" {
			return signed(r, status)
		}
		out := r.Clone(r.Context())
		out.URL.Scheme, out.URL.Host, out.Host = to.Scheme, to.Host, to.Host
		return http.DefaultTransport.RoundTrip(out)
	})
	o := Options{Tenant: "alder", Admin: "admin@example.edu", Credential: Credential{Principal: "scan@project.iam.gserviceaccount.com"}}
	w, err := Wire(o)
	if err != nil {
		t.Fatal(err)
	}
	w.Base = stand
	if o.Transport, err = wire.New(w); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		status int
		words  string
	}{{200, ""}, {403, "Token Creator"}} {
		status = c.status
		scanner, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		got, err := pages(t, scanner, mine, position{At: "5"}.cursor())
		if c.words == "" && (err != nil || len(got) != 1) || c.words != "" && (err == nil || !strings.Contains(err.Error(), c.words)) {
			t.Errorf("pages %+v, error %v", got, err)
		}
	}
	if !slices.Contains(s.exchanged, "ann@example.edu drive.metadata.readonly") {
		t.Errorf("exchanges %q", s.exchanged)
	}
}

// signed answers as IAM's signJwt does.
func signed(r *http.Request, status int) (*http.Response, error) {
	var body struct{ Payload string }
	if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		return nil, err
	}
	answer := `{"signedJwt":"e30.` + base64.RawURLEncoding.EncodeToString([]byte(body.Payload)) + `.e30"}`
	if status != http.StatusOK {
		answer = `{"error":{"code":403,"message":"Permission 'iam.serviceAccounts.signJwt' denied","status":"PERMISSION_DENIED"}}`
	}
	return &http.Response{StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(strings.NewReader(answer)), Request: r}, nil
}

func TestFixedTokenStaysOnThisMachine(t *testing.T) {
	o := Options{Tenant: "alder", Admin: "admin@example.edu", Credential: Credential{Token: "canary"}, Transport: &wire.Transport{}}
	if _, err := New(o); err == nil || strings.Contains(err.Error(), "canary") {
		t.Errorf("error %v, want a refusal that does not show the token", err)
	}
	o.Endpoints = At("http://127.0.0.1:1")
	if _, err := New(o); err != nil {
		t.Errorf("an emulator on this machine: %v", err)
	}
	o.Endpoints.Sheets = "http://192.0.2.1/"
	if _, err := New(o); err == nil {
		t.Error("a token would go out in the clear")
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	var hits atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { hits.Add(1) }))
	defer other.Close()
	to, err := url.Parse(other.URL)
	if err != nil {
		t.Fatal(err)
	}
	s := newScripted(t, answers{"/drive/v3/changes": always(302, to)})
	if _, err := pages(t, s.scanner(t), mine, position{At: "5"}.cursor()); err == nil || hits.Load() != 0 {
		t.Errorf("error %v, %d requests to another host", err, hits.Load())
	}
}
