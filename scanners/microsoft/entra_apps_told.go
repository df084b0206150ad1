package microsoft

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// How an application is connected, as a Structure tells it.
const (
	asPerson  = "permission"             // what it may do in the name of who signed in
	asItself  = "application-permission" // what it may do by itself, everywhere
	notGiven  = "asked-permission"       // what it asks for and nobody has given
	leadsBack = "redirect"               // a host that sign-ins lead back to
	madeBy    = "publisher"              // who made it, as Microsoft verified
)

// The formats of the insides that listings tell.
const (
	formatOwn   = "entra-app"     // registered here
	formatOther = "entra-consent" // somebody else's, let in here
	formatAgent = "entra-agent"
)

// entraChange tells of one application. Its id is the application's, which
// registration and service principal share, and which stays when an
// application is let in anew.
func (s *Scanner) entraChange(ctx context.Context, p inventory.Place, a *entraApp) (inventory.Change, error) {
	asset := inventory.Asset{
		ID: inventory.NewAssetID(p, a.id), Tenant: p.Tenant, Place: p.ID, VendorID: a.id, Kind: a.kind(), Name: cmp.Or(a.name, a.id),
		URL: a.page(s.portal()), Created: a.created,
	}
	usage := inventory.Usage{Widely: a.widely, Facets: inventory.FacetSharing | inventory.FacetEditors}
	for _, owner := range a.owners {
		address, err := s.address(ctx, identity{id: owner})
		if err != nil {
			return inventory.Change{}, fmt.Errorf("who owns %s: %w", a.name, err)
		}
		if address != "" { // an application may be owned by another one
			a.users[owner] = true
			usage.Editors = append(usage.Editors, inventory.Editor{Address: address})
		}
	}
	if len(usage.Editors) > 0 {
		asset.Owner = usage.Editors[0].Address
	}
	usage.People = len(a.users)
	asset.Shared = a.widely || usage.People > 1
	if !a.ours {
		var err error
		if asset.CreatedBy, err = s.address(ctx, a.first); err != nil {
			return inventory.Change{}, fmt.Errorf("who uses %s: %w", a.name, err)
		}
		asset.Created = a.since
	}
	return told(asset, a.inside(), usage)
}

// told makes the change of what a listing alone tells. Its revision is made of
// all that was told, also of what is not kept: vendors give none.
func told(a inventory.Asset, inside inventory.Structure, usage inventory.Usage, more ...string) (inventory.Change, error) {
	body, err := json.Marshal([]any{a, inside, usage, more})
	if err != nil {
		return inventory.Change{}, fmt.Errorf("asset %s: %w", a.ID, err)
	}
	sum := sha256.Sum256(body)
	a.Revision = "t:" + hex.EncodeToString(sum[:16])
	return inventory.Change{ID: a.VendorID, Asset: &a, Inside: &inside, Usage: &usage}, nil
}

// kind leaves to be counted alone what nobody here has built or brought in:
// what is Microsoft's own, what Azure made for its machines, and what nobody
// can sign in to any more.
func (a *entraApp) kind() inventory.Kind {
	switch {
	case a.disabled || a.microsoft:
		return inventory.KindOther
	case a.agent:
		return inventory.KindAgent
	case a.service:
		return inventory.KindOther
	}
	return inventory.KindApp
}

func (a *entraApp) inside() inventory.Structure {
	st := inventory.EmptyStructure()
	st.Format, st.Depth = formatOther, inventory.DepthFull
	switch {
	case a.agent:
		st.Format = formatAgent
	case a.ours:
		st.Format = formatOwn
	}
	for c := range a.given {
		st.Connections = append(st.Connections, c)
	}
	for _, h := range a.hosts {
		st.Connections = append(st.Connections, inventory.Connection{Kind: leadsBack, Target: h})
	}
	if a.publisher != "" {
		st.Connections = append(st.Connections, inventory.Connection{Kind: madeBy, Target: a.publisher})
	}
	sortConnections(st.Connections)
	return st
}

func sortConnections(all []inventory.Connection) {
	slices.SortFunc(all, func(a, b inventory.Connection) int {
		return cmp.Or(strings.Compare(a.Kind, b.Kind), strings.Compare(a.Target, b.Target))
	})
}

// leadsTo keeps the hosts of addresses: what follows them may carry anything.
func (a *entraApp) leadsTo(addresses []string) {
	for _, address := range addresses {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Hostname() == "" {
			continue
		}
		if host := strings.ToLower(u.Hostname()); !slices.Contains(a.hosts, host) {
			a.hosts = append(a.hosts, host)
		}
	}
}

// page is where an administrator sees the application.
func (a *entraApp) page(portal string) string {
	if a.ours || a.principal == "" {
		return portal + "/#view/Microsoft_AAD_RegisteredApps/ApplicationMenuBlade/~/Overview/appId/" + url.PathEscape(a.id)
	}
	return portal + "/#view/Microsoft_AAD_IAM/ManagedAppMenuBlade/~/Overview/objectId/" + url.PathEscape(a.principal) + "/appId/" + url.PathEscape(a.id)
}

// portal is where the directory is looked after
// (https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud).
func (s *Scanner) portal() string {
	host := s.graph.base.Hostname()
	switch {
	case wire.Loopback(s.graph.base.Host):
		return "https://entra.example" // an emulator has none
	case strings.HasSuffix(host, ".us"):
		return "https://portal.azure.us"
	case strings.HasSuffix(host, ".cn"):
		return "https://portal.azure.cn"
	}
	return "https://entra.microsoft.com"
}

// microsoftTenants are the directories that Microsoft's own applications are
// registered in; see findMicrosoft for other clouds.
func microsoftTenants() []string {
	return []string{"f8cdef31-a31e-4b4a-93e4-5f571e91255a", "72f988bf-86f1-41af-91ab-2d7cd011db47"}
}

func publisher(v models.VerifiedPublisherable) string {
	if v == nil {
		return ""
	}
	return text(v.GetDisplayName())
}

// peopleKnown is the directory's addresses by id, or nil where it must not be
// read, which Accounts reports.
func (s *Scanner) peopleKnown(ctx context.Context) (map[string]string, error) {
	known, err := s.known(ctx)
	if errors.Is(err, inventory.ErrNotPermitted) {
		return nil, nil
	}
	return known, err
}

// id is the text of an id that may be absent.
func id[T fmt.Stringer](v *T) string {
	if v == nil {
		return ""
	}
	return (*v).String()
}
