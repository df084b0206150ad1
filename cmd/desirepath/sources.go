package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners/folder"
	"github.com/desirepath/desirepath/scanners/google"
	"github.com/desirepath/desirepath/scanners/microsoft"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// A reader looks inside workbooks; personal tells the names that are dropped,
// and ids is the key that columns of ids are sampled with, if there is one.
type reader struct {
	personal func(string) bool
	ids      inventory.IDKey
}

func (r reader) read(ctx context.Context, at io.ReaderAt, size int64, name string, want inventory.Depth) (inventory.Structure, error) {
	return workbook.Read(ctx, at, size, name, workbook.Options{Depth: want, Personal: r.personal, IDs: r.ids})
}

func (r reader) build(g workbook.Grid, m workbook.Meta) inventory.Structure {
	m.Personal, m.IDs = r.personal, r.ids
	return workbook.Build(g, m)
}

// A sharer gives the place where all processes take what they may ask of a
// tenant; nil: this process alone asks.
type sharer func(tenant string) wire.Shared

// sharing is how the processes over a store share paces. Those of a file do
// not: it has one run at a time.
func sharing(store *sqlstore.Store, address string) sharer {
	if !sqlstore.IsPostgres(address) {
		return nil
	}
	return func(tenant string) wire.Shared { return store.Shared(tenant) }
}

// A way is how requests to one tenant leave.
type way struct {
	base   *http.Transport
	shared sharer
}

// sources makes the scanners that a configuration names. Nothing is asked of
// any tenant yet.
func (a *app) sources(c config.Config, personal func(string) bool, shared sharer) ([]night.Source, error) {
	if err := c.Secrets(); err != nil {
		return nil, configError{err}
	}
	ids, err := config.IDKey(c.Scan.IDKeyFile)
	if err != nil {
		return nil, configError{err}
	}
	var out []night.Source
	for _, s := range c.Sources {
		source, err := a.source(c, s, reader{personal, ids}, shared)
		if err != nil {
			return nil, configError{fmt.Errorf("source %s: %w", s.Name, err)}
		}
		out = append(out, source)
	}
	return out, nil
}

func (a *app) source(c config.Config, s config.Source, r reader, shared sharer) (source night.Source, err error) {
	base, err := wire.NewBase(c.Scan.CAFile)
	if err != nil {
		return source, err
	}
	defer func() { source.Rest = base.CloseIdleConnections }()
	switch {
	case s.Microsoft != nil:
		return a.microsoft(c, s.Name, *s.Microsoft, r, way{base, shared})
	case s.Google != nil:
		return a.google(c, s.Name, *s.Google, r, way{base, shared})
	default:
		scanner, err := folder.New(folder.Options{
			Tenant: inventory.Tenant{Name: s.Name, Suite: inventory.Share},
			Root:   s.Folder.Path, URL: s.Folder.URL, Scope: c.Scope, Read: r.read,
		})
		return night.Source{Scanner: scanner, Inspector: scanner}, err
	}
}

func (a *app) microsoft(c config.Config, name string, m config.Microsoft, r reader, out way) (night.Source, error) {
	m.Endpoint = microsoftEndpoint(m)
	features := microsoftFeatures(m.Features)
	options, err := microsoft.WireOptions(name, m.Endpoint, features)
	if err != nil {
		return night.Source{}, err
	}
	if m.TokenFile == "" {
		options.Pace = microsoft.Pace(m.Licences, c.Scan.Share)
	}
	transport, ledger, err := a.transport(out, options)
	if err != nil {
		return night.Source{}, err
	}
	tokens, content, err := microsoftTokens(m, transport)
	if err != nil {
		return night.Source{}, err
	}
	scanner, err := microsoft.New(microsoft.Options{
		Tenant: name, Endpoint: m.Endpoint, Tokens: tokens, Content: content, Transport: transport,
		Read: r.read, Reader: workbook.ReaderVersion, Personal: r.personal, Private: c.Scope.Private, Features: features, Now: a.Now, Log: a.Log,
		Wire: func(o wire.Options) (*wire.Transport, error) {
			o.Ledger = ledger
			transport, _, err := a.transport(out, o)
			return transport, err
		},
		Share: c.Scan.Share, Excluded: c.Scope.ExcludesPlace,
	})
	return night.Source{Scanner: scanner, Inspector: scanner, Observer: scanner, Directory: scanner, Ledger: ledger, Budget: transport.Budget(),
		Watching: int(c.Scan.Watching * options.Pace.PerDay)}, err
}

func microsoftFeatures(f config.MicrosoftFeatures) microsoft.Features {
	return microsoft.Features{
		Lists: f.WantsLists(), EntraApps: f.EntraApps, TeamsApps: f.TeamsApps,
		PowerPlatform: f.PowerPlatform, PowerPlatformAdmin: f.PowerPlatformAdmin, PowerBI: f.PowerBI,
		FormsAudit: f.FormsAudit, UsageReports: f.UsageReports, SharePointTokens: f.SharePointTokens, Groups: f.Groups,
	}
}

// microsoftEndpoint is Graph's own, or another that the configuration names.
func microsoftEndpoint(m config.Microsoft) string { return cmp.Or(m.Endpoint, microsoft.Endpoint) }

func microsoftTokens(m config.Microsoft, transport *wire.Transport) (microsoft.Tokens, microsoft.ContentTokens, error) {
	if m.TokenFile != "" {
		token, err := os.ReadFile(m.TokenFile)
		if err != nil {
			return nil, nil, err
		}
		tokens, err := microsoft.StaticToken(m.Endpoint, strings.TrimSpace(string(token)))
		return tokens, nil, err
	}
	credential := microsoftCredential(m)
	signIn, err := microsoft.NewCredential(credential, m.Endpoint, transport)
	if err != nil {
		return nil, nil, err
	}
	tokens, err := microsoft.NewTokens(m.Endpoint, signIn)
	return tokens, microsoft.NewContentTokens(credential.Method, signIn), err
}

// microsoftCredential is how a tenant is signed in to.
func microsoftCredential(m config.Microsoft) microsoft.Credential {
	credential := microsoft.Credential{
		TenantID: m.TenantID, ClientID: m.ClientID,
		CertificateFile: m.Certificate, CertificatePasswordFile: m.Password, SecretFile: m.SecretFile,
	}
	switch {
	case m.Identity == "workload":
		credential.Method = microsoft.ByWorkloadIdentity
	case m.Identity == "managed":
		credential.Method = microsoft.ByManagedIdentity
	case m.SecretFile != "":
		credential.Method = microsoft.BySecret
	}
	return credential
}

func (a *app) google(c config.Config, name string, g config.Google, r reader, out way) (night.Source, error) {
	scanning := googleOptions(c, name, g)
	options, err := google.Wire(scanning)
	if err != nil {
		return night.Source{}, err
	}
	transport, ledger, err := a.transport(out, options)
	if err != nil {
		return night.Source{}, err
	}
	scanning.Transport, scanning.Now, scanning.Log = transport, a.Now, a.Log
	scanning.Read, scanning.Build, scanning.Reader, scanning.Personal = r.read, r.build, workbook.ReaderVersion, r.personal
	scanning.Private = c.Scope.Private
	scanner, err := google.New(scanning)
	return night.Source{Scanner: scanner, Inspector: scanner, Observer: scanner, Directory: scanner, Ledger: ledger, Budget: transport.Budget()}, err
}

// googleOptions are what a configuration says about a domain.
func googleOptions(c config.Config, name string, g config.Google) google.Options {
	o := google.Options{
		Tenant: name, Admin: g.Admin, Endpoints: googleEndpoints(g),
		Features: googleFeatures(g.Features), Share: c.Scan.Share, OldQuota: g.OldQuota,
		// A pilot says where to look, not in whose name: shared drives are read as some member.
		Avoid: inventory.Scope{Exclude: c.Scope.Exclude}.ExcludesPlace,
	}
	accounts := googleAccounts(g)
	o.Credential = accounts[0].Credential
	if len(accounts) > 1 {
		o.Depth = accounts[1].Credential
	}
	return o
}

// googleEndpoints are Google's own, or an emulator's.
func googleEndpoints(g config.Google) google.Endpoints {
	if g.Endpoint == "" {
		return google.Endpoints{}
	}
	return google.At(g.Endpoint)
}

func googleFeatures(f config.GoogleFeatures) google.Features {
	out := google.Features{
		Forms: f.Forms, Scripts: f.Scripts, LookerStudio: f.LookerStudio, TokenAudit: f.TokenAudit, OAuthTokens: f.OAuthTokens,
		Labels: f.Labels,
	}
	if x := f.InventoryExport; x != nil {
		out.InventoryExport = google.InventoryExport{Project: x.Project, Dataset: x.Dataset}
	}
	return out
}

// transport adds to a tenant's wire options what all tenants share.
func (a *app) transport(out way, o wire.Options) (*wire.Transport, *wire.Ledger, error) {
	o.Base, o.Log = out.base, a.Log
	if out.shared != nil {
		o.Shared = out.shared(o.Tenant)
	}
	if o.Ledger == nil {
		o.Ledger = &wire.Ledger{}
	}
	// Microsoft asks for this form, and Google compresses for those who say gzip.
	o.UserAgent = userAgent() + " (gzip)"
	transport, err := wire.New(o)
	return transport, o.Ledger, err
}

// userAgent is how we introduce ourselves to a tenant.
func userAgent() string { return "NONISV|desirepath|desirepath/" + version() }
