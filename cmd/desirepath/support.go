package main

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/goccy/go-yaml"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/dashboards/metrics"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

type supportCmd struct {
	configFile
	Out  string `help:"The file to write." default:"desirepath-support.zip" placeholder:"FILE.zip"`
	Runs int    `help:"How many runs to tell of." default:"20"`
}

// Run writes the bundle. What is free text or a name of somebody's is not in
// it: ids are replaced by marks that mean something within the bundle alone.
func (cmd supportCmd) Run(ctx context.Context, a *app) error {
	c, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	b := bundle{key: make([]byte, sha256.Size), config: c}
	rand.Read(b.key) // never fails
	parts, err := b.gather(ctx, store, cmd.Runs)
	if err != nil {
		return err
	}
	err = export.File(cmd.Out, 0o600, func(w io.Writer) error {
		z := zip.NewWriter(w)
		for _, p := range parts {
			f, err := z.Create(p.name)
			if err == nil {
				_, err = f.Write(p.bytes)
			}
			if err != nil {
				return err
			}
		}
		return z.Close()
	})
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%s: %d files. It holds no names, addresses, files' names or secrets; look into it before you hand it on.\n", cmd.Out, len(parts))
	return err
}

// A bundle is one under way. Its key is thrown away with it, so that nobody
// can tell which id a mark is of.
type bundle struct {
	key    []byte
	config config.Config
}

type bundlePart struct {
	name  string
	bytes []byte
}

func (b bundle) mark(id string) string {
	if id == "" {
		return ""
	}
	h := hmac.New(sha256.New, b.key)
	h.Write([]byte(id))
	return "#" + hex.EncodeToString(h.Sum(nil))[:10]
}

func (b bundle) gather(ctx context.Context, store *sqlstore.Store, runs int) (parts []bundlePart, err error) {
	add := func(name string, v any) {
		text, failed := json.MarshalIndent(v, "", "  ")
		if failed != nil {
			err = fmt.Errorf("%s: %w", name, failed)
		}
		parts = append(parts, bundlePart{name, text})
	}
	all, err := store.Runs(ctx, runs)
	if err != nil {
		return nil, err
	}
	schema, sizes, err := store.Sizes(ctx)
	if err != nil {
		return nil, err
	}
	summary, err := store.Summary(ctx)
	if err != nil {
		return nil, err
	}
	add("version.json", map[string]any{"version": version(), "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH, "schema": schema, "postgres": sqlstore.IsPostgres(b.config.Store)})
	settings, err := yaml.Marshal(b.settings())
	if err != nil {
		return nil, fmt.Errorf("config.yaml: %w", err)
	}
	parts = append(parts, bundlePart{"config.yaml", settings})
	add("runs.json", b.runs(all))
	add("sizes.json", sizes)
	var text bytes.Buffer
	summary.LastRun.Places = nil // their names
	if failed := metrics.Textfile(&text, b.counts(summary), metrics.Setting{}); failed != nil {
		return nil, failed
	}
	return append(parts, bundlePart{"metrics.prom", text.Bytes()}), err
}

// counts renames what an organisation named itself: its sources and systems.
func (b bundle) counts(s inventory.Summary) inventory.Summary {
	for _, counts := range []*[]inventory.Count{&s.Assets, &s.Unread, &s.Places} {
		for i := range *counts {
			(*counts)[i].A = b.mark((*counts)[i].A)
		}
	}
	for i := range s.Verdicts {
		s.Verdicts[i].B = b.mark(s.Verdicts[i].B)
	}
	for i := range s.Conversations {
		s.Conversations[i].A = b.mark(s.Conversations[i].A)
	}
	for i := range s.Needs {
		s.Needs[i].A = b.mark(s.Needs[i].A)
	}
	s.LastRun.Ledger, s.LastRun.Error = nil, ""
	return s
}

// settings are what can be set to a number or to on and off: every text of a
// configuration may name somebody or lead to a secret.
func (b bundle) settings() map[string]any {
	c := b.config
	var sources []map[string]any
	for _, s := range c.Sources {
		told := map[string]any{"source": b.mark(s.Name)}
		switch {
		case s.Microsoft != nil:
			told["suite"], told["features"], told["licences"] = "microsoft", s.Microsoft.Features, s.Microsoft.Licences
		case s.Google != nil:
			f := s.Google.Features
			told["inventory_export"] = f.InventoryExport != nil
			f.InventoryExport = nil
			told["suite"], told["features"], told["old_quota"] = "google", f, s.Google.OldQuota
		default:
			told["suite"] = "folder"
		}
		sources = append(sources, told)
	}
	rules := func(r inventory.Rules) map[string]int {
		return map[string]int{"places": len(r.Places), "people": len(r.People), "units": len(r.Units), "paths": len(r.Paths), "labels": len(r.Labels)}
	}
	scan := c.Scan
	scan.CAFile, scan.IDKeyFile = set(scan.CAFile), set(scan.IDKeyFile)
	return map[string]any{
		"scan": scan, "outreach": map[string]any{
			"certainty": c.Outreach.Certainty, "quiet_days": c.Outreach.Quiet, "weekly": c.Outreach.Weekly, "language": c.Outreach.Language,
			"worth": c.Outreach.Worth, "mail": c.Outreach.Mail != nil,
		},
		"portal":      map[string]any{"sign_in": c.Portal.SignIn != nil, "tls": c.Portal.TLS != nil, "address": set(c.Portal.Address), "proxies": len(c.Portal.Proxies)},
		"pushgateway": set(c.Metrics.Pushgateway), "textfile": set(c.Metrics.Textfile), "retention": c.Retention, "sources": sources,
		"exclude": rules(c.Scope.Exclude), "pilot": rules(c.Scope.Pilot), "open_private": c.Scope.Private,
		"contact": set(c.Contact), "catalogue": set(c.Catalogue), "people": set(c.People),
	}
}

// set tells that a text was set, and not to what.
func set(text string) string {
	if text == "" {
		return ""
	}
	return "(set)"
}

// A toldRun is a run without names.
type toldRun struct {
	ID       int64               `json:"id"`
	Started  time.Time           `json:"started"`
	Seconds  float64             `json:"seconds"`
	Result   inventory.RunResult `json:"result"`
	Error    string              `json:"error,omitempty"`
	Stages   any                 `json:"stages,omitempty"`
	Expired  map[string]int      `json:"expired,omitempty"`
	Ledger   inventory.Ledger    `json:"ledger"`
	Places   []toldPlace         `json:"places"`
	Mutating int                 `json:"mutations"`
}

type toldPlace struct {
	Place    string          `json:"place"`
	Tally    inventory.Tally `json:"tally"`
	Pages    int             `json:"pages"`
	Complete bool            `json:"complete"`
	Left     bool            `json:"left,omitempty"`
	Error    string          `json:"error,omitempty"`
}

func (b bundle) runs(all []inventory.Run) (out []toldRun) {
	for _, r := range all {
		told := toldRun{
			ID: r.ID, Started: r.Started, Seconds: max(0, r.Finished.Sub(r.Started).Seconds()), Result: r.Result, Error: b.redact(r.Error),
			Stages: r.Stages, Expired: r.Expired, Mutating: r.Ledger.Mutations(),
		}
		for _, l := range r.Ledger {
			if !publicHost(l.Host) {
				l.Host = b.mark(l.Host)
			}
			told.Ledger = append(told.Ledger, l)
		}
		for _, p := range r.Places {
			told.Places = append(told.Places, toldPlace{b.mark(p.Place), p.Tally, p.Pages, p.Complete, p.Left, b.redact(p.Error)})
		}
		out = append(out, told)
	}
	return out
}

// publicHost reports whether a host is a vendor's own and tells nothing of a
// tenant.
func publicHost(host string) bool {
	return regexp.MustCompile(`^([a-z0-9-]+\.)?(graph\.microsoft\.com|login\.microsoftonline\.com|powerbi\.com|googleapis\.com)$`).MatchString(host)
}

// redact keeps of an error the words that are ours or a protocol's, and short
// numbers. Every other word becomes a mark, so that the same one is told to be
// the same.
func (b bundle) redact(text string) string {
	number := regexp.MustCompile(`^[0-9]{1,3}$`)
	return regexp.MustCompile(`[^\s:;,()"“”]+`).ReplaceAllStringFunc(text, func(word string) string {
		bare := strings.ToLower(strings.TrimRight(word, "."))
		if number.MatchString(bare) || slices.Contains(strings.Fields(plainWords), bare) {
			return word
		}
		return b.mark(word)
	})
}

// plainWords are those of errors that tell what happened and to nobody whom.
const plainWords = `a about after again all an and answer answered any are as asked at away back bad be because been before began begin body bytes
	cannot certificate client closed code complete connect connection context could credentials cut cursor day deadline delta denied dial directory disk
	does drive end ended error every exceeded expired failed file files first folder for forbidden found from full gone granted had has host in input
	inside is it large later left limit list listed listing lock lookup lost made many may missing more moved must name new next no not nothing now of off
	old on once one only open or other out over page pages password paused permission permitted place places point read reading refused request requests
	reset response retry revoked right run same scan scope see seen server service shared sign-in since site slow some source stopped storage store such
	taken tenant than that the their then there they this throttled time timeout timed to token tries try under unexpected unknown until up used wait
	waited was what when which while who will with without workbook write wrong eof get post http https tcp tls dns graph google microsoft onedrive`
