package microsoft

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// A service is one of Microsoft's interfaces beside Graph, as one cloud has
// it. Each has tokens, a guard and a quota to itself: a pause that Power BI
// asks for must not hold the listing of files.
type service struct {
	interfaceOf
	base  *url.URL // without a slash at the end
	scope string   // of its tokens
}

// An interfaceOf says what there is to ask of a service, wherever it is.
type interfaceOf struct {
	key    string // names it here; on an emulator also the prefix of its paths
	on     func(Features) bool
	gets   []string          // paths that are read; "*" is one segment
	posts  []string          // paths at which a POST only reads
	clouds map[string]hosted // by the host of Graph; a cloud that is not here does not have it
	limits func(share float64) []wire.Limit
}

// hosted is where a service is, and what its tokens are for.
type hosted struct{ host, scope string }

const public = "graph.microsoft.com"

// The keys of the services.
const (
	atPowerPlatform = "powerplatform"
	atEnvironments  = "bap"
	atPowerApps     = "powerapps"
	atFlows         = "flow"
	atPowerBI       = "powerbi"
)

// interfaces are all services that any feature asks. What they may be asked is
// written out path by path, since none of them is for reading alone.
func interfaces() []interfaceOf {
	older := func(f Features) bool { return f.PowerPlatformAdmin }
	return []interfaceOf{
		{key: atPowerPlatform, on: func(f Features) bool { return f.PowerPlatform },
			posts:  []string{queryPath},
			clouds: map[string]hosted{public: {"api.powerplatform.com", "https://api.powerplatform.com/.default"}},
			limits: queryLimits},
		// Two slashes: the audience of these ends in one
		// (https://learn.microsoft.com/entra/identity-platform/scopes-oidc#trailing-slash-and-default).
		{key: atEnvironments, on: older, gets: []string{environmentsPath},
			clouds: map[string]hosted{public: {"api.bap.microsoft.com", "https://service.powerapps.com//.default"}}, limits: olderLimits},
		{key: atPowerApps, on: older, gets: []string{appsPath("*")},
			clouds: map[string]hosted{public: {"api.powerapps.com", "https://service.powerapps.com//.default"}}, limits: olderLimits},
		{key: atFlows, on: older, gets: []string{flowsPath("*")},
			clouds: map[string]hosted{public: {"api.flow.microsoft.com", "https://management.azure.com//.default"}}, limits: olderLimits},
		{key: atPowerBI, on: func(f Features) bool { return f.PowerBI },
			gets:  []string{workspacesPath, modifiedPath, scanStatusPath("*"), scanResultPath("*")},
			posts: []string{getInfoPath}, clouds: powerBIClouds(), limits: powerBILimits},
	}
}

// in is a service as the cloud of an endpoint has it; on this machine it lies
// below a prefix of the emulator's one host.
func (i interfaceOf) in(endpoint *url.URL) (service, error) {
	if wire.Loopback(endpoint.Host) {
		base := &url.URL{Scheme: endpoint.Scheme, Host: endpoint.Host, Path: "/" + i.key}
		return service{i, base, ""}, nil
	}
	at, ok := i.clouds[strings.ToLower(endpoint.Host)]
	if !ok {
		return service{}, fmt.Errorf("the cloud of %s has no service like %s of the public one: switch off the feature that asks it",
			endpoint.Host, i.clouds[public].host)
	}
	return service{i, &url.URL{Scheme: "https", Host: at.host}, at.scope}, nil
}

// services are those that what is switched on asks.
func services(endpoint *url.URL, f Features) ([]service, error) {
	var out []service
	for _, i := range interfaces() {
		if !i.on(f) {
			continue
		}
		s, err := i.in(endpoint)
		if err != nil {
			return nil, err
		}
		out = append(out, s)
	}
	return out, nil
}

// ServiceOptions are WireOptions for the services beside Graph that what is
// switched on asks: each goes out through a transport of its own.
func ServiceOptions(tenant, endpoint string, f Features, share float64) ([]wire.Options, error) {
	u, err := parseEndpoint(endpoint)
	if err != nil {
		return nil, fmt.Errorf("tenant %s: %w", tenant, err)
	}
	all, err := services(u, f)
	if err != nil {
		return nil, fmt.Errorf("tenant %s: %w", tenant, err)
	}
	out := make([]wire.Options, len(all))
	for i, s := range all {
		out[i] = s.options(tenant, share)
	}
	return out, nil
}

func (s service) options(tenant string, share float64) wire.Options {
	o := wire.Options{Tenant: tenant, Name: s.key, Check: wire.CheckJSON, UserAgent: "NONISV|desirepath|desirepath/1.0"}
	for _, rule := range []wire.Rule{{Paths: s.gets}, {Methods: []string{http.MethodPost}, Paths: s.posts}} {
		if len(rule.Paths) == 0 {
			continue // a rule without paths would admit every read
		}
		rule.Hosts = []string{s.base.Host}
		paths := make([]string, len(rule.Paths))
		for i, p := range rule.Paths {
			paths[i] = s.base.Path + p
			o.Words = append(o.Words, strings.Split(paths[i], "/")...)
		}
		rule.Paths = paths
		o.Guard.Rules = append(o.Guard.Rules, rule)
	}
	if s.limits != nil && !wire.Loopback(s.base.Host) {
		o.Limits = s.limits(share)
	}
	return o
}

// hourly is our share of a path's limit by the hour. Some of it may be spent at once:
// a night asks a few times, and not evenly.
func hourly(requests, share float64, path string) wire.Limit {
	ours := max(requests*share, 2)
	burst := max(1, int(ours/4))
	return wire.Limit{Name: path, Match: under(path), PerMinute: (ours - float64(burst)) / 60, Burst: burst}
}

// under matches the requests below a path.
func under(path string) func(*http.Request) bool {
	prefix, _, _ := strings.Cut(path, "*")
	return func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, prefix) }
}

// A caller asks one service.
type caller struct {
	service
	tokens Tokens
	via    *wire.Transport
	remedy string // for whom it refuses
}

// newCallers makes a caller for each service that is asked.
func newCallers(o Options, endpoint *url.URL) (map[string]*caller, error) {
	all, err := services(endpoint, o.Features)
	if err != nil {
		return nil, err
	}
	if len(all) > 0 && o.Wire == nil {
		return nil, errors.New("a feature is switched on that asks other services than Microsoft Graph: that needs Options.Wire")
	}
	out := map[string]*caller{}
	for _, s := range all {
		via, err := o.Wire(s.options(o.Tenant, o.Share))
		if err != nil {
			return nil, err
		}
		out[s.key] = &caller{service: s, tokens: o.Tokens, via: via, remedy: remedies()[s.key]}
	}
	return out, nil
}

func (c *caller) address(path string, query url.Values) string {
	u := *c.base
	u.Path += path
	u.RawQuery = query.Encode()
	return u.String()
}

// get reads what is at an address of the service; follow does so for a link
// that an answer held.
func (c *caller) get(ctx context.Context, path string, query url.Values, into any) error {
	return c.ask(ctx, http.MethodGet, c.address(path, query), nil, into)
}

func (c *caller) follow(ctx context.Context, link string, into any) error {
	u, err := url.Parse(link)
	if err != nil {
		return errors.New("a link that cannot be read")
	}
	if u.Scheme != c.base.Scheme || !strings.EqualFold(u.Host, c.base.Host) || !strings.HasPrefix(u.Path, c.base.Path+"/") {
		return fmt.Errorf("a link leads to %s, not to %s: %w", u.Host, c.base.Host, wire.ErrRefused)
	}
	return c.ask(ctx, http.MethodGet, link, nil, into)
}

func (c *caller) post(ctx context.Context, path string, query url.Values, body, into any) error {
	data, err := json.Marshal(body)
	if err != nil {
		return err
	}
	return c.ask(ctx, http.MethodPost, c.address(path, query), data, into)
}

// ask asks, and once more when the token was refused: it may have expired
// while the request waited for its turn.
func (c *caller) ask(ctx context.Context, method, address string, body []byte, into any) error {
	resp, err := c.send(ctx, method, address, body)
	if err == nil && resp.StatusCode == http.StatusUnauthorized {
		resp.Body.Close()
		resp, err = c.send(ctx, method, address, body)
	}
	if err != nil {
		return wire.Clean(err)
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(http.MaxBytesReader(nil, resp.Body, maxAnswer))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w: %w", c.base.Host, wire.ErrCut, err)
	case resp.StatusCode/100 != 2:
		return c.refusal(resp.StatusCode, data)
	}
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s sent an answer of another form than is documented: %w", c.base.Host, err)
	}
	return nil
}

func (c *caller) send(ctx context.Context, method, address string, body []byte) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, errors.New("an address that cannot be read")
	}
	if body == nil {
		req.Body = nil
	} else {
		req.Header.Set("Content-Type", "application/json")
	}
	token, err := c.tokens.GetAuthorizationToken(ctx, req.URL, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Accept", "application/json")
	return c.via.RoundTrip(req)
}

// refusal says what a service answered and what to do. Its own words are left
// out: they quote names and addresses.
func (c *caller) refusal(status int, body []byte) error {
	said := strings.TrimSpace(fmt.Sprintf("%s answered %d %s", c.base.Host, status, errorCode(body)))
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%s: %w: %s", said, inventory.ErrNotPermitted, c.remedy)
	case http.StatusNotFound:
		return fmt.Errorf("%s: %w", said, errGone)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return fmt.Errorf("%s: %w", said, wire.ErrPaused)
	}
	return errors.New(said)
}

// errorCode is the code in an error's body, if it looks like one.
func errorCode(body []byte) string {
	var e struct {
		Code  string `json:"code"`
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &e) != nil {
		return ""
	}
	if code := e.Error.Code + e.Code; regexp.MustCompile(`^[A-Za-z0-9_.]{1,60}$`).MatchString(code) {
		return code
	}
	return ""
}

// check turns the outcome of one small read, as a scan would ask it, into what
// a doctor says. The token does not show such rights.
func (c *caller) check(need scanners.Need, err error) scanners.Check {
	out := scanners.Check{Feature: need.Feature, Need: need.Name, State: scanners.Held, Found: c.base.Host + " answers"}
	if err != nil {
		out.State, out.Found, out.Cost, out.Remedy = refusedOrFailed(err), "", "without it "+need.Cost, err.Error()
	}
	return out
}
