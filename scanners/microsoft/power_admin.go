package microsoft

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// The older admin interfaces of Power Platform. Their paths and answers are
// not documented as such; Microsoft's own PowerShell module for administrators
// uses them (Microsoft.PowerApps.Administration.PowerShell).
const environmentsPath = "/providers/Microsoft.BusinessAppPlatform/scopes/admin/environments"

func appsPath(environment string) string {
	return "/providers/Microsoft.PowerApps/scopes/admin/environments/" + environment + "/apps"
}

func flowsPath(environment string) string {
	return "/providers/Microsoft.ProcessSimple/scopes/admin/environments/" + environment + "/v2/flows"
}

func olderNeed() scanners.Need {
	return scanners.Need{Feature: "power platform", Name: "registration as a Power Platform admin application",
		Purpose: "list apps and flows by the older admin interfaces, with the connectors they use and how many they are shared with",
		Cost:    "no app or flow is seen by the older interfaces, and no connector of any",
		Grant: "a Power Platform administrator runs New-PowerAppManagementApp -ApplicationId with the application's id. " +
			"Microsoft has no such registration that only reads: the application may do all that an administrator may. " +
			"desirepath's guard lets three listings leave and nothing else, but whoever holds the certificate could do more. " +
			"Remove-PowerAppManagementApp takes it back"}
}

// olderLimits are ours: nothing is documented of what these interfaces bear.
// Listing an environment takes two requests, or a few more for a large one.
func olderLimits(share float64) []wire.Limit {
	return []wire.Limit{{PerMinute: 300 * share, Burst: 5}}
}

// checkOlder asks for one environment. That the interfaces answer means that
// the registration is there, which is always worth a warning.
func (s *Scanner) checkOlder(ctx context.Context) []scanners.Check {
	var page olderPage[olderEnvironment]
	c := s.power[atEnvironments]
	check := c.check(olderNeed(), c.get(ctx, environmentsPath, olderQuery("2020-10-01", 1), &page))
	if check.State != scanners.Held {
		return []scanners.Check{check}
	}
	return []scanners.Check{check, {Feature: "power platform", Need: "no more than reading", State: scanners.Warning,
		Found: "the application is registered as an administrator of Power Platform",
		Cost:  "the registration allows more than reading; power_platform_admin says that this is wanted, and desirepath asks for listings alone",
		Remedy: "keep its certificate where no one else can reach it; if connectors and sharing are not worth that, " +
			"switch power_platform_admin off and run Remove-PowerAppManagementApp"}}
}

// An olderPage is a page of any of the listings.
type olderPage[T any] struct {
	Value    []T    `json:"value"`
	NextLink string `json:"nextLink"`
}

func olderQuery(version string, top int) url.Values {
	q := url.Values{"api-version": {version}}
	if top > 0 {
		q.Set("$top", fmt.Sprint(top))
	}
	return q
}

// older yields what all pages of a listing hold; 0 leaves their size to the service.
func older[T any](ctx context.Context, c *caller, path, version string, top int) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		link := c.address(path, olderQuery(version, top))
		for {
			var page olderPage[T]
			if err := c.follow(ctx, link, &page); err != nil {
				yield(none, err)
				return
			}
			for _, v := range page.Value {
				if !yield(v, nil) {
					return
				}
			}
			if page.NextLink == "" {
				return
			}
			if page.NextLink == link {
				yield(none, errors.New("the listing leads round in a circle"))
				return
			}
			link = page.NextLink
		}
	}
}

// An olderPerson is somebody as the older interfaces tell them.
type olderPerson struct {
	ID       string `json:"id"`
	ObjectID string `json:"objectId"` // in flows
	Email    string `json:"email"`
}

func (p olderPerson) identity() identity {
	return identity{id: cmp.Or(p.ID, p.ObjectID), address: p.Email}
}

type olderEnvironment struct {
	Name       string `json:"name"`
	Properties struct {
		DisplayName string      `json:"displayName"`
		Sku         string      `json:"environmentSku"`
		CreatedBy   olderPerson `json:"createdBy"`
	} `json:"properties"`
}

func (s *Scanner) olderEnvironments(ctx context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		for e, err := range older[olderEnvironment](ctx, s.power[atEnvironments], environmentsPath, "2020-10-01", 0) {
			var p inventory.Place
			if err == nil {
				p, err = s.environmentPlace(ctx, e.Name, e.Properties.DisplayName, e.Properties.Sku, e.Properties.CreatedBy.ID)
			}
			if err != nil {
				err = fmt.Errorf("environments of Power Platform: %w", err)
			}
			if !yield(p, err) || err != nil {
				return
			}
		}
	}
}

// olderEnvironment yields the apps and flows of an environment.
func (s *Scanner) olderEnvironment(ctx context.Context, p inventory.Place) iter.Seq2[inventory.Change, error] {
	top := min(s.o.PageSize, 250) // as many as Microsoft's own module asks for
	apps := older[olderThing](ctx, s.power[atPowerApps], appsPath(p.ID), "2017-08-01", top)
	flows := older[olderThing](ctx, s.power[atFlows], flowsPath(p.ID), "2016-11-01", top)
	return func(yield func(inventory.Change, error) bool) {
		for _, listing := range []struct {
			all  iter.Seq2[olderThing, error]
			sort func(olderThing) string
		}{{apps, olderThing.appType}, {flows, func(olderThing) string { return typeFlow }}} {
			for t, err := range listing.all {
				var c inventory.Change
				if err == nil {
					c, err = s.olderChange(ctx, p, t, listing.sort(t))
				}
				if !yield(c, err) || err != nil {
					return
				}
			}
		}
	}
}

// An olderThing is an app or a flow.
type olderThing struct {
	Name       string `json:"name"`
	AppType    string `json:"appType"`
	Properties struct {
		DisplayName  string                    `json:"displayName"`
		Created      string                    `json:"createdTime"`
		Modified     string                    `json:"lastModifiedTime"`
		Owner        olderPerson               `json:"owner"`
		CreatedBy    olderPerson               `json:"createdBy"`
		ModifiedBy   olderPerson               `json:"lastModifiedBy"`
		Creator      olderPerson               `json:"creator"` // of a flow
		SharedUsers  int                       `json:"sharedUsersCount"`
		SharedGroups int                       `json:"sharedGroupsCount"`
		References   map[string]olderReference `json:"connectionReferences"`
		Summary      struct {
			Triggers []olderStep `json:"triggers"`
			Actions  []olderStep `json:"actions"`
		} `json:"definitionSummary"` // of a flow
	} `json:"properties"`
}

func (t olderThing) appType() string {
	if strings.EqualFold(t.AppType, "ModelDrivenApp") {
		return typeModelDriven
	}
	return typeCanvas
}

// An olderReference is a connector that an app or a flow uses. What it reads
// there it names by the tables or lists, and by the servers or sites.
type olderReference struct {
	ID          string         `json:"id"` // "/providers/microsoft.powerapps/apis/shared_sql"
	DataSources []string       `json:"dataSources"`
	DataSets    map[string]any `json:"dataSets"`
}

type olderStep struct {
	API struct {
		ID string `json:"id"`
	} `json:"api"`
}

func (s *Scanner) olderChange(ctx context.Context, p inventory.Place, t olderThing, sort string) (inventory.Change, error) {
	if t.Name == "" {
		return inventory.Change{}, errors.New("Power Platform told an app or a flow without a name")
	}
	told, is := t.Properties, powerSorts()[sort]
	a := inventory.Asset{
		ID: inventory.NewAssetID(p, t.Name), Tenant: p.Tenant, Place: p.ID, VendorID: t.Name, Kind: is.kind,
		Name: told.DisplayName, URL: is.url(p, t.Name), Created: instant(told.Created), Modified: instant(told.Modified),
		Revision: told.Created + " " + told.Modified, Shared: told.SharedUsers+told.SharedGroups > 0,
	}
	var creator string
	err := s.who(ctx, []person{{told.CreatedBy.identity(), &a.CreatedBy}, {told.Creator.identity(), &creator},
		{told.ModifiedBy.identity(), &a.ModifiedBy}, {told.Owner.identity(), &a.Owner}})
	if err != nil {
		return inventory.Change{}, err
	}
	a.CreatedBy = cmp.Or(a.CreatedBy, creator)
	a.Owner = cmp.Or(a.Owner, a.CreatedBy)
	st := s.told(is.format)
	st.Connections, st.Queries = t.connections(), t.queries(s.o.Personal)
	c := inventory.Change{ID: t.Name, Asset: &a, Inside: &st}
	if is.kind == inventory.KindApp { // of flows nobody is counted
		c.Usage = &inventory.Usage{People: told.SharedUsers + 1, Widely: told.SharedGroups > 0, Facets: inventory.FacetSharing}
	}
	return c, nil
}

// connections are the connectors, with what each of them leads to where that
// is told.
func (t olderThing) connections() []inventory.Connection {
	targets := map[string]bool{}
	for _, r := range t.Properties.References {
		name := connector(r.ID)
		targets[name] = true
		for set := range r.DataSets {
			if at := dataSet(set); at != "" {
				targets[name+"/"+at] = true
			}
		}
	}
	for _, step := range slices.Concat(t.Properties.Summary.Triggers, t.Properties.Summary.Actions) {
		targets[connector(step.API.ID)] = true
	}
	delete(targets, "")
	out := []inventory.Connection{}
	for _, target := range slices.Sorted(maps.Keys(targets)) {
		out = append(out, inventory.Connection{Kind: "connector", Target: target})
	}
	return out
}

// connector is the name at the end of a connector's id.
func connector(id string) string { return strings.ToLower(id[strings.LastIndex(id, "/")+1:]) }

// dataSet is the server and database, or the site, that a connector's data set
// is named by; "" for one that tells neither, or that could hold a secret.
func dataSet(name string) string {
	if u, err := url.Parse(name); err == nil && u.Host != "" {
		return u.Host + strings.TrimSuffix(u.Path, "/")
	}
	if name == "default" || strings.ContainsAny(name, "=;@?&") {
		return ""
	}
	return strings.ReplaceAll(strings.ReplaceAll(name, ", ", "/"), ",", "/")
}

// queries are the tables and lists that an app reads, by the names its builder
// gave them.
func (t olderThing) queries(personal func(string) bool) []inventory.Query {
	out := []inventory.Query{}
	for _, key := range slices.Sorted(maps.Keys(t.Properties.References)) {
		r := t.Properties.References[key]
		for _, name := range slices.Sorted(slices.Values(r.DataSources)) {
			if personal == nil || !personal(name) {
				out = append(out, inventory.Query{Name: name, Sources: []string{connector(r.ID)}})
			}
		}
	}
	slices.SortStableFunc(out, func(a, b inventory.Query) int { return strings.Compare(a.Name, b.Name) })
	return out
}
