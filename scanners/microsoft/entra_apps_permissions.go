package microsoft

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"slices"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/desirepath/desirepath/inventory"
)

// readPermissions names the permissions that are known by ids alone: those
// that applications hold themselves, and those that ours ask for. Who offers
// them are few, Microsoft Graph before all, so that they are read and not
// each of those who hold something.
func (e *entra) readPermissions(ctx context.Context) error {
	names := map[heldRole]string{}
	for _, resource := range e.resources() {
		if err := e.readOffers(ctx, resource, names); err != nil {
			return err
		}
	}
	for holder, roles := range e.held {
		a := e.principals[holder]
		if a == nil || a.microsoft {
			continue
		}
		for r := range roles {
			if name := names[r]; name != "" {
				a.given[inventory.Connection{Kind: asItself, Target: e.permission(r.resource, name)}] = true
			}
		}
	}
	for _, a := range e.order {
		e.asked(a, names)
	}
	return nil
}

// asked notes what one of ours asks for and was not given.
func (e *entra) asked(a *entraApp, names map[heldRole]string) {
	for _, r := range a.asks {
		offers := e.apps[r.resource]
		if offers == nil || names[heldRole{offers.principal, r.id}] == "" {
			continue
		}
		name := names[heldRole{offers.principal, r.id}]
		target := e.permission(offers.principal, name)
		given := a.given[inventory.Connection{Kind: asPerson, Target: target}] || a.given[inventory.Connection{Kind: asItself, Target: target}]
		if !given && !onlySignIn(name) {
			a.given[inventory.Connection{Kind: notGiven, Target: target}] = true
		}
	}
}

// resources are the service principals of those who offer the permissions.
func (e *entra) resources() []string {
	all := map[string]bool{}
	for holder, roles := range e.held {
		if a := e.principals[holder]; a != nil && !a.microsoft {
			for r := range roles {
				all[r.resource] = true
			}
		}
	}
	for _, a := range e.order {
		for _, r := range a.asks {
			if offers := e.apps[r.resource]; offers != nil && offers.principal != "" {
				all[offers.principal] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(all))
}

func (e *entra) readOffers(ctx context.Context, resource string, names map[heldRole]string) error {
	link := e.s.graph.path(url.Values{"$select": {"id,appRoles,oauth2PermissionScopes"}}, "servicePrincipals", resource)
	v, err := askOne[models.ServicePrincipalable](ctx, e.s.graph, link, models.CreateServicePrincipalFromDiscriminatorValue, permApps)
	if errors.Is(err, errGone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("what %s offers: %w", e.principals[resource].name, err)
	}
	for _, r := range v.GetAppRoles() {
		names[heldRole{resource, id(r.GetId())}] = text(r.GetValue())
	}
	for _, r := range v.GetOauth2PermissionScopes() {
		names[heldRole{resource, id(r.GetId())}] = text(r.GetValue())
	}
	return nil
}
