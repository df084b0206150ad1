package microsoft

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/azcore/policy"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/wire"
)

// withContentTokens switches them on, with the emulator's or another's.
func withContentTokens(n *tenant, token string) func(*Options, *wire.Options) {
	return func(o *Options, w *wire.Options) {
		o.Features.SharePointTokens = true
		options, err := WireOptions("alder", n.ends.Graph, o.Features)
		if err != nil {
			n.t.Fatal(err)
		}
		w.Guard = options.Guard
		if o.Content, err = StaticContentToken(n.ends.Graph, token); err != nil {
			n.t.Fatal(err)
		}
	}
}

func (n *tenant) host() string { return strings.TrimSuffix(n.ends.Graph, "/v1.0") }

// Where download addresses carry no right of their own, content is had with a
// token of SharePoint's, whole files and parts alike.
func TestContentByToken(t *testing.T) {
	w := office(t)
	place, _ := personal(t, w)
	file(t, w, place, "small.xlsx", []byte("hello"))
	file(t, w, place, "large.xlsx", bytes.Repeat([]byte("0123456789abcdef"), 100_000))
	n := newTenant(t, w, emulator.ServerOptions{PreAuthOff: true})
	s := n.scanner(withContentTokens(n, n.server.ContentToken(n.host())))
	p, assets := listed(t, s, inventory.PlaceOneDrive)
	for _, name := range []string{"small.xlsx", "large.xlsx"} {
		st, err := s.Inspect(t.Context(), inventory.Due{Asset: assets[name], Place: p})
		if err != nil || st.BytesRead != assets[name].Size {
			t.Errorf("%s: %d bytes, %v", name, st.BytesRead, err)
		}
	}
	if c := s.checkContent(t.Context()); c[0].State != scanners.Held {
		t.Errorf("doctor: %+v", c)
	}
	// Without the switch, and with a token that is not SharePoint's, it says what to do.
	due := inventory.Due{Asset: assets["small.xlsx"], Place: p}
	if _, err := n.scanner().Inspect(t.Context(), due); !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), "sharepoint_tokens") {
		t.Errorf("switched off: %v", err)
	}
	if _, err := n.scanner(withContentTokens(n, n.ends.Token)).Inspect(t.Context(), due); err == nil {
		t.Error("a token of Graph's opened it")
	}
}

// A doctor says whether SharePoint's own permission is held, from a token for
// the host of a site, and what to do if it is not, or if it is more than that.
func TestDoctorLooksAtContentTokens(t *testing.T) {
	n := newTenant(t, office(t), emulator.ServerOptions{PreAuthOff: true})
	for name, tc := range map[string]struct {
		token string
		state scanners.State
		says  string
	}{
		"held":    {jwt(`{"roles":["Sites.Read.All"]}`), scanners.Held, ""},
		"missing": {jwt(`{"roles":[]}`), scanners.Refused, "under \"SharePoint\""},
		"excess":  {jwt(`{"roles":["Sites.Read.All","Sites.FullControl.All"]}`), scanners.Refused, "Sites.FullControl.All"},
	} {
		checks := n.scanner(withContentTokens(n, tc.token)).Check(t.Context())
		found := false
		for _, c := range checks {
			if c.Need != permSites+" of SharePoint" {
				continue
			}
			found = true
			if c.State != tc.state || !strings.Contains(c.Remedy, tc.says) || (c.Remedy == "") != (tc.says == "") {
				t.Errorf("%s: %+v", name, c)
			}
		}
		if !found {
			t.Errorf("%s: nothing is said of it: %+v", name, checks)
		}
	}
}

// credentialFake counts what tokens are asked for.
type credentialFake struct {
	mu     sync.Mutex
	scopes []string
}

func (c *credentialFake) GetToken(_ context.Context, o policy.TokenRequestOptions) (azcore.AccessToken, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scopes = append(c.scopes, o.Scopes...)
	return azcore.AccessToken{Token: "canary-content"}, nil
}

// In every cloud a token goes to the host on which Graph says that the file
// lies and is for that host alone; and to no other host, whatever address the
// download has, nor after a redirect.
func TestContentTokensStayAtHome(t *testing.T) {
	for endpoint, domain := range map[string]string{
		Endpoint: "sharepoint.com", "https://graph.microsoft.us/v1.0": "sharepoint.us",
		"https://dod-graph.microsoft.us/v1.0": "sharepoint-mil.us", "https://microsoftgraph.chinacloudapi.cn/v1.0": "sharepoint.cn",
	} {
		home := "alder-my." + domain
		for link, want := range map[string]string{
			"https://" + home + "/personal/ada/_layouts/15/download.aspx?UniqueId=1":            "token",
			"https://" + home + "/personal/ada/_layouts/15/download.aspx?UniqueId=1&tempauth=x": "bare",
			"https://birch-my." + domain + "/personal/eve/_layouts/15/download.aspx?UniqueId=1": "refused",
			"https://" + domain + ".elsewhere.example/x":                                        "refused",
			"https://elsewhere.example/x":                                                       "refused",
			"http://" + home + "/x":                                                             "refused",
			"https://" + home + "/moved":                                                        "moved",
		} {
			cred := &credentialFake{}
			sent := map[string]string{} // Authorization by host
			base := tap(func(r *http.Request) (*http.Response, error) {
				sent[r.URL.Host] = r.Header.Get("Authorization")
				if r.URL.Path == "/moved" {
					return &http.Response{StatusCode: 302, Header: http.Header{"Location": {"https://elsewhere.example/caught"}}, Body: http.NoBody, Request: r}, nil
				}
				return jsonReply(r, 200, "hello"), nil
			})
			s := contentScanner(t, endpoint, base, NewContentTokens(ByCertificate, cred))
			a := inventory.Asset{URL: "https://" + home + "/personal/ada/Documents/x.csv"}
			_, err := s.whole(t.Context(), a, driveItem{size: 5, download: link})
			got := "refused"
			switch {
			case err == nil && sent[home] == "Bearer canary-content":
				got = "token"
			case err == nil && sent[home] == "":
				got = "bare"
			case strings.Contains(fmt.Sprint(err), "302"):
				got = "moved"
			}
			if got != want || len(sent) > 1 || sent["elsewhere.example"] != "" {
				t.Errorf("%s: %s, want %s (%v, sent to %v)", link, got, want, err, sent)
			}
			if want == "token" && (len(cred.scopes) != 1 || cred.scopes[0] != "https://"+home+"/.default") {
				t.Errorf("%s: asked for %q", link, cred.scopes)
			}
		}
	}
}

func contentScanner(t *testing.T, endpoint string, base http.RoundTripper, tokens ContentTokens) *Scanner {
	t.Helper()
	f := Features{SharePointTokens: true}
	o, err := WireOptions("alder", endpoint, f)
	if err != nil {
		t.Fatal(err)
	}
	o.Base = base
	transport, err := wire.New(o)
	if err != nil {
		t.Fatal(err)
	}
	graph, err := NewTokens(endpoint, &credentialFake{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := New(Options{Tenant: "alder", Endpoint: endpoint, Tokens: graph, Content: tokens, Features: f, Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A secret opens no content, which is said before anybody is asked, and a
// token that could do more than read is not used.
func TestContentTokensThatAreRefused(t *testing.T) {
	cred := &credentialFake{}
	_, err := NewContentTokens(BySecret, cred).ContentToken(t.Context(), "alder.sharepoint.com")
	if !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), "certificate") || len(cred.scopes) != 0 {
		t.Errorf("by a secret: %v, asked for %q", err, cred.scopes)
	}
	sent := 0
	base := tap(func(r *http.Request) (*http.Response, error) { sent++; return jsonReply(r, 200, "hello"), nil })
	s := contentScanner(t, Endpoint, base, fixedContent(jwt(`{"roles":["Sites.FullControl.All"]}`)))
	a := inventory.Asset{URL: "https://alder.sharepoint.com/x.csv"}
	_, err = s.whole(t.Context(), a, driveItem{size: 5, download: "https://alder.sharepoint.com/_layouts/15/download.aspx?UniqueId=1"})
	if !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), "Sites.FullControl.All") || sent != 0 {
		t.Errorf("a token that can write: %v, %d requests", err, sent)
	}
}

type fixedContent string

func (f fixedContent) ContentToken(context.Context, string) (string, error) { return string(f), nil }

// A server that ignores ranges is met: what it sends is the file.
func TestServersThatIgnoreRanges(t *testing.T) {
	w := office(t)
	place, _ := personal(t, w)
	large := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
	file(t, w, place, "large.xlsx", large)
	n := newTenant(t, w, emulator.ServerOptions{})
	s := n.scanner(func(_ *Options, o *wire.Options) {
		o.Base = tap(func(r *http.Request) (*http.Response, error) {
			if r.Header.Get("Range") != "" {
				r = r.Clone(r.Context())
				r.Header.Del("Range")
			}
			return n.recorder.RoundTrip(r)
		})
	})
	p, assets := listed(t, s, inventory.PlaceOneDrive)
	st, err := s.Inspect(t.Context(), inventory.Due{Asset: assets["large.xlsx"], Place: p})
	if err != nil || st.Tables != len(large) || n.server.Count("download") != 1 {
		t.Errorf("%d of %d bytes after %d requests, %v", st.Tables, len(large), n.server.Count("download"), err)
	}
}
