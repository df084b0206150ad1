// Package config is the configuration of desirepath: one YAML file, with
// environment variables over it. Unknown keys are refused with their line and
// column; secrets are given as files and never printed.
package config

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/goccy/go-yaml"
)

// A Config is everything an operator can set.
type Config struct {
	// Organisation is the name that reports carry.
	Organisation string `yaml:"organisation"`
	// Contact is whom people ask about desirepath, and to whom they object: a
	// name and an address.
	Contact string `yaml:"contact,omitempty"`
	// Store is where the inventory is kept: the path of a SQLite file, or a
	// database on PostgreSQL as postgres://user@host/database.
	Store string `yaml:"store"`
	// StorePassword is a file with the password of that database.
	StorePassword string `yaml:"store_password_file,omitempty"`
	// Out is the folder that outreach lists and reports are written to.
	Out string `yaml:"out"`
	// Catalogue is a folder or file with the organisation's sanctioned
	// systems; capability files beside them extend the built-in ones.
	Catalogue string `yaml:"catalogue,omitempty"`
	// People is a CSV file (address,person) that joins accounts of one human
	// whose verified addresses differ.
	People   string          `yaml:"people,omitempty"`
	Scope    inventory.Scope `yaml:"scope,omitempty"`
	Scan     Scan            `yaml:"scan"`
	Outreach Outreach        `yaml:"outreach"`
	Schedule Schedule        `yaml:"schedule,omitempty"`
	Metrics  Metrics         `yaml:"metrics,omitempty"`
	// Retention says for how long what is no longer needed is kept.
	Retention Retention `yaml:"retention"`
	Portal    Portal    `yaml:"portal,omitempty"`
	Sources   []Source  `yaml:"sources"`
}

// Scan says how hard to work.
type Scan struct {
	Parallel int     `yaml:"parallel"`          // places listed, and assets looked into, at once
	Share    float64 `yaml:"share"`             // of the vendor's published quota, 0 to 1
	Observe  int     `yaml:"observe_days"`      // how long an observation of use stays good
	Watching float64 `yaml:"observe_share"`     // of the day's units that we may spend, what observing may take of a night; 0 to 1
	CAFile   string  `yaml:"ca_file,omitempty"` // certificates to trust beside the system's, PEM
	// IDKeyFile holds the key that columns of ids are sampled with; without one
	// none are.
	IDKeyFile string `yaml:"id_key_file,omitempty"`
	// Workers has the night's work done by every "desirepath worker" of this
	// inventory, which is on PostgreSQL then.
	Workers bool `yaml:"workers,omitempty"`
}

// Outreach says how conversations are proposed.
type Outreach struct {
	Certainty float64 `yaml:"certainty"`  // propose from this certainty up, 0 to 1
	Quiet     int     `yaml:"quiet_days"` // nobody is invited twice within it
	Language  string  `yaml:"language"`   // of reasons and first questions, such as "en"
	Weekly    int     `yaml:"weekly"`     // invitations that a partner has time for in a week
	// Worth lays own weights over those of what is talked about first: people,
	// need, fragility, craft, certainty.
	Worth map[string]float64 `yaml:"worth,omitempty"`
	// Templates is a folder with the organisation's own letters; the built-in
	// ones are written without it.
	Templates string `yaml:"templates,omitempty"`
	// Mail sends invitations; without it nothing is ever sent.
	Mail *Mail `yaml:"mail,omitempty"`
}

// Retention is in days; 0 keeps for good. What is gone from a source goes from
// the inventory the same night, and has no term.
type Retention struct {
	Runs          int `yaml:"runs_days"`          // the accounts of runs
	Use           int `yaml:"use_days"`           // who uses what comes close to no system
	Visits        int `yaml:"visits_days"`        // who was shown names of people
	Conversations int `yaml:"conversations_days"` // who was in a conversation that is over, and what was said
}

// A Source is one tenant or file share. Exactly one of its parts is set.
type Source struct {
	Name      string     `yaml:"name"`
	Microsoft *Microsoft `yaml:"microsoft,omitempty"`
	Google    *Google    `yaml:"google,omitempty"`
	Folder    *Folder    `yaml:"folder,omitempty"`
}

// Microsoft is a Microsoft 365 tenant, read with an application's consent.
type Microsoft struct {
	TenantID    string `yaml:"tenant_id"`
	ClientID    string `yaml:"client_id"`
	Certificate string `yaml:"certificate_file,omitempty"` // PEM or PFX with its private key
	Password    string `yaml:"certificate_password_file,omitempty"`
	SecretFile  string `yaml:"client_secret_file,omitempty"`
	Identity    string `yaml:"identity,omitempty"`   // workload or managed, instead of a certificate or secret
	Licences    int    `yaml:"licences,omitempty"`   // how many the tenant has: sets how fast it may be asked
	Endpoint    string `yaml:"endpoint,omitempty"`   // another than https://graph.microsoft.com/v1.0
	TokenFile   string `yaml:"token_file,omitempty"` // a ready token, for an emulator on this machine alone

	Features MicrosoftFeatures `yaml:"features,omitempty"`
}

// MicrosoftFeatures are what is scanned besides files and people. Each asks
// for permissions of its own, and all but lists are off until they say true.
type MicrosoftFeatures struct {
	Lists              *bool `yaml:"lists,omitempty"`                // the lists of sites, by their columns; on unless it says false
	EntraApps          bool  `yaml:"entra_apps,omitempty"`           // home-made and user-consented applications, and what data they hold
	TeamsApps          bool  `yaml:"teams_apps,omitempty"`           // the organisation's own apps in Teams
	PowerPlatform      bool  `yaml:"power_platform,omitempty"`       // Power Apps, flows and agents, by the inventory's query
	PowerPlatformAdmin bool  `yaml:"power_platform_admin,omitempty"` // the same by the older admin interfaces, which know no read-only access
	PowerBI            bool  `yaml:"power_bi,omitempty"`             // workspaces with their reports and models, by the admin scanner
	FormsAudit         bool  `yaml:"forms_audit,omitempty"`          // forms, by audit queries, which create an object in the tenant
	Groups             bool  `yaml:"groups,omitempty"`               // the team of people of whom the directory tells no department
	SharePointTokens   bool  `yaml:"sharepoint_tokens,omitempty"`    // content by a token of SharePoint's own, where download addresses do not carry their own right
	UsageReports       bool  `yaml:"usage_reports,omitempty"`        // which places are lively, so that these are listed first
}

// WantsLists reports whether the lists of sites are scanned.
func (f MicrosoftFeatures) WantsLists() bool { return f.Lists == nil || *f.Lists }

// Google is a Google Workspace domain, read by domain-wide delegation.
type Google struct {
	Admin     string `yaml:"admin"`                     // the administrator in whose name the directory is read
	KeyFile   string `yaml:"key_file,omitempty"`        // of the service account
	Principal string `yaml:"service_account,omitempty"` // its address, for keyless delegation
	Endpoint  string `yaml:"endpoint,omitempty"`        // the address of an emulator instead of Google's

	// A second service account that looks inside files, so that the first
	// needs no scope for content; either by key or keyless. Without one, the
	// first does both.
	DepthKeyFile   string         `yaml:"depth_key_file,omitempty"`
	DepthPrincipal string         `yaml:"depth_service_account,omitempty"`
	OldQuota       bool           `yaml:"old_quota,omitempty"` // the project has Drive's quota of before May 2026, in queries
	Features       GoogleFeatures `yaml:"features,omitempty"`
}

// GoogleFeatures are what is scanned besides files, spreadsheets and people.
// Each asks for scopes of its own, and all are off until switched on.
type GoogleFeatures struct {
	Forms           bool             `yaml:"forms,omitempty"`            // the questions of forms, and the spreadsheet behind them
	Scripts         bool             `yaml:"scripts,omitempty"`          // the code of standalone Apps Script projects, for what it calls
	LookerStudio    bool             `yaml:"looker_studio,omitempty"`    // reports and data sources
	TokenAudit      bool             `yaml:"token_audit,omitempty"`      // apps that people let at their data, by the audit log's events
	OAuthTokens     bool             `yaml:"oauth_tokens,omitempty"`     // the same by tokens.list, whose scope could also revoke
	Labels          bool             `yaml:"labels,omitempty"`           // the labels of files by name, for scope.exclude.labels
	InventoryExport *InventoryExport `yaml:"inventory_export,omitempty"` // Drive's inventory in BigQuery instead of asking in everybody's name
}

// InventoryExport names the BigQuery dataset that Drive's inventory is
// exported to.
type InventoryExport struct {
	Project string `yaml:"project"`
	Dataset string `yaml:"dataset"`
}

// Folder is a file share or a synced folder.
type Folder struct {
	Path string `yaml:"path"`
	URL  string `yaml:"url,omitempty"` // the address under which people open it, such as file://fs1.example.org/share
}

// maxBytes bounds a configuration file; real ones have a few kilobytes.
const maxBytes = 1 << 20

// Default is the configuration before any file is read.
func Default() Config {
	return Config{
		Organisation: "our organisation",
		Store:        "desirepath.db",
		Out:          "desirepath-out",
		Scan:         Scan{Parallel: 4, Share: 0.5, Observe: 30, Watching: 0.1},
		Retention:    Retention{Runs: 400, Use: 90, Visits: 365, Conversations: 730},
		Outreach:     Outreach{Certainty: 0.6, Quiet: 180, Weekly: 3, Language: "en"},
	}
}

// Load reads a configuration file and lays the environment over it. Paths in
// the file are taken relative to the file's folder.
func Load(path string, environ func(string) string) (Config, error) {
	b, err := read(path)
	if err != nil {
		return Config{}, err
	}
	c, err := parse(b)
	if err != nil {
		return Config{}, fmt.Errorf("configuration %s: %w", path, err)
	}
	if c.Outreach.Mail != nil {
		*c.Outreach.Mail = c.Outreach.Mail.filled()
	}
	c.rebase(filepath.Dir(path))
	c.overlay(environ)
	if err := c.Validate(); err != nil {
		return Config{}, fmt.Errorf("configuration %s: %w", path, err)
	}
	return c, nil
}

func read(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w; give the path of a file, there are examples in cmd/desirepath/examples", path, errors.Unwrap(err))
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxBytes+1))
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", path, err)
	}
	if len(b) > maxBytes {
		return nil, fmt.Errorf("configuration %s: larger than 1 MiB; is it the right file?", path)
	}
	return b, nil
}

func parse(b []byte) (Config, error) {
	c := Default()
	if bytes.Contains(b, []byte("<<:")) || bytes.Count(b, []byte("&")) > 100 {
		return c, errors.New("too many anchors; write the values out")
	}
	err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&c)
	if errors.Is(err, io.EOF) {
		return c, errors.New("the file is empty; it needs at least one source")
	}
	if err != nil {
		return c, errors.New(plain(yaml.FormatError(err, false, false)))
	}
	return c, nil
}

// plain says of a value of the wrong type what was wanted, without the words
// of the language this is written in. The text begins with line and column.
func plain(text string) string {
	wrong := regexp.MustCompile(`cannot unmarshal (\S+) into Go struct field \S+ of type (\S+)`)
	m := wrong.FindStringSubmatch(text)
	if m == nil {
		return text
	}
	wanted := map[string]string{"int": "a whole number", "float64": "a number", "bool": "true or false", "string": "text"}[m[2]]
	if wanted == "" {
		wanted = "something else"
	}
	return strings.Replace(text, m[0], "here stands a "+m[1]+" where "+wanted+" is wanted", 1)
}

// rebase makes the file's relative paths independent of the working folder.
func (c *Config) rebase(dir string) {
	paths := []*string{&c.StorePassword, &c.Out, &c.Catalogue, &c.People, &c.Scan.CAFile, &c.Scan.IDKeyFile, &c.Metrics.Textfile, &c.Outreach.Templates}
	if c.Outreach.Mail != nil {
		paths = append(paths, &c.Outreach.Mail.Password)
	}
	if !strings.Contains(c.Store, "://") {
		paths = append(paths, &c.Store)
	}
	paths = append(paths, c.Portal.paths()...)
	for i := range c.Sources {
		s := &c.Sources[i]
		if s.Microsoft != nil {
			paths = append(paths, &s.Microsoft.Certificate, &s.Microsoft.Password, &s.Microsoft.SecretFile, &s.Microsoft.TokenFile)
		}
		if s.Google != nil {
			paths = append(paths, &s.Google.KeyFile, &s.Google.DepthKeyFile)
		}
		if s.Folder != nil {
			paths = append(paths, &s.Folder.Path)
		}
	}
	for _, p := range paths {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(dir, *p)
		}
	}
}

func (c *Config) overlay(environ func(string) string) {
	for name, p := range map[string]*string{
		"DESIREPATH_STORE": &c.Store, "DESIREPATH_STORE_PASSWORD_FILE": &c.StorePassword, "DESIREPATH_OUT": &c.Out,
		"DESIREPATH_CATALOGUE": &c.Catalogue, "DESIREPATH_ORGANISATION": &c.Organisation,
		"DESIREPATH_ID_KEY_FILE": &c.Scan.IDKeyFile,
	} {
		if v := environ(name); v != "" {
			*p = v
		}
	}
}

// Print writes the configuration as YAML. It holds no secret: secrets are
// only ever named by file or variable.
func (c Config) Print(w io.Writer) error {
	return yaml.NewEncoder(w, yaml.Indent(2)).Encode(c)
}
