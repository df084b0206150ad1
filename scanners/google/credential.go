package google

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
	"golang.org/x/oauth2/jwt"
	"google.golang.org/api/impersonate"
	"google.golang.org/api/option"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// errScope says that a delegation does not grant a scope.
var errScope = errors.New("scope not granted")

// A Credential is how the scanner proves who it is. Exactly one of its fields is set.
type Credential struct {
	// Principal is the address of a service account with domain-wide delegation that the credentials of this machine
	// (Application Default Credentials) may sign for: they need the role Service Account Token Creator on it. There is no key to lose.
	Principal string
	Key       []byte // the JSON key of such a service account
	KeyFile   string // where that key lies
	// Token is sent as it is, whoever the request is for. It is for the emulator: New refuses it unless all endpoints are on this machine.
	Token string
}

// Client is what the Admin console knows the service account by: the number in its key, or without a key its address.
func (c Credential) Client() (string, error) {
	key, err := c.key()
	if err != nil || key == nil {
		return c.Principal, err
	}
	return key.client, nil
}

// A fetch gets a token for somebody.
type fetch func(context.Context, identity) (*oauth2.Token, error)

// newTokens checks the credentials and makes the source of tokens. What shows content is asked for by the account for depth, if there is
// one, and all else by the other. A delegation grants scopes to an account, whomever it acts for, so that only a second account keeps
// the one that lists everybody's files from being able to read them.
func newTokens(o Options) (*tokens, error) {
	listing, err := o.Credential.fetch(o.Endpoints, o.Transport)
	if err != nil {
		return nil, err
	}
	depth := listing
	if o.Depth.given() {
		if depth, err = o.Depth.fetch(o.Endpoints, o.Transport); err != nil {
			return nil, fmt.Errorf("the account for depth: %w", err)
		}
	}
	return &tokens{kept: map[identity]*keptToken{}, listing: listing, depth: depth}, nil
}

// fetch makes the source of an account's tokens.
func (c Credential) fetch(e Endpoints, next http.RoundTripper) (fetch, error) {
	key, err := c.key()
	switch {
	case err != nil:
		return nil, err
	case key != nil:
		return key.source(next), nil
	case c.Principal != "":
		return keyless(c.Principal, next), nil
	case !e.local():
		return nil, errors.New("google: a fixed token is for an emulator on this machine alone: use a service account")
	}
	return func(context.Context, identity) (*oauth2.Token, error) {
		return &oauth2.Token{AccessToken: c.Token}, nil
	}, nil
}

// A robot is one of our own accounts, as it is known to others.
type robot struct {
	client  string // what the Admin console knows it by
	address string
	keyless bool
}

// robots are our own accounts.
func (o Options) robots() ([]robot, error) {
	var out []robot
	for _, c := range o.accounts() {
		key, err := c.key()
		switch {
		case err != nil:
			return nil, err
		case key != nil:
			out = append(out, robot{client: key.client, address: key.config.Email})
		default:
			out = append(out, robot{client: c.Principal, address: c.Principal, keyless: true})
		}
	}
	return out, nil
}

// isRobot reports whether an address is one of our own accounts'.
func (s *Scanner) isRobot(address string) bool {
	return slices.ContainsFunc(s.robots, func(r robot) bool {
		return address != "" && inventory.FoldAddress(address) == inventory.FoldAddress(r.address)
	})
}

// given reports whether anything is set.
func (c Credential) given() bool {
	return c.Principal != "" || len(c.Key) > 0 || c.KeyFile != "" || c.Token != ""
}

// key reads the key, nil if the credential has none.
func (c Credential) key() (*serviceKey, error) {
	set := 0
	for _, is := range []bool{c.Principal != "", len(c.Key) > 0, c.KeyFile != "", c.Token != ""} {
		if is {
			set++
		}
	}
	if set != 1 {
		return nil, errors.New("google: give either the address of a service account to act through or a service account's key")
	}
	text := c.Key
	if c.KeyFile != "" {
		var err error
		if text, err = os.ReadFile(c.KeyFile); err != nil {
			return nil, fmt.Errorf("google: service account key: %w", err)
		}
	}
	if len(text) == 0 {
		return nil, nil
	}
	return parseKey(text)
}

// A serviceKey is a service account and its key.
type serviceKey struct {
	config *jwt.Config
	client string // the number that the Admin console knows it by
}

func parseKey(text []byte) (*serviceKey, error) {
	var k struct {
		Type     string `json:"type"`
		ClientID string `json:"client_id"`
	}
	// The text of a parser's error may quote the key.
	if err := json.Unmarshal(text, &k); err != nil || k.Type != "service_account" {
		return nil, errors.New("google: the key is not the JSON file that Google Cloud gives out for a service account")
	}
	config, err := google.JWTConfigFromJSON(text)
	if err != nil {
		return nil, errors.New("google: the service account key cannot be read")
	}
	u, err := url.Parse(config.TokenURL)
	if err != nil || u.Scheme != "https" && !wire.Loopback(u.Host) {
		return nil, errors.New("google: the token_uri of the service account key must be an https address")
	}
	return &serviceKey{config, k.ClientID}, nil
}

// source fetches tokens with the key.
// https://developers.google.com/identity/protocols/oauth2/service-account#httprest
func (k *serviceKey) source(next http.RoundTripper) fetch {
	return func(ctx context.Context, id identity) (*oauth2.Token, error) {
		config := *k.config
		config.Subject, config.Scopes = id.subject, []string{id.scope}
		way := within(ctx, next)
		token, err := config.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, &http.Client{Transport: way})).Token()
		if err != nil {
			return nil, way.explain(err, k.client, id)
		}
		return token, nil
	}
}

// keyless fetches tokens by letting IAM sign for the principal. The credentials of this machine are found by Google's own rules and
// fetched without the tenant's transport; what they sign for goes through it.
// https://cloud.google.com/docs/authentication/application-default-credentials
func keyless(principal string, next http.RoundTripper) fetch {
	machine := sync.OnceValues(func() (oauth2.TokenSource, error) {
		return google.DefaultTokenSource(context.Background(), "https://www.googleapis.com/auth/iam")
	})
	return func(ctx context.Context, id identity) (*oauth2.Token, error) {
		own, err := machine()
		if err != nil {
			return nil, fmt.Errorf("this machine has no Google credentials to act through %s with: %w", principal, err)
		}
		way := within(ctx, next)
		client := &http.Client{Transport: &oauth2.Transport{Source: own, Base: way}}
		source, err := impersonate.CredentialsTokenSource(ctx, impersonate.CredentialsConfig{
			TargetPrincipal: principal,
			Subject:         id.subject,
			Scopes:          []string{id.scope},
		}, option.WithHTTPClient(client))
		if err != nil {
			return nil, fmt.Errorf("act through %s: %w", principal, err)
		}
		token, err := source.Token()
		if err != nil {
			return nil, way.explain(err, principal, id)
		}
		return token, nil
	}
}

// An exchange carries requests of clients that take no context and keep no error of the transport.
type exchange struct {
	send   func(*http.Request) (*http.Response, error)
	failed error
}

func within(ctx context.Context, next http.RoundTripper) *exchange {
	return &exchange{send: func(r *http.Request) (*http.Response, error) { return next.RoundTrip(r.WithContext(ctx)) }}
}

func (x *exchange) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := x.send(r)
	x.failed = err
	return resp, err
}

func (x *exchange) explain(err error, client string, id identity) error {
	if x.failed != nil {
		return fmt.Errorf("token for %s: %w", id.scope, x.failed)
	}
	return refused(err, client, id)
}

// refused puts into words why Google gave no token. The scanner acts for persons, whose addresses belong in no log, and an answer may
// quote them.
func refused(err error, client string, id identity) error {
	text := err.Error()
	if answer := (*oauth2.RetrieveError)(nil); errors.As(err, &answer) {
		text = fmt.Sprintf("status code %d: %s", answer.Response.StatusCode, answer.Body)
	}
	says := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
	}
	switch {
	case !says("status code 4"):
		return fmt.Errorf("token for %s: Google gives none just now: run again later", id.scope)
	case says("unauthorized_client", "access_denied", "invalid_scope"):
		return fmt.Errorf("%w: %w: the client %s may not act for people with the scope %s: %s", inventory.ErrNotPermitted, errScope, client, id.scope, delegate)
	case says("signJwt"):
		return fmt.Errorf("%w: this machine's credentials may not sign for %s: give them the role Service Account Token Creator on it", inventory.ErrNotPermitted, client)
	case says("Invalid JWT", "reasonable timeframe"):
		return fmt.Errorf("%w: Google does not accept the signature of %s: check that its key still exists and that this machine's clock is right", inventory.ErrNotPermitted, client)
	case says("invalid_grant"):
		return fmt.Errorf("%w: Google lets nobody act for this person: the account is suspended, deleted or not of this domain", inventory.ErrNotPermitted)
	}
	return fmt.Errorf("%w: Google gives no token for %s", inventory.ErrNotPermitted, id.scope)
}

// delegate is what an administrator does so that people can be acted for.
const delegate = "in the Admin console, under Security > Access and data control > API controls > Domain-wide delegation, " +
	"add that client with this scope; it can take a day to work"
