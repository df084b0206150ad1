package web

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/web/api"
	"github.com/desirepath/desirepath/inventory"
)

// Tokens knows the tokens that programs come with.
type Tokens interface {
	// Token returns an error that wraps inventory.ErrNotFound for an unknown one.
	Token(ctx context.Context, hash string) (inventory.Token, error)
}

// TokenHash is what is kept of a token's secret. The secret is long and
// random, so that there is nothing to guess and no salt to add.
func TokenHash(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// An answerer is an endpoint, who may ask it, and what answers: a value to be
// told as JSON. It reads through the same sight as the pages, so that it shows
// no more than they do.
type answerer struct {
	api.Endpoint
	roles  []access.Role
	answer func(*http.Request) (any, error)
}

// answerers are all endpoints. One is added with a line here, and a type of
// package api.
func (p *Portal) answerers() []answerer {
	var (
		checkers = []access.Role{access.Partner, access.Editor, access.Auditor}
		talkers  = []access.Role{access.Partner, access.Auditor, access.Builder}
	)
	out := []answerer{
		{api.Endpoint{Path: "/assets", Summary: "What people built, found and sorted as on the page", Params: assetParams(), Answer: api.Page[api.Asset]{}}, checkers, p.apiAssets},
		{api.Endpoint{Path: "/assets/{id}", Summary: "All that is known of one asset", Answer: api.Whole{}}, access.Roles(), p.apiAsset},
		{api.Endpoint{Path: "/families/{id}", Summary: "The copies and versions of one thing", Answer: api.Page[api.Asset]{}}, checkers, p.apiFamily},
		{api.Endpoint{Path: "/systems", Summary: "The sanctioned systems, and how much is around each", Answer: api.Page[api.System]{}}, checkers, p.apiSystems},
		{api.Endpoint{Path: "/needs", Summary: "What people do for themselves around each system", Params: []api.Param{{Name: "system", Doc: "only around this system, by its id"}}, Answer: api.Page[api.Need]{}}, checkers, p.apiNeeds},
		{api.Endpoint{Path: "/conversations", Summary: "Conversations, those that promise most first", Params: talkParams(), Answer: api.Page[api.Talk]{}}, talkers, p.apiTalks},
		{api.Endpoint{Path: "/conversations/{id}", Summary: "One conversation with its history", Answer: api.WholeTalk{}}, talkers, p.apiTalk},
		{api.Endpoint{Path: "/coverage", Summary: "What the newest scan saw, and what it did not", Answer: api.Coverage{}}, checkers, p.apiCoverage},
		{api.Endpoint{Path: "/runs", Summary: "The newest scans", Params: []api.Param{limitParam}, Answer: api.Page[api.Run]{}}, checkers, p.apiRuns},
	}
	for i := range out {
		for _, role := range out[i].roles {
			out[i].Roles = append(out[i].Roles, string(role))
		}
	}
	return out
}

// serveAPI puts the endpoints under their paths.
func (p *Portal) serveAPI() {
	var endpoints []api.Endpoint
	for _, a := range p.answerers() {
		endpoints = append(endpoints, a.Endpoint)
		// Ids of assets have slashes, which may come as they are.
		p.mux.HandleFunc("GET "+api.Root+strings.Replace(a.Path, "{id}", "{id...}", 1), p.answering(a))
	}
	document := api.Document("1", endpoints)
	p.mux.HandleFunc("GET "+api.Root+"/openapi.json", func(w http.ResponseWriter, r *http.Request) { p.tell(w, r, document) })
	p.mux.HandleFunc("GET "+api.Root+"/", func(w http.ResponseWriter, r *http.Request) {
		p.problem(w, http.StatusNotFound, "There is nothing here; "+api.Root+"/openapi.json says what there is. It is for reading: only GET is answered.")
	})
}

// answering lets those in who may ask, notes who was shown names, and tells
// the answer.
func (p *Portal) answering(a answerer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if wait, allowed := p.pace.programs.Allow(p.Proxies.Client(r)); !allowed {
			w.Header().Set("Retry-After", strconv.Itoa(int(wait/time.Second)+1))
			p.problem(w, http.StatusTooManyRequests, "That was more than ten questions in a second; Retry-After says when to go on.")
			return
		}
		v, err := p.viewerOf(r)
		switch {
		case errors.Is(err, inventory.ErrNotFound) || err == nil && len(v.Roles) == 0:
			w.Header().Set("WWW-Authenticate", `Bearer realm="desirepath"`)
			p.problem(w, http.StatusUnauthorized, "Come with a token that holds: Authorization: Bearer SECRET. desirepath token add makes one.")
		case err != nil:
			p.unanswered(w, a.Path, err)
		case !v.Is(a.roles...):
			p.problem(w, http.StatusForbidden, "This is for the roles: "+strings.Join(a.Roles, ", ")+".")
		case p.Book != nil && p.Book.Full():
			p.unanswered(w, a.Path, errors.New("the store takes no visits"))
		default:
			rt := route{method: http.MethodGet, pattern: api.Root + a.Path, serve: p.asked(a), roles: a.roles}
			p.noting(w, r.WithContext(access.With(r.Context(), v)), rt)
		}
	}
}

func (p *Portal) asked(a answerer) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if wrong := a.Check(r.URL.Query()); wrong != "" {
			p.problem(w, http.StatusBadRequest, wrong)
			return
		}
		answer, err := a.answer(r)
		switch {
		case errors.Is(err, inventory.ErrNotFound):
			p.problem(w, http.StatusNotFound, "There is none of that id, or it is not for you.")
		case errors.Is(err, inventory.ErrCursor):
			p.problem(w, http.StatusBadRequest, "This page belongs to another question. Begin again without page.")
		case err != nil:
			p.unanswered(w, a.Path, err)
		default:
			p.tell(w, r, answer)
		}
	}
}

// viewerOf is who asks: whom a token lets in, or else whoever signed in.
func (p *Portal) viewerOf(r *http.Request) (access.Viewer, error) {
	scheme, secret, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if scheme == "" {
		return access.Of(r.Context()), nil
	}
	if p.Tokens == nil || !strings.EqualFold(scheme, "Bearer") {
		return access.Viewer{}, inventory.ErrNotFound
	}
	t, err := p.Tokens.Token(r.Context(), TokenHash(strings.TrimSpace(secret)))
	if err == nil && !t.Holds(p.Now()) {
		err = inventory.ErrNotFound
	}
	if err != nil {
		return access.Viewer{}, err
	}
	return access.Viewer{Address: "token " + t.Name + " (" + t.ID + ")", Roles: []access.Role{access.Role(t.Role)}}, nil
}

// tell writes an answer, or that it is still the one that is known.
func (p *Portal) tell(w http.ResponseWriter, r *http.Request, answer any) {
	body, err := json.Marshal(answer)
	if err != nil {
		p.unanswered(w, r.URL.Path, err)
		return
	}
	sum := sha256.Sum256(body)
	tag := `"` + hex.EncodeToString(sum[:12]) + `"`
	w.Header().Set("ETag", tag)
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Vary", "Authorization, Cookie")
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body) // the reader may have gone
}

func (p *Portal) problem(w http.ResponseWriter, status int, detail string) {
	body, err := json.Marshal(api.Problem{Type: "about:blank", Title: http.StatusText(status), Status: status, Detail: detail})
	if err != nil {
		body = []byte(`{}`)
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(status)
	_, _ = w.Write(body)
}

func (p *Portal) unanswered(w http.ResponseWriter, what string, err error) {
	p.Log.Error("a question was not answered", "page", api.Root+what, "err", err)
	p.problem(w, http.StatusInternalServerError, "This could not be answered. The log says why.")
}

// next is the address of another page of what is asked for.
func next(r *http.Request, cursor string) string {
	if cursor == "" {
		return ""
	}
	return r.URL.EscapedPath() + "?" + with(r.URL.Query(), "page", cursor).Encode()
}

// limited is how many are asked for at once.
func limited(q url.Values) int {
	n, _ := strconv.Atoi(q.Get("limit"))
	return min(cmp.Or(n, 50), 200)
}
