package microsoft

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/microsoftgraph/msgraph-sdk-go/drives"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/desirepath/desirepath/inventory"
)

// Observe implements scanners.Observer: who a file is shared with, at 5 units,
// and who edited it, at 2. What applications did, ours among them, never counts.
// Of apps and reports the listing tells what there is to know.
func (s *Scanner) Observe(ctx context.Context, p inventory.Place, a inventory.Asset, want inventory.Facets) (inventory.Usage, error) {
	if a.Kind == inventory.KindList {
		return s.observeList(a, want), nil
	}
	if p.Kind != inventory.PlaceLibrary && p.Kind != inventory.PlaceOneDrive {
		return inventory.Usage{}, fmt.Errorf("asset %s: %w: of what is no file, nothing more is told of who uses it", a.ID, inventory.ErrUnreadable)
	}
	u := inventory.Usage{Revision: a.Revision, Observed: s.o.Now(), Facets: want & (inventory.FacetSharing | inventory.FacetEditors)}
	people := map[string]bool{}
	var err error
	if want&inventory.FacetEditors != 0 {
		u.Editors, err = s.editors(ctx, p, a, people)
	}
	if err == nil && want&inventory.FacetSharing != 0 {
		u.Widely, err = s.sharing(ctx, p, a, people)
	}
	if errors.Is(err, errGone) {
		err = fmt.Errorf("%w: %w", inventory.ErrStale, err)
	}
	if err != nil {
		return inventory.Usage{}, fmt.Errorf("asset %s: %w", a.ID, err)
	}
	u.People = len(people)
	return u, nil
}

// observeList tells who made a list and who changed it last, which the listing
// told already. Who edits its items, and how many there are, stands with the
// items alone. The permission would let us read them; we said that we read no
// item of a list, and keep to it.
func (s *Scanner) observeList(a inventory.Asset, want inventory.Facets) inventory.Usage {
	u := inventory.Usage{Revision: a.Revision, Observed: s.o.Now(), Facets: want & (inventory.FacetSharing | inventory.FacetEditors)}
	u.Widely = want&inventory.FacetSharing != 0 // with whoever may see the site
	for _, e := range []inventory.Editor{{Address: a.ModifiedBy, Edits: 1, Last: a.Modified}, {Address: a.CreatedBy, Edits: 1, Last: a.Created}} {
		key := inventory.FoldAddress(e.Address)
		known := slices.ContainsFunc(u.Editors, func(o inventory.Editor) bool { return inventory.FoldAddress(o.Address) == key })
		if key == "" || known {
			continue
		}
		u.People++
		if want&inventory.FacetEditors != 0 {
			u.Editors = append(u.Editors, e)
		}
	}
	return u
}

// editors counts the versions of a file by who saved them.
func (s *Scanner) editors(ctx context.Context, p inventory.Place, a inventory.Asset, people map[string]bool) ([]inventory.Editor, error) {
	by := map[string]*inventory.Editor{}
	for v, err := range s.versions(ctx, p, a) {
		if err != nil {
			return nil, err
		}
		address, err := s.addressOf(ctx, v.GetLastModifiedBy())
		if err != nil {
			return nil, err
		}
		if address == "" {
			continue
		}
		key := inventory.FoldAddress(address)
		if by[key] == nil {
			by[key] = &inventory.Editor{Address: address}
		}
		people[key] = true
		by[key].Edits++
		by[key].Last = latest(by[key].Last, v.GetLastModifiedDateTime())
	}
	out := make([]inventory.Editor, 0, len(by))
	for _, e := range by {
		out = append(out, *e)
	}
	slices.SortFunc(out, func(a, b inventory.Editor) int {
		return cmp.Or(b.Last.Compare(a.Last), strings.Compare(a.Address, b.Address))
	})
	return out, nil
}

func latest(a time.Time, b *time.Time) time.Time {
	if b != nil && b.After(a) {
		return b.UTC()
	}
	return a
}

// sharing notes the people that permissions name, and reports whether others
// are let in whom nobody counted: by a link, or by a group.
func (s *Scanner) sharing(ctx context.Context, p inventory.Place, a inventory.Asset, people map[string]bool) (widely bool, err error) {
	for perm, err := range s.permissions(ctx, p, a) {
		if err != nil {
			return false, err
		}
		if link := perm.GetLink(); link != nil && text(link.GetScope()) != "users" {
			widely = true
		}
		named := perm.GetGrantedToIdentitiesV2()
		if one := perm.GetGrantedToV2(); one != nil {
			named = append(named, one)
		}
		for _, who := range named {
			key, group, err := s.grantee(ctx, who)
			if err != nil {
				return false, err
			}
			widely = widely || group
			if key != "" {
				people[key] = true
			}
		}
	}
	return widely, nil
}

// grantee tells a person by a key that is the same wherever they turn up, or
// that it is not one person.
func (s *Scanner) grantee(ctx context.Context, who models.SharePointIdentitySetable) (key string, group bool, err error) {
	if who.GetGroup() != nil || who.GetSiteGroup() != nil {
		return "", true, nil
	}
	if u := who.GetUser(); u != nil {
		address, err := s.addressOf(ctx, who)
		if err != nil || address != "" {
			return inventory.FoldAddress(address), false, err
		}
	}
	if site := who.GetSiteUser(); site != nil {
		address := loginAddress(text(site.GetLoginName()))
		return inventory.FoldAddress(address), address == "", nil
	}
	if u := who.GetUser(); u != nil && text(u.GetId()) != "" {
		return "id " + text(u.GetId()), false, nil
	}
	return "", false, nil // an application, or a device
}

// loginAddress takes the address out of a SharePoint login such as
// "i:0#.f|membership|ada@example.com". The logins of groups have none.
func loginAddress(login string) string {
	parts := strings.Split(login, "|")
	if last := parts[len(parts)-1]; len(parts) == 3 && parts[1] == "membership" && strings.Contains(last, "@") {
		return last
	}
	return ""
}

// addressOf tells the address of the person in an identity set.
func (s *Scanner) addressOf(ctx context.Context, set models.IdentitySetable) (string, error) {
	if set == nil || set.GetUser() == nil {
		return "", nil
	}
	u := set.GetUser()
	return s.address(ctx, identity{id: text(u.GetId()), address: extra(u.GetAdditionalData(), "email")})
}

func itemKeys(p inventory.Place, a inventory.Asset) map[string]string {
	return map[string]string{"drive%2Did": p.ID, "driveItem%2Did": a.VendorID}
}

func (s *Scanner) permissions(ctx context.Context, p inventory.Place, a inventory.Asset) iter.Seq2[models.Permissionable, error] {
	get := func(link string) (models.PermissionCollectionResponseable, error) {
		all := drives.NewItemItemsItemPermissionsRequestBuilderInternal(itemKeys(p, a), s.graph.adapter)
		if link != "" {
			return all.WithUrl(link).Get(ctx, nil)
		}
		return all.Get(ctx, nil)
	}
	return explained(list[models.Permissionable](s.graph, get), permFiles)
}

func (s *Scanner) versions(ctx context.Context, p inventory.Place, a inventory.Asset) iter.Seq2[models.DriveItemVersionable, error] {
	get := func(link string) (models.DriveItemVersionCollectionResponseable, error) {
		all := drives.NewItemItemsItemVersionsRequestBuilderInternal(itemKeys(p, a), s.graph.adapter)
		if link != "" {
			return all.WithUrl(link).Get(ctx, nil)
		}
		return all.Get(ctx, &drives.ItemItemsItemVersionsRequestBuilderGetRequestConfiguration{
			QueryParameters: &drives.ItemItemsItemVersionsRequestBuilderGetQueryParameters{
				Select: []string{"id", "lastModifiedBy", "lastModifiedDateTime"}}})
	}
	return explained(list[models.DriveItemVersionable](s.graph, get), permFiles)
}
