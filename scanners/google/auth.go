package google

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/sheets/v4"
)

// The scopes, each read-only and the least that Google offers for what is read with it.
const (
	scopeMetadata    = drive.DriveMetadataReadonlyScope             // listing, sharing, history
	scopeContent     = drive.DriveReadonlyScope                     // downloads; for the administrator, the list of shared drives
	scopeSpreadsheet = sheets.SpreadsheetsReadonlyScope             // native spreadsheets
	scopeGroups      = admin.AdminDirectoryGroupMemberReadonlyScope // for the administrator; only for shared drives whose members are all groups
	scopeDirectory   = admin.AdminDirectoryUserReadonlyScope        // people; for the administrator
)

// ForDepth reports whether a scope shows what is inside files. Only the account for depth asks for those, where there are two. The list
// of shared drives is among them: Google shows it to nobody whose scope does not also read content, so that even a second account has
// to ask for it, in the administrator's name alone.
func ForDepth(scope string) bool {
	switch strings.TrimPrefix(scope, "https://www.googleapis.com/auth/") {
	case "drive.readonly", "spreadsheets.readonly", "forms.body.readonly", "script.projects.readonly":
		return true
	}
	return false
}

// An identity is who a request is made for, with which right. Without a subject the service account asks for itself.
type identity struct{ subject, scope string }

type identityKey struct{}

// as makes the requests of a context go out for somebody.
func as(ctx context.Context, subject, scope string) context.Context {
	return context.WithValue(ctx, identityKey{}, identity{subject, scope})
}

// bearer puts the token of the identity in a request's context on the request. It never puts one on a request to a host
// other than the services', and asks once more with a fresh token when the one it had was refused.
type bearer struct {
	tokens *tokens
	hosts  []string
	next   http.RoundTripper
}

func (b *bearer) RoundTrip(req *http.Request) (*http.Response, error) {
	id, ok := req.Context().Value(identityKey{}).(identity)
	if !ok || !slices.Contains(b.hosts, req.URL.Host) {
		return nil, fmt.Errorf("host %s: no token is for it", req.URL.Host)
	}
	resp, token, err := b.send(req, id)
	if err != nil || resp.StatusCode != http.StatusUnauthorized {
		return resp, err
	}
	b.tokens.forget(id, token)
	resp.Body.Close()
	resp, _, err = b.send(req, id)
	return resp, err
}

func (b *bearer) send(req *http.Request, id identity) (*http.Response, string, error) {
	token, err := b.tokens.get(req.Context(), id)
	if err != nil {
		return nil, "", err
	}
	out := req.Clone(req.Context())
	out.Header.Set("Authorization", "Bearer "+token)
	resp, err := b.next.RoundTrip(out)
	if n, ok := req.Context().Value(counterKey{}).(*int64); ok && err == nil {
		resp.Body = countedBody{resp.Body, n}
	}
	return resp, token, err
}

const (
	// early is how long before its end a token is renewed: longer than a request with its retries usually takes.
	early = 5 * time.Minute
	// keptTokens bounds the memory for tokens; a token is a kilobyte at most. A domain has more people than that, but
	// those under work at the same time are few.
	keptTokens = 8192
)

// tokens hands out one token for each identity and renews it before it ends.
type tokens struct {
	listing, depth fetch // the two accounts, or one of them twice

	mu   sync.Mutex
	kept map[identity]*keptToken
}

// A keptToken is a token and the turn to fetch it: a channel, so that whoever waits for it can be cancelled.
type keptToken struct {
	turn  chan struct{}
	token *oauth2.Token
}

func (t *tokens) get(ctx context.Context, id identity) (string, error) {
	k := t.entry(id)
	select {
	case k.turn <- struct{}{}:
	case <-ctx.Done():
		return "", context.Cause(ctx)
	}
	defer func() { <-k.turn }()
	if k.fresh() {
		return k.token.AccessToken, nil
	}
	ask := t.listing
	if ForDepth(id.scope) {
		ask = t.depth
	}
	token, err := ask(ctx, id)
	if err != nil {
		return "", err
	}
	k.token = token
	return token.AccessToken, nil
}

func (t *tokens) entry(id identity) *keptToken {
	t.mu.Lock()
	defer t.mu.Unlock()
	k := t.kept[id]
	if k == nil {
		for old := range t.kept {
			if len(t.kept) < keptTokens {
				break
			}
			delete(t.kept, old) // whichever; who still needs it fetches it again
		}
		k = &keptToken{turn: make(chan struct{}, 1)}
		t.kept[id] = k
	}
	return k
}

// forget drops a token that was refused, unless somebody else has renewed it meanwhile.
func (t *tokens) forget(id identity, refused string) {
	k := t.entry(id)
	k.turn <- struct{}{}
	defer func() { <-k.turn }()
	if k.token != nil && k.token.AccessToken == refused {
		k.token = nil
	}
}

func (k *keptToken) fresh() bool {
	return k.token != nil && (k.token.Expiry.IsZero() || time.Until(k.token.Expiry) > early)
}

type counterKey struct{}

// counting adds up the bytes of the answers to the requests of a context, which must come one after the other.
func counting(ctx context.Context, n *int64) context.Context {
	return context.WithValue(ctx, counterKey{}, n)
}

type countedBody struct {
	io.ReadCloser
	n *int64
}

func (c countedBody) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	*c.n += int64(n)
	return n, err
}
