package microsoft

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// permCatalog is the permission that the catalogue of Teams is read with.
const permCatalog = "AppCatalog.Read.All"

// teamsID is the one place that all apps of the catalogue lie in.
const teamsID = "teams-apps"

// formatTeams is the format of the insides that the catalogue tells.
const formatTeams = "teams-app"

func (s *Scanner) teamsApps() feature {
	return feature{
		on:    s.o.Features.TeamsApps,
		kinds: []inventory.PlaceKind{inventory.PlaceTeamsApps},
		needs: []scanners.Need{{Feature: "teams apps", Name: permCatalog, ID: "e12dae10-5a57-4817-b79d-dfbec5348930",
			Purpose: "the organisation's own apps in the catalogue of Teams, and who handed them in",
			Cost:    "no Teams app is seen"}},
		places: onePlace(inventory.Place{Tenant: s.o.Tenant, ID: teamsID, Kind: inventory.PlaceTeamsApps, Name: "Teams apps"}),
		pages: func(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
			return relist(ctx, p, since, s.o.PageSize, s.teamsChanges(ctx, p))
		},
	}
}

// teamsChanges tells the apps that the organisation put into its catalogue
// itself (https://learn.microsoft.com/graph/api/appcatalogs-list-teamsapps).
// Those of the store are no work of its people. An administrator's policies can
// hide an app of a day or two, and Teams in China has no such catalogue.
func (s *Scanner) teamsChanges(ctx context.Context, p inventory.Place) iter.Seq2[inventory.Change, error] {
	first := s.graph.path(url.Values{
		"$filter": {"distributionMethod eq 'organization'"},
		"$expand": {"appDefinitions($select=id,displayName,version,publishingState,createdBy,lastModifiedDateTime,authorization)"},
	}, "appCatalogs", "teamsApps")
	return func(yield func(inventory.Change, error) bool) {
		for v, err := range ask[models.TeamsAppable, models.TeamsAppCollectionResponseable](
			ctx, s.graph, first, models.CreateTeamsAppCollectionResponseFromDiscriminatorValue, permCatalog) {
			var c inventory.Change
			if err == nil {
				c, err = s.teamsChange(ctx, p, v)
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// teamsChange tells of one app. Whoever handed in its versions keeps it; what
// it says of itself, beyond its name, is not kept.
func (s *Scanner) teamsChange(ctx context.Context, p inventory.Place, v models.TeamsAppable) (inventory.Change, error) {
	app := text(v.GetId())
	if app == "" {
		return inventory.Change{}, errors.New("Microsoft Graph sent a Teams app without an id")
	}
	a := inventory.Asset{
		ID: inventory.NewAssetID(p, app), Tenant: p.Tenant, Place: p.ID, VendorID: app, Kind: inventory.KindApp, Name: text(v.GetDisplayName()),
		URL: "https://teams.microsoft.com/l/app/" + url.PathEscape(app), Shared: true,
	}
	usage := inventory.Usage{Facets: inventory.FacetSharing | inventory.FacetEditors}
	inside := inventory.EmptyStructure()
	inside.Format, inside.Depth = formatTeams, inventory.DepthFull
	var states []string
	for i, d := range inOrder(v.GetAppDefinitions()) {
		by, err := s.addressOf(ctx, d.GetCreatedBy())
		if err != nil {
			return inventory.Change{}, fmt.Errorf("who made %s: %w", a.Name, err)
		}
		at := when(d.GetLastModifiedDateTime())
		if i == 0 {
			a.Created, a.CreatedBy = at, by
		}
		a.Name, a.Modified, a.ModifiedBy = cmp.Or(text(d.GetDisplayName()), a.Name), at, by
		usage.Editors = edited(usage.Editors, by, at)
		inside.Connections = permissionsOf(d)
		states = append(states, text(d.GetVersion())+" "+state(d))
	}
	slices.Reverse(usage.Editors)
	usage.People = len(usage.Editors)
	a.Owner = cmp.Or(a.ModifiedBy, a.CreatedBy)
	return told(a, inside, usage, states...)
}

// inOrder are the versions of an app, the newest last.
func inOrder(versions []models.TeamsAppDefinitionable) []models.TeamsAppDefinitionable {
	return slices.SortedStableFunc(slices.Values(versions), func(x, y models.TeamsAppDefinitionable) int {
		return when(x.GetLastModifiedDateTime()).Compare(when(y.GetLastModifiedDateTime()))
	})
}

// state is where a version is on its way into the catalogue.
func state(d models.TeamsAppDefinitionable) string {
	if s := d.GetPublishingState(); s != nil {
		return s.String()
	}
	return ""
}

// edited counts a version to the one who handed it in.
func edited(all []inventory.Editor, by string, at time.Time) []inventory.Editor {
	if by == "" {
		return all
	}
	i := slices.IndexFunc(all, func(e inventory.Editor) bool { return inventory.FoldAddress(e.Address) == inventory.FoldAddress(by) })
	e := inventory.Editor{Address: by}
	if i >= 0 {
		e = all[i]
		all = slices.Delete(all, i, i+1)
	}
	e.Edits, e.Last = e.Edits+1, at
	return append(all, e)
}

// permissionsOf are those that a version wants in single teams and chats.
func permissionsOf(d models.TeamsAppDefinitionable) []inventory.Connection {
	out := []inventory.Connection{}
	if d.GetAuthorization() == nil || d.GetAuthorization().GetRequiredPermissionSet() == nil {
		return out
	}
	for _, p := range d.GetAuthorization().GetRequiredPermissionSet().GetResourceSpecificPermissions() {
		kind := asItself
		if t := p.GetPermissionType(); t != nil && *t == models.DELEGATED_TEAMSAPPRESOURCESPECIFICPERMISSIONTYPE {
			kind = asPerson
		}
		out = append(out, inventory.Connection{Kind: kind, Target: "Microsoft Teams/" + text(p.GetPermissionValue())})
	}
	sortConnections(out)
	return out
}
