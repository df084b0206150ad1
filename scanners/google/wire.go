package google

import (
	"cmp"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"time"

	"github.com/desirepath/desirepath/scanners/wire"
)

// Wire is how requests to a domain are treated: what may leave, how fast, what a refusal means. The caller adds what is its own (ledger,
// authorities, log), and gives New the transport that wire.New makes of it, with the same Options. An emulator on this machine is asked
// as fast as it answers.
func Wire(o Options) (wire.Options, error) {
	if _, err := o.Endpoints.hosts(); err != nil {
		return wire.Options{}, err
	}
	rules := o.reads()
	for _, c := range o.accounts() {
		signIn, err := c.exchanges()
		if err != nil {
			return wire.Options{}, err
		}
		rules = append(rules, signIn...)
	}
	w := wire.Options{
		Tenant:      o.Tenant,
		Name:        "google",
		Guard:       wire.Guard{Rules: rules},
		Units:       units,
		RetryStatus: later,
		Words:       []string{"bigquery", "v2", "datasets", "tables", "queries", "members", "forms", "labels"},
		Check:       check,
	}
	if o.Endpoints.local() {
		w.Pace.Backoff = 100 * time.Millisecond
		return w, nil
	}
	o.pace(&w)
	return w, nil
}

// accounts are the credentials that tokens are asked for with.
func (o Options) accounts() []Credential {
	if o.Depth.given() {
		return []Credential{o.Credential, o.Depth}
	}
	return []Credential{o.Credential}
}

// withDefaults fills in Google's own addresses.
func (e Endpoints) withDefaults() Endpoints {
	return Endpoints{
		Drive:     cmp.Or(e.Drive, "https://www.googleapis.com/drive/v3/"),
		Sheets:    cmp.Or(e.Sheets, "https://sheets.googleapis.com/"),
		Directory: cmp.Or(e.Directory, "https://admin.googleapis.com/"),
		Forms:     cmp.Or(e.Forms, "https://forms.googleapis.com/"),
		Reports:   cmp.Or(e.Reports, "https://admin.googleapis.com/"),
		Studio:    cmp.Or(e.Studio, "https://datastudio.googleapis.com/"),
		BigQuery:  cmp.Or(e.BigQuery, "https://bigquery.googleapis.com/"),
		Labels:    cmp.Or(e.Labels, "https://drivelabels.googleapis.com/"),
	}
}

// hosts are those of the services, and the only ones that a token is for.
func (e Endpoints) hosts() ([]string, error) {
	e = e.withDefaults()
	var hosts []string
	for _, base := range []string{e.Drive, e.Sheets, e.Directory, e.Forms, e.Reports, e.Studio, e.BigQuery, e.Labels} {
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
		admits(e.Directory, "admin/directory/v1/users", "admin/directory/v1/users/*", "admin/directory/v1/groups/*/members"),
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
func (c Credential) exchanges() ([]wire.Rule, error) {
	key, err := c.key()
	post := func(address string) wire.Rule {
		rule := admits(address, "")
		rule.Methods = []string{http.MethodPost}
		return rule
	}
	switch {
	case key != nil:
		return []wire.Rule{post(key.config.TokenURL)}, nil
	case c.Principal != "":
		account := "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/" + c.Principal
		return []wire.Rule{post("https://oauth2.googleapis.com/token"), post(account + ":signJwt"), post(account + ":generateAccessToken")}, nil
	}
	return nil, err
}

// check tells cut answers and web pages from data. What is downloaded may be anything.
func check(resp *http.Response, body []byte) error {
	if resp.Request.URL.Query().Get("alt") == "media" {
		return nil
	}
	return wire.CheckJSON(resp, body)
}
