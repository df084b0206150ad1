package microsoft

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/desirepath/desirepath/inventory"
)

// entra is what is known of the applications of a directory.
type entra struct {
	s          *Scanner
	people     map[string]string // addresses by id; nil where the directory must not be read
	order      []*entraApp
	apps       map[string]*entraApp         // by application id
	principals map[string]*entraApp         // by their service principal's id
	held       map[string]map[heldRole]bool // application permissions by the id of who holds them
}

// An entraApp is an application: its registration, its service principal, or both.
type entraApp struct {
	id, principal string // the application's id, and its service principal's, if it has one
	name          string
	publisher     string // as Microsoft verified it
	ours          bool   // registered in this directory
	home          string // the id of the directory it is registered in, as far as that is told
	microsoft     bool   // registered in Microsoft's own
	agent         bool
	service       bool // of Azure's machinery: nobody signs in to it
	disabled      bool
	created       time.Time
	owners        []string // ids
	hosts         []string // that sign-ins lead back to
	asks          []heldRole
	given         map[inventory.Connection]bool
	users         map[string]bool // ids of those who use it by name
	widely        bool
	first         identity // of its users, the first as far as is told
	since         time.Time
}

// A heldRole is a permission by ids: of who offers it, and its own.
type heldRole struct{ resource, id string }

// Graph's limits on related objects of directory objects
// (https://learn.microsoft.com/graph/query-parameters#expand-parameter): they
// come 20 to an object, without saying whether there are more, and 100 objects
// to a page. maxWhole is of how many applications all are read then.
const (
	maxRelated  = 20
	maxWithThem = 100
	maxWhole    = 2000
)

func (e *entra) page(query url.Values, segments ...string) string {
	most := 999
	if query.Has("$expand") {
		most = maxWithThem
	}
	query.Set("$top", strconv.Itoa(min(most, e.s.o.PageSize)))
	return e.s.graph.path(query, segments...)
}

// app is the application with an id.
func (e *entra) app(id string) *entraApp {
	a := e.apps[id]
	if a == nil {
		a = &entraApp{id: id, given: map[inventory.Connection]bool{}, users: map[string]bool{}}
		e.apps[id] = a
		e.order = append(e.order, a)
	}
	return a
}

// readApplications reads what is registered here
// (https://learn.microsoft.com/graph/api/application-list), and nothing of its
// passwords and keys.
func (e *entra) readApplications(ctx context.Context) error {
	first := e.page(url.Values{
		"$select": {"id,appId,displayName,createdDateTime,web,spa,publicClient,requiredResourceAccess,verifiedPublisher"},
		"$expand": {"owners($select=id)"},
	}, "applications")
	for v, err := range ask[models.Applicationable, models.ApplicationCollectionResponseable](
		ctx, e.s.graph, first, models.CreateApplicationCollectionResponseFromDiscriminatorValue, permApps) {
		if err != nil {
			return err
		}
		if text(v.GetAppId()) == "" {
			return errors.New("Microsoft Graph sent an application without an id")
		}
		e.register(v)
	}
	return nil
}

func (e *entra) register(v models.Applicationable) {
	a := e.app(text(v.GetAppId()))
	a.ours, a.name, a.created, a.publisher = true, text(v.GetDisplayName()), when(v.GetCreatedDateTime()), publisher(v.GetVerifiedPublisher())
	a.agent = strings.Contains(text(v.GetOdataType()), "agentIdentity")
	a.owners, a.asks, a.hosts = nil, nil, nil
	for _, o := range v.GetOwners() {
		a.owners = append(a.owners, text(o.GetId()))
	}
	if web := v.GetWeb(); web != nil {
		a.leadsTo(web.GetRedirectUris())
	}
	if spa := v.GetSpa(); spa != nil {
		a.leadsTo(spa.GetRedirectUris())
	}
	if public := v.GetPublicClient(); public != nil {
		a.leadsTo(public.GetRedirectUris())
	}
	for _, r := range v.GetRequiredResourceAccess() {
		for _, access := range r.GetResourceAccess() {
			a.asks = append(a.asks, heldRole{text(r.GetResourceAppId()), id(access.GetId())})
		}
	}
}

// readPrincipals reads what people and administrators let in
// (https://learn.microsoft.com/graph/api/serviceprincipal-list), with who may
// use it: to ask each application for that would take a request each.
func (e *entra) readPrincipals(ctx context.Context) error {
	first := e.page(url.Values{
		"$select": {"id,appId,displayName,appOwnerOrganizationId,servicePrincipalType,accountEnabled,replyUrls,verifiedPublisher"},
		"$expand": {"appRoleAssignedTo($select=" + assignedFields + ")"},
	}, "servicePrincipals")
	var more []*entraApp
	for v, err := range ask[models.ServicePrincipalable, models.ServicePrincipalCollectionResponseable](
		ctx, e.s.graph, first, models.CreateServicePrincipalCollectionResponseFromDiscriminatorValue, permApps) {
		if err != nil {
			return err
		}
		a, err := e.principal(v)
		if err != nil {
			return err
		}
		shown := v.GetAppRoleAssignedTo()
		for _, as := range shown {
			e.assign(a, as)
		}
		if len(shown) < maxRelated {
			continue
		}
		if a.ours || slices.ContainsFunc(shown, ofApplication) {
			more = append(more, a)
		} else {
			a.widely = true // consents tell most of the others
		}
	}
	e.findMicrosoft()
	return e.readAssigned(ctx, slices.Compact(more))
}

// findMicrosoft finds what is Microsoft's own in a national cloud, whose
// directory has another id: it is where Microsoft Graph is registered.
func (e *entra) findMicrosoft() {
	graph := e.apps[GraphID]
	if graph == nil || graph.home == "" {
		return
	}
	for _, a := range e.order {
		a.microsoft = a.microsoft || a.home == graph.home
	}
}

// ofApplication reports whether it is an application that may use another.
func ofApplication(as models.AppRoleAssignmentable) bool {
	return text(as.GetPrincipalType()) == "ServicePrincipal"
}

const assignedFields = "id,appRoleId,createdDateTime,principalId,principalType"

// readAssigned reads who may use the applications of which not all was told,
// where that matters: of those made here, and of those that others hold
// permissions of.
func (e *entra) readAssigned(ctx context.Context, apps []*entraApp) error {
	for i, a := range apps {
		if i >= maxWhole {
			a.widely = true
			continue
		}
		first := e.page(url.Values{"$select": {assignedFields}}, "servicePrincipals", a.principal, "appRoleAssignedTo")
		for as, err := range ask[models.AppRoleAssignmentable, models.AppRoleAssignmentCollectionResponseable](
			ctx, e.s.graph, first, models.CreateAppRoleAssignmentCollectionResponseFromDiscriminatorValue, permApps) {
			if errors.Is(err, errGone) {
				break
			}
			if err != nil {
				return fmt.Errorf("%s: %w", a.name, err)
			}
			e.assign(a, as)
		}
	}
	if len(apps) > maxWhole {
		e.s.o.Log.WarnContext(ctx, "of some applications not all users were read", "scanner", e.s.o.Tenant, "applications", len(apps)-maxWhole)
	}
	return nil
}

func (e *entra) principal(v models.ServicePrincipalable) (*entraApp, error) {
	sp := text(v.GetId())
	if sp == "" {
		return nil, errors.New("Microsoft Graph sent a service principal without an id")
	}
	// An agent's identity is a service principal alone; whether it shares the
	// application id of its blueprint is not said.
	appID, agent := text(v.GetAppId()), text(v.GetOdataType()) == "#microsoft.graph.agentIdentity"
	if appID == "" || agent {
		appID = sp
	}
	a := e.app(appID)
	e.principals[sp] = a
	a.principal, a.disabled = sp, v.GetAccountEnabled() != nil && !yes(v.GetAccountEnabled())
	a.home = id(v.GetAppOwnerOrganizationId())
	a.microsoft = slices.Contains(microsoftTenants(), a.home)
	a.agent = a.agent || strings.Contains(text(v.GetOdataType()), "agentIdentity")
	kind := text(v.GetServicePrincipalType())
	a.service = kind != "" && kind != "Application" && !a.ours
	if !a.ours {
		a.name, a.publisher, a.hosts = text(v.GetDisplayName()), publisher(v.GetVerifiedPublisher()), nil
		a.leadsTo(v.GetReplyUrls())
	}
	return a, nil
}

// assign notes who may use an application. Another application that may is
// one that holds a permission of it.
func (e *entra) assign(a *entraApp, as models.AppRoleAssignmentable) {
	who := id(as.GetPrincipalId())
	switch text(as.GetPrincipalType()) {
	case "Group":
		a.widely = true
	case "ServicePrincipal":
		if e.held[who] == nil {
			e.held[who] = map[heldRole]bool{}
		}
		e.held[who][heldRole{a.principal, id(as.GetAppRoleId())}] = true
	case "User":
		if a.microsoft || !e.exists(who) {
			return
		}
		a.users[who] = true
		if at := when(as.GetCreatedDateTime()); !at.IsZero() && (a.since.IsZero() || at.Before(a.since)) {
			a.first, a.since = identity{id: who}, at
		}
	}
}

// exists reports whether somebody is in the directory: what they agreed to
// stays behind for a while when they are removed.
func (e *entra) exists(person string) bool {
	_, ok := e.people[person]
	return ok || e.people == nil
}

// readGrants reads what applications may do in people's names
// (https://learn.microsoft.com/graph/api/oauth2permissiongrant-list).
func (e *entra) readGrants(ctx context.Context) error {
	first := e.page(url.Values{}, "oauth2PermissionGrants")
	for g, err := range ask[models.OAuth2PermissionGrantable, models.OAuth2PermissionGrantCollectionResponseable](
		ctx, e.s.graph, first, models.CreateOAuth2PermissionGrantCollectionResponseFromDiscriminatorValue, permDirectory) {
		if err != nil {
			return err
		}
		if a := e.principals[text(g.GetClientId())]; a != nil && !a.microsoft {
			e.grant(a, g)
		}
	}
	return nil
}

func (e *entra) grant(a *entraApp, g models.OAuth2PermissionGrantable) {
	if person := text(g.GetPrincipalId()); person != "" {
		if !e.exists(person) {
			return
		}
		a.users[person] = true
	} else {
		a.widely = true
	}
	for name := range strings.FieldsSeq(text(g.GetScope())) {
		if !onlySignIn(name) {
			a.given[inventory.Connection{Kind: asPerson, Target: e.permission(text(g.GetResourceId()), name)}] = true
		}
	}
}

// onlySignIn reports whether a permission lets no more than sign in.
func onlySignIn(name string) bool {
	return slices.Contains([]string{"openid", "profile", "email", "offline_access"}, name)
}

// permission names a permission and who offers it.
func (e *entra) permission(resource, name string) string {
	if a := e.principals[resource]; a != nil && a.name != "" {
		return a.name + "/" + name
	}
	return name
}
