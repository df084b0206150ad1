package main

import (
	_ "embed"
	"fmt"
	"os"
	"slices"
	"strings"
	"text/template"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/google"
	"github.com/desirepath/desirepath/scanners/microsoft"
	"github.com/desirepath/desirepath/scanners/wire"
)

//go:embed notice.md.tmpl
var noticeText string

type noticeCmd struct{ configFile }

// A notice is what the text is filled in with.
type notice struct {
	config.Config
	Machine   string
	UserAgent string
	Told      []noticeSource
	Partners  int
}

// A noticeSource is one source as those who look after it know it.
type noticeSource struct {
	Name, Suite string
	Is          string // what it is known by there
	Hosts       []string
	Pace        string
	Needs       []scanners.Need
	Accounts    bool // it is known there by more than one account
	Exported    bool // files are listed from an export, and not in people's names
}

// Run writes the notice. It asks no tenant anything.
func (cmd noticeCmd) Run(a *app) error {
	n, err := cmd.notice(a)
	if err != nil {
		return err
	}
	text, err := template.New("notice").Funcs(noticeFuncs()).Parse(noticeText)
	if err != nil {
		return err
	}
	return text.Execute(a.Out, n)
}

// notice gathers what there is to tell from a configuration.
func (f configFile) notice(a *app) (notice, error) {
	c, err := f.load(a)
	if err != nil {
		return notice{}, err
	}
	known, err := loadCatalogue(c.Catalogue)
	if err != nil {
		return notice{}, err
	}
	n := notice{Config: c, UserAgent: userAgent(), Partners: len(known.Systems)}
	n.Machine, _ = os.Hostname() // without a name the text says "this machine"
	for _, s := range c.Sources {
		told, err := a.tell(c, s)
		if err != nil {
			return n, configError{fmt.Errorf("source %s: %w", s.Name, err)}
		}
		n.Told = append(n.Told, told)
	}
	return n, nil
}

func noticeFuncs() template.FuncMap {
	return template.FuncMap{
		"rules": rules, "join": strings.Join, "percent": func(f float64) string { return fmt.Sprintf("%.0f %%", 100*f) },
		"term": func(days int) string { return keptFor(days, "en") },
		"cell": func(s string) string { return strings.ReplaceAll(oneLine(s), "|", "/") },
	}
}

// Audits reports whether audit queries were switched on: each is an object
// that is made in the tenant.
func (n notice) Audits() bool {
	return slices.ContainsFunc(n.Sources, func(s config.Source) bool { return s.Microsoft != nil && s.Microsoft.Features.FormsAudit })
}

// tell describes one source.
func (a *app) tell(c config.Config, s config.Source) (noticeSource, error) {
	needs, err := a.needs(c, s)
	if err != nil {
		return noticeSource{}, err
	}
	out := noticeSource{Name: s.Name, Needs: needs}
	var options wire.Options
	switch {
	case s.Microsoft != nil:
		out.Suite, out.Is = "Microsoft 365", "application id `"+s.Microsoft.ClientID+"` in the tenant `"+s.Microsoft.TenantID+"`"
		if s.Microsoft.ClientID == "" {
			out.Is = "an emulated tenant on this machine"
		}
		options, err = microsoft.WireOptions(s.Name, microsoftEndpoint(*s.Microsoft), microsoftFeatures(s.Microsoft.Features))
		out.Pace = fmt.Sprintf("at most %.0f resource units a minute", microsoft.Pace(s.Microsoft.Licences, c.Scan.Share).PerMinute)
	case s.Google != nil:
		var clients []string
		for _, account := range googleAccounts(*s.Google) {
			client, clientErr := account.Client()
			if clientErr != nil {
				return out, clientErr
			}
			clients = append(clients, "service account `"+client+"`, "+account.does)
		}
		out.Accounts, out.Exported = len(clients) > 1, s.Google.Features.InventoryExport != nil
		out.Suite, out.Is = "Google Workspace", strings.Join(clients, "; ")+"; acting for people by domain-wide delegation; the directory is read in the name of `"+s.Google.Admin+"`"
		options, err = google.Wire(googleOptions(c, s.Name, *s.Google))
		out.Pace = fmt.Sprintf("at most %.0f %% of Google's published limits", 100*c.Scan.Share)
	default:
		out.Suite, out.Is, out.Pace = "File share", "folder `"+s.Folder.Path+"`", "one folder at a time"
	}
	out.Hosts = hosts(options.Guard)
	if s.Microsoft == nil || err != nil {
		return out, err
	}
	more, err := microsoft.ServiceOptions(s.Name, microsoftEndpoint(*s.Microsoft), microsoftFeatures(s.Microsoft.Features), c.Scan.Share)
	for _, o := range more {
		out.Hosts = append(out.Hosts, hosts(o.Guard)...)
	}
	slices.Sort(out.Hosts)
	out.Hosts = slices.Compact(out.Hosts) // an emulator is one host for all of them
	return out, err
}

// hosts are all that a guard lets requests go to.
func hosts(g wire.Guard) []string {
	var out []string
	for _, r := range g.Rules {
		out = append(out, r.Hosts...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// rules shows a scope's patterns as a list.
func rules(r inventory.Rules) []string {
	var out []string
	add := func(what string, patterns []string) {
		for _, p := range patterns {
			out = append(out, what+" `"+strings.ReplaceAll(oneLine(p), "`", "'")+"`")
		}
	}
	add("places called", r.Places)
	add("what belongs to", r.People)
	add("the unit", r.Units)
	add("files and folders at", r.Paths)
	add("what is labelled", r.Labels)
	return out
}
