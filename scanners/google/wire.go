package google

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/scanners/wire"
)

// Wire is how requests to a domain are treated: what may leave, how fast, what a refusal means. The caller adds what is its own (ledger,
// authorities, log), and gives New the transport that wire.New makes of it, with the same Options. An emulator on this machine is asked
// as fast as it answers.
func Wire(o Options) (wire.Options, error) {
	key, err := o.Credential.key()
	if err != nil {
		return wire.Options{}, err
	}
	e := o.Endpoints
	if _, err := e.hosts(); err != nil {
		return wire.Options{}, err
	}
	w := wire.Options{
		Tenant:      o.Tenant,
		Guard:       wire.Guard{Rules: append(o.reads(), o.Credential.exchanges(key)...)},
		Units:       units,
		RetryStatus: later,
		Check:       check,
	}
	if e.local() {
		w.Pace.Backoff = 100 * time.Millisecond
		return w, nil
	}
	share := cmp.Or(o.Share, half)
	w.Pace.PerMinute = share * driveUnits
	w.Limits = []wire.Limit{
		{Match: func(r *http.Request) bool { return isSpreadsheet(r.URL) }, PerMinute: share * spreadsheetReads, Burst: 10},
		{Match: func(r *http.Request) bool { return isDirectory(r.URL) }, PerMinute: share * directoryReads, Burst: 10},
	}
	return w, nil
}

// half is the share of the quota that is taken when nothing is said.
const half = 0.5

// Google's limits a minute, for a project unless it says otherwise, as published.
const (
	driveUnits       = 1_000_000 // https://developers.google.com/workspace/drive/api/guides/limits
	spreadsheetReads = 300       // and 60 for a person
	personReads      = 60        // https://developers.google.com/workspace/sheets/api/limits
	directoryReads   = 2400      // https://developers.google.com/workspace/admin/directory/v1/limits
)

// units are what a request costs of Drive's quota. Other services count requests, which Limits do.
func units(r *http.Request) int {
	_, call, drive := strings.Cut(r.URL.Path, "/drive/v3/")
	switch {
	case !drive:
		return 0
	case r.URL.Query().Get("alt") == "media":
		return 200
	case call == "files" || call == "changes" || call == "drives":
		return 100
	}
	return 5
}

func isSpreadsheet(u *url.URL) bool { return strings.Contains(u.Path, "/v4/spreadsheets/") }
func isDirectory(u *url.URL) bool   { return strings.Contains(u.Path, "/admin/directory/v1/") }

// withDefaults fills in Google's own addresses.
func (e Endpoints) withDefaults() Endpoints {
	return Endpoints{
		Drive:     cmp.Or(e.Drive, "https://www.googleapis.com/drive/v3/"),
		Sheets:    cmp.Or(e.Sheets, "https://sheets.googleapis.com/"),
		Directory: cmp.Or(e.Directory, "https://admin.googleapis.com/"),
		Forms:     cmp.Or(e.Forms, "https://forms.googleapis.com/"),
		Reports:   cmp.Or(e.Reports, "https://admin.googleapis.com/"),
		Studio:    cmp.Or(e.Studio, "https://datastudio.googleapis.com/"),
	}
}

// hosts are those of the services, and the only ones that a token is for.
func (e Endpoints) hosts() ([]string, error) {
	e = e.withDefaults()
	var hosts []string
	for _, base := range []string{e.Drive, e.Sheets, e.Directory, e.Forms, e.Reports, e.Studio} {
		u, err := url.Parse(base)
		if err != nil || u.Host == "" || u.Scheme != "https" && !wire.Loopback(u.Host) {
			return nil, fmt.Errorf("google: endpoint %s: it must be an https address, or one on this machine", base)
		}
		hosts = append(hosts, u.Host)
	}
	return hosts, nil
}

// local reports whether all of them are on this machine.
func (e Endpoints) local() bool {
	hosts, err := e.hosts()
	return err == nil && !slices.ContainsFunc(hosts, func(h string) bool { return !wire.Loopback(h) })
}

// reads are the requests that the scanner makes, each by its path: those of features only when these are switched on.
func (o Options) reads() []wire.Rule {
	e := o.Endpoints.withDefaults()
	rules := []wire.Rule{
		admits(e.Drive, "files", "files/*", "files/*/permissions", "files/*/revisions", "changes", "changes/startPageToken", "drives"),
		admits(e.Sheets, "v4/spreadsheets/*"),
		admits(e.Directory, "admin/directory/v1/users", "admin/directory/v1/groups/*/members"),
	}
	for _, f := range switchedOn(o) {
		rules = append(rules, f.reads...)
	}
	return rules
}

func admits(base string, paths ...string) wire.Rule {
	u, err := url.Parse(base)
	if err != nil {
		return wire.Rule{} // admits nothing
	}
	rule := wire.Rule{Hosts: []string{u.Host}}
	for _, p := range paths {
		rule.Paths = append(rule.Paths, path.Join("/", u.Path, p))
	}
	return rule
}

// exchanges are the POSTs that get a token.
func (c Credential) exchanges(key *serviceKey) []wire.Rule {
	post := func(address string) wire.Rule {
		rule := admits(address, "")
		rule.Methods = []string{http.MethodPost}
		return rule
	}
	switch {
	case key != nil:
		return []wire.Rule{post(key.config.TokenURL)}
	case c.Principal != "":
		return []wire.Rule{
			post("https://oauth2.googleapis.com/token"),
			post("https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/" + c.Principal + ":signJwt"),
		}
	}
	return nil
}

// later tells a refusal that means "too fast" from one that means "no": Drive answers both with 403.
// https://developers.google.com/workspace/drive/api/guides/handle-errors
func later(resp *http.Response) (bool, time.Duration) {
	if resp.StatusCode != http.StatusForbidden {
		return false, 0
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return false, 0
	}
	var answer struct {
		Error struct {
			Errors []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return false, 0
	}
	for _, e := range answer.Error.Errors {
		if isPace(e.Reason) {
			return true, 0
		}
	}
	return false, 0
}

// isPace tells the reasons for which Google asks to be asked again later.
func isPace(reason string) bool {
	return reason == "rateLimitExceeded" || reason == "userRateLimitExceeded" || reason == "quotaExceeded"
}

// check tells cut answers and web pages from data. What is downloaded may be anything.
func check(resp *http.Response, body []byte) error {
	if resp.Request.URL.Query().Get("alt") == "media" {
		return nil
	}
	return wire.CheckJSON(resp, body)
}
