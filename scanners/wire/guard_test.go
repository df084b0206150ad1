package wire

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

func testGuard() Guard {
	return Guard{Rules: []Rule{
		{Hosts: []string{"graph.example.com"}, Paths: []string{"/v1.0/**"}},
		{Methods: []string{"POST"}, Hosts: []string{"graph.example.com"}, Paths: []string{"/v1.0/$batch"}, Batch: true},
		{Methods: []string{"POST"}, Hosts: []string{"graph.example.com"}, Paths: []string{"/v1.0/search/query"}},
		{Methods: []string{"POST"}, Hosts: []string{"login.example.com"}, Paths: []string{"/*/oauth2/v2.0/token"}},
		{Hosts: []string{"*.files.example.com"}, Anonymous: true},
		{Hosts: []string{"127.0.0.1:8080"}},
		{Hosts: []string{"169.254.169.254"}, Paths: []string{"/metadata/token"}, Plain: true},
	}}
}

func TestGuard(t *testing.T) {
	for _, tc := range []struct {
		request string // method, address, headers
		body    string
		ok      bool
	}{
		{"GET https://graph.example.com/v1.0/users?$top=5", "", true},
		{"HEAD https://graph.example.com:443/v1.0/users", "", true},
		{"GET https://GRAPH.example.com/v1.0/drives/b!x/root/delta(token='a')", "", true},
		{"GET https://graph.example.com/beta/users", "", false},
		{"GET https://graph.example.com/v1.0/../beta/users", "", false},
		{"GET https://graph.example.com/v1.0/%2e%2e/beta/users", "", false},
		{"GET https://graph.example.com/v1.0/users%2f..%2f..", "", false},
		{"GET https://graph.example.com/v1.0//users", "", false},
		{"GET http://graph.example.com/v1.0/users", "", false},
		{"GET https://graph.example.com:8443/v1.0/users", "", false},
		{"GET https://graph.example.com.elsewhere.example/v1.0/users", "", false},
		{"GET https://user:secret@graph.example.com/v1.0/users", "", false},
		{"GET https://graph.example.com/v1.0/users", "a body", false},
		{"GET https://graph.example.com/v1.0/users X-HTTP-Method-Override:DELETE", "", false},
		{"GET https://graph.example.com/v1.0/users Host:elsewhere.example", "", false},
		{"DELETE https://graph.example.com/v1.0/users/1", "", false},
		{"PATCH https://graph.example.com/v1.0/users/1", "{}", false},
		{"PUT https://graph.example.com/v1.0/drives/1/items/2/content", "x", false},
		{"POST https://graph.example.com/v1.0/users", "{}", false},
		{"POST https://graph.example.com/v1.0/search/query", "{}", true},
		{"POST https://graph.example.com/v1.0/search/query/more", "{}", false},
		{"POST https://graph.example.com/v1.0/search", "{}", false},
		{"POST https://login.example.com/tenant/oauth2/v2.0/token", "grant", true},
		{"POST https://login.example.com//oauth2/v2.0/token", "grant", false},
		{"POST https://login.example.com/a/b/oauth2/v2.0/token", "grant", false},
		{"GET https://login.example.com/tenant/oauth2/v2.0/token", "", false},
		{"GET https://a.b.files.example.com/x", "", true},
		{"GET https://files.example.com/x", "", false},
		{"GET https://evilfiles.example.com/x", "", false},
		{"GET https://a.files.example.com/x Authorization:Bearer", "", false},
		{"GET http://127.0.0.1:8080/x", "", true},
		{"GET http://127.0.0.1:8081/x", "", false},
		{"GET http://169.254.169.254/metadata/token", "", true},
		{"GET http://169.254.169.254/metadata/other", "", false},
		{"TRACE https://graph.example.com/v1.0/users", "", false},
		{"POST https://graph.example.com/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/users"}]}`, true},
		{"POST https://graph.example.com/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"users/1/drive"}]}`, true},
		{"POST https://graph.example.com/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/users"},{"id":"2","method":"DELETE","url":"/users/1"}]}`, false},
		{"POST https://graph.example.com/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/../beta/users"}]}`, false},
		{"POST https://graph.example.com/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/users","headers":{"x-http-method-override":"DELETE"}}]}`, false},
		{"POST https://graph.example.com/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/users","body":{"a":1}}]}`, false},
		{"POST https://graph.example.com/v1.0/$batch", `{"requests":[]}`, false},
		{"POST https://graph.example.com/v1.0/$batch", `{"requests":[{"id":"1","method":"DELETE","METHOD":"GET","url":"/users/1"}]}`, false},
		{"POST https://graph.example.com/v1.0/$batch", `{"requests":[{"id":"1","method":"DELETE","url":"/users/1","method":"GET"}]}`, false},
		{"POST https://graph.example.com/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"//elsewhere.example/x"}]}`, false},
		{"POST https://graph.example.com/v1.0/$batch", `{"requests":[{"id":"1","method":"GET","url":"/users"}]}{"requests":[]}`, false},
		{"POST https://graph.example.com/v1.0/$batch", `not json`, false},
	} {
		req := request(t, tc.request, tc.body)
		err := testGuard().Check(req)
		if (err == nil) != tc.ok || err != nil && !errors.Is(err, ErrRefused) {
			t.Errorf("%s %s: %v; want ok %v", tc.request, tc.body, err, tc.ok)
		}
		if err == nil && tc.body != "" {
			if got, _ := io.ReadAll(req.Body); string(got) != tc.body {
				t.Errorf("%s: body %q was not put back", tc.request, got)
			}
		}
	}
}

func request(t testing.TB, line, body string) *http.Request {
	t.Helper()
	parts := strings.SplitN(line, " ", 3)
	var r io.Reader
	if body != "" {
		r = strings.NewReader(body)
	}
	req, err := http.NewRequest(parts[0], parts[1], r)
	if err != nil {
		t.Fatal(err)
	}
	if len(parts) == 3 {
		name, value, _ := strings.Cut(parts[2], ":")
		if req.Header.Set(name, value); name == "Host" {
			req.Host = value
		}
	}
	return req
}

// The SDK compresses bodies before they get here.
func TestGuardReadsCompressedBatches(t *testing.T) {
	for body, ok := range map[string]bool{
		`{"requests":[{"id":"1","method":"GET","url":"/users"}]}`:     true,
		`{"requests":[{"id":"1","method":"PATCH","url":"/users/1"}]}`: false,
	} {
		var zipped bytes.Buffer
		z := gzip.NewWriter(&zipped)
		io.WriteString(z, body)
		z.Close()
		req := request(t, "POST https://graph.example.com/v1.0/$batch Content-Encoding:gzip", zipped.String())
		if err := testGuard().Check(req); (err == nil) != ok {
			t.Errorf("%s: %v", body, err)
		}
	}
}

// Nothing that was refused reaches the network, and the ledger says so.
func TestRefusedRequestsDoNotLeave(t *testing.T) {
	sent := 0
	tr := newTransport(t, Options{Guard: testGuard(), Base: answer(func(*http.Request) (*http.Response, error) {
		sent++
		return reply(200, "{}"), nil
	})})
	for _, line := range []string{"DELETE https://graph.example.com/v1.0/users/1", "GET https://elsewhere.example/v1.0/users"} {
		_, err := tr.Client().Do(request(t, line, ""))
		if !errors.Is(err, ErrRefused) {
			t.Errorf("%s: %v", line, err)
		}
	}
	if l := tr.Ledger(); sent != 0 || l.Refused() != 2 || l.Mutations() != 0 || len(l.Lines()) != 0 {
		t.Errorf("sent %d, ledger %d refused, %d mutations, lines %v", sent, l.Refused(), l.Mutations(), l.Lines())
	}
}

// A redirect to a foreign host ends at the guard, and no token gets there.
func TestRedirectsAreRefused(t *testing.T) {
	tr := newTransport(t, Options{Guard: testGuard(), Base: answer(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != "graph.example.com" {
			t.Errorf("a request went to %s", r.URL.Host)
		}
		return reply(302, "", "Location", "https://elsewhere.example/v1.0/users"), nil
	})})
	follows := &http.Client{Transport: tr}
	if _, err := follows.Do(request(t, "GET https://graph.example.com/v1.0/users Authorization:Bearer x", "")); !errors.Is(err, ErrRefused) {
		t.Errorf("got %v; want a refusal", err)
	}
}

// Whatever the address and method, what the guard lets pass is a read of a
// known host over an encrypted connection or on this machine.
func FuzzGuard(f *testing.F) {
	f.Add("GET", "https://graph.example.com/v1.0/users", "")
	f.Add("POST", "https://graph.example.com/v1.0/$batch", `{"requests":[{"method":"GET","url":"/users"}]}`)
	f.Add("POST", "https://login.example.com/t/oauth2/v2.0/token", "x")
	f.Add("GET", "https://graph.example.com/v1.0/%2e%2E/x", "")
	f.Add("GET", "https://graph.example.com\\@elsewhere.example/v1.0/", "")
	f.Fuzz(func(t *testing.T, method, address, body string) {
		u, err := url.Parse(address)
		if err != nil {
			return
		}
		req := &http.Request{Method: method, URL: u, Header: http.Header{}}
		if body != "" {
			req.Body = io.NopCloser(strings.NewReader(body))
		}
		if testGuard().Check(req) != nil {
			return
		}
		host := strings.ToLower(u.Hostname())
		known := host == "graph.example.com" || host == "login.example.com" || host == "127.0.0.1" ||
			host == "169.254.169.254" || strings.HasSuffix(host, ".files.example.com")
		if !known || u.Scheme == "http" && host != "127.0.0.1" && host != "169.254.169.254" {
			t.Errorf("%s %s passed", method, address)
		}
		if method != "GET" && method != "HEAD" && method != "POST" {
			t.Errorf("%s %s passed", method, address)
		}
		if method == "POST" && strings.HasSuffix(u.Path, "$batch") {
			var batch struct{ Requests []map[string]any }
			if err := json.Unmarshal([]byte(body), &batch); err != nil || len(batch.Requests) == 0 {
				t.Errorf("a batch passed that is none: %q", body)
			}
			for _, in := range batch.Requests {
				if in["method"] != "GET" || in["body"] != nil {
					t.Errorf("a batch passed: %q", body)
				}
			}
		}
	})
}
