package web

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// keys are tokens by the hash of their secret.
type keys map[string]inventory.Token

func (k keys) Token(_ context.Context, hash string) (inventory.Token, error) {
	t, ok := k[hash]
	if !ok {
		return t, inventory.ErrNotFound
	}
	return t, nil
}

// apiServer serves a shelf to programs that come with the name of a role, or
// with "over", whose token is of yesterday.
func apiServer(t *testing.T, s shelf) *httptest.Server {
	t.Helper()
	now := time.Now()
	tokens := keys{TokenHash("over"): {Role: string(access.Partner), Until: now.Add(-time.Hour)}}
	for _, role := range access.Roles() {
		tokens[TokenHash(string(role))] = inventory.Token{ID: "1", Name: "n", Role: string(role), Until: now.Add(time.Hour)}
	}
	p, err := New(Options{Source: s, Organisation: "Alder Bay", Language: "en", Tokens: tokens, Log: slog.New(slog.DiscardHandler),
		Systems: []inventory.System{{ID: "lagoon", Name: "Lagoon", Capability: "lms", Partner: inventory.Partner{Name: "Mele Taukolo"}}}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return server
}

func program(t *testing.T, server *httptest.Server, path, token string, header ...string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := server.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}

// talkative is a shelf with something under every address.
func talkative() shelf {
	evil := gradebook("t/p/2 ?#%/ü", hostile+"=1+1\r\n\x00"+strings.Repeat("x", 10_000))
	evil.Asset.Path, evil.PlaceName, evil.Asset.URL = hostile, hostile, "javascript:"+hostile
	evil.Verdict.Evidence = []inventory.Evidence{{Signal: "headings", Args: []string{hostile}, Weight: 1}}
	at := time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC)
	return shelf{
		records: []inventory.Record{gradebook("t/p/1", "marks.xlsx"), evil, {Asset: inventory.Asset{ID: "t/p/3", Name: "mine"}, Unread: "private"}},
		needs:   []inventory.NeedLine{{System: "lagoon", Capability: "lms", Kind: inventory.NeedField, Word: hostile, Words: []string{hostile}, Families: 2}},
		edges:   []inventory.Edge{{Reader: "t/p/1", Name: hostile, By: inventory.EdgeLink}},
		opening: &inventory.Opening{
			Conversation: inventory.Conversation{ID: "c1", Family: "f1", System: "lagoon", State: inventory.Proposed, Since: at, Keeper: "ana@example.org",
				Steps: []inventory.Step{{To: inventory.Proposed, By: inventory.Program, At: at, Why: hostile}}},
			System: inventory.System{ID: "lagoon", Name: "Lagoon", Partner: inventory.Partner{Name: "Mele Taukolo", Address: "mele@example.org"}},
			Asset:  gradebook("t/p/1", "marks.xlsx"), Keeper: inventory.Person{Name: "Ana Ruru", Address: "ana@example.org"},
			Worth: inventory.Worth{Total: 0.5, Parts: []inventory.Part{{Name: inventory.PartPeople, Value: 0.5, Weight: 3}}},
		},
	}
}

// document reads the API's document as its readers do.
func document(t *testing.T, server *httptest.Server) (map[string]any, *jsonschema.Compiler) {
	t.Helper()
	_, body := program(t, server, "/api/v1/openapi.json", "")
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource("https://desirepath.example/openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	return doc.(map[string]any), c
}

// TestAnswersAreAsTheDocumentSays asks every endpoint of the document in every
// role and holds the answers against it, refusals too.
func TestAnswersAreAsTheDocumentSays(t *testing.T) {
	server := apiServer(t, talkative())
	doc, compiler := document(t, server)
	if doc["openapi"] != "3.1.0" {
		t.Errorf("it is %v", doc["openapi"])
	}
	ids := map[string][]string{"/assets/{id}": {"t/p/1", "t%2Fp%2F2%20%3F%23%25%2F%C3%BC", "t/p/3", "none"}, "/families/{id}": {"f1", "none"}, "/conversations/{id}": {"c1", "none"}}
	answered := 0
	for path := range doc["paths"].(map[string]any) {
		for _, id := range append(ids[path], "x")[:max(1, len(ids[path]))] {
			for _, role := range access.Roles() {
				resp, body := program(t, server, "/api/v1"+strings.Replace(path, "{id}", id, 1), string(role))
				if resp.StatusCode == http.StatusTooManyRequests {
					t.Fatal("too fast")
				}
				response, media := "200", "application/json"
				if resp.StatusCode != 200 {
					response, media = "default", "application/problem+json"
				} else {
					answered++
				}
				if got := resp.Header.Get("Content-Type"); got != media {
					t.Errorf("%s as %s: %s %q", path, role, resp.Status, got)
				}
				pointer := strings.Join([]string{"#/paths", escape(path), "get/responses", response, "content", escape(media), "schema"}, "/")
				schema, err := compiler.Compile("https://desirepath.example/openapi.json" + pointer)
				if err != nil {
					t.Fatal(err)
				}
				answer, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
				if err == nil {
					err = schema.Validate(answer)
				}
				if err != nil {
					t.Errorf("%s %s as %s: %v\n%.500s", path, id, role, err, body)
				}
				if bytes.ContainsAny(body, "<>") {
					t.Errorf("%s as %s could be taken for HTML", path, role)
				}
			}
		}
	}
	if answered < 20 {
		t.Errorf("only %d questions were answered", answered)
	}
}

func escape(s string) string {
	return url.PathEscape(strings.NewReplacer("~", "~0", "/", "~1").Replace(s))
}

// TestAPIShowsNoMoreThanThePages looks for the names of people in what each
// role is told.
func TestAPIShowsNoMoreThanThePages(t *testing.T) {
	server := apiServer(t, talkative())
	for _, path := range []string{"/assets", "/assets/t/p/1", "/families/f1", "/conversations", "/conversations/c1", "/systems", "/needs", "/coverage", "/runs"} {
		for _, role := range []access.Role{access.Editor, access.Auditor, access.Builder} {
			_, body := program(t, server, "/api/v1"+path, string(role))
			for _, name := range []string{"Ana Ruru", "ana@example.org", "files.example.org"} {
				if bytes.Contains(body, []byte(name)) {
					t.Errorf("%s tells the %s of %s", path, role, name)
				}
			}
		}
	}
	if _, body := program(t, server, "/api/v1/conversations/c1", string(access.Partner)); !bytes.Contains(body, []byte("Ana Ruru")) {
		t.Errorf("a partner is not told whom to talk to: %s", body)
	}
}

func TestAPIRefusals(t *testing.T) {
	server := apiServer(t, talkative())
	for _, c := range []struct {
		path, token string
		status      int
		says        string
	}{
		{"/assets", "", 401, "token add"},
		{"/assets", "wrong", 401, ""},
		{"/assets", "over", 401, ""},
		{"/assets", "builder", 403, "partner"},
		{"/nothing", "partner", 404, "openapi.json"},
		{"/assets?colour=red", "partner", 400, "colour"},
		{"/assets?sort=colour", "partner", 400, "sort"},
		{"/assets?limit=-1", "partner", 400, "limit"},
		{"/assets?since=yesterday", "partner", 400, "since"},
		{"/assets?near=perhaps", "partner", 400, "near"},
		{"/conversations?state=angry", "partner", 400, "state"},
		{"/conversations/c9", "partner", 404, ""},
	} {
		resp, body := program(t, server, "/api/v1"+c.path, c.token)
		var problem struct {
			Status int    `json:"status"`
			Detail string `json:"detail"`
		}
		if err := json.Unmarshal(body, &problem); err != nil {
			t.Fatal(err)
		}
		if resp.StatusCode != c.status || problem.Status != c.status || !strings.Contains(problem.Detail, c.says) {
			t.Errorf("%s with %q: %s %s", c.path, c.token, resp.Status, body)
		}
	}
	if resp, _ := program(t, server, "/api/v1/assets", ""); resp.Header.Get("WWW-Authenticate") == "" {
		t.Error("nobody is told how to come in")
	}
}

func TestAPIETag(t *testing.T) {
	server := apiServer(t, talkative())
	resp, _ := program(t, server, "/api/v1/systems", "editor")
	tag := resp.Header.Get("ETag")
	if resp, body := program(t, server, "/api/v1/systems", "editor", "If-None-Match", tag); resp.StatusCode != http.StatusNotModified || len(body) > 0 || tag == "" {
		t.Errorf("%s, tag %q: %s", resp.Status, tag, body)
	}
}

// TestAPIPaces asks faster than a program needs to.
func TestAPIPaces(t *testing.T) {
	server := apiServer(t, shelf{})
	for range 100 {
		if resp, _ := program(t, server, "/api/v1/systems", "editor"); resp.StatusCode == http.StatusTooManyRequests {
			if resp.Header.Get("Retry-After") == "" {
				t.Error("it is not told when to go on")
			}
			return
		}
	}
	t.Error("a hundred questions at once were all answered")
}
