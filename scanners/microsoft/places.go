package microsoft

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/sites"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/desirepath/desirepath/inventory"
)

// Places implements scanners.Scanner: the libraries of all sites and subsites,
// their lists, and everybody's OneDrive, which is the library of a personal
// site; then those of each feature that is switched on. What cannot be read is
// told at the end; the others are not lost to it.
func (s *Scanner) Places(ctx context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		s.directory.forget()
		w := &walk{s: s, seen: map[string]bool{}, roots: map[string]string{}, active: s.activity(ctx)}
		for _, places := range s.sources(w) {
			for p, err := range places(ctx) {
				if err != nil {
					w.failed = append(w.failed, err)
				} else if !yield(p, nil) {
					return
				}
			}
		}
		if len(w.failed) > 0 {
			named := w.failed[:min(len(w.failed), 3)]
			yield(inventory.Place{}, fmt.Errorf("%d parts of the listing of places could not be read: %w", len(w.failed), errors.Join(named...)))
		}
	}
}

// sources are all that have places: the walk through the sites, and each
// feature that is switched on.
func (s *Scanner) sources(w *walk) []func(context.Context) iter.Seq2[inventory.Place, error] {
	all := []func(context.Context) iter.Seq2[inventory.Place, error]{w.places}
	for _, f := range s.features() {
		if f.on {
			all = append(all, f.places)
		}
	}
	return all
}

// A walk goes through the sites of a tenant once.
type walk struct {
	s        *Scanner
	seen     map[string]bool   // ids of sites and drives
	active   activity          // when places were last used, if that is known
	personal bool              // the listing of sites has personal ones
	nested   bool              // and subsites, so that no site need be asked for its own
	roots    map[string]string // of the site collections that the listing has shown, the site that came first
	failed   []error
}

// A visit is what a site holds.
type visit struct {
	places   []inventory.Place
	subsites []models.Siteable
	err      error
}

func (w *walk) places(ctx context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		var batch []models.Siteable
		for site, err := range w.s.allSites(ctx) {
			if err != nil {
				if !yield(inventory.Place{}, fmt.Errorf("sites: %w", err)) {
					return
				}
				continue
			}
			w.note(site)
			if batch = append(batch, site); len(batch) == 4*w.s.o.Parallel {
				if !w.visitAll(ctx, batch, yield) {
					return
				}
				batch = nil
			}
		}
		if w.visitAll(ctx, batch, yield) && !w.personal {
			w.oneDrives(ctx, yield)
		}
	}
}

// note learns from the listing of sites whether it has subsites: then two of
// its sites are of one collection, which the second part of a site's id names.
// Microsoft does not say whether it has them. Where it does, nobody is asked;
// where it does not, each site is, at 2 units. Asking for twenty in a $batch
// would cost the same: what is inside counts, and units, not round trips, are
// what there is little of.
func (w *walk) note(site models.Siteable) {
	parts := strings.Split(text(site.GetId()), ",")
	if len(parts) != 3 || isPersonal(site) {
		return
	}
	id, collection := text(site.GetId()), parts[1]
	if first, known := w.roots[collection]; !known {
		w.roots[collection] = id
	} else if first != id {
		w.nested = true
	}
}

// visitAll yields the places of sites, and of the sites below them.
func (w *walk) visitAll(ctx context.Context, batch []models.Siteable, yield func(inventory.Place, error) bool) bool {
	for len(batch) > 0 {
		var below []models.Siteable
		for _, v := range w.visits(ctx, batch) {
			if v.err != nil && !yield(inventory.Place{}, v.err) {
				return false
			}
			for _, p := range v.places {
				if p.Kind == inventory.PlaceOneDrive {
					w.personal = true
				}
				if w.first(p.ID) && !yield(p, nil) {
					return false
				}
			}
			below = append(below, v.subsites...)
		}
		batch = below
	}
	return true
}

// first reports whether an id is met for the first time.
func (w *walk) first(id string) bool {
	known := w.seen[id]
	w.seen[id] = true
	return !known
}

// visits asks for several sites at once and keeps their order.
func (w *walk) visits(ctx context.Context, batch []models.Siteable) []visit {
	out, nested := make([]visit, len(batch)), w.nested
	slots := make(chan struct{}, w.s.o.Parallel)
	var wg sync.WaitGroup
	for i, site := range batch {
		if !w.first("site " + text(site.GetId())) {
			continue
		}
		w.personal = w.personal || isPersonal(site)
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			out[i] = w.s.visit(ctx, site, !nested)
			w.active.stamp(site, out[i].places)
		})
	}
	wg.Wait()
	return out
}

// geo is where a tenant of several geographies keeps a site.
func geo(site models.Siteable) string {
	if site.GetSiteCollection() == nil {
		return ""
	}
	return text(site.GetSiteCollection().GetDataLocationCode())
}

func isPersonal(site models.Siteable) bool { return yes(site.GetIsPersonalSite()) }

// visit reads the drives of a site and its subsites. Personal sites have none
// of the latter, and what lists are in them is their person's own.
func (s *Scanner) visit(ctx context.Context, site models.Siteable, below bool) visit {
	var v visit
	v.places, v.err = s.siteDrives(ctx, site)
	if v.err == nil && s.o.Features.Lists && !isPersonal(site) {
		v.places = append(v.places, s.listsPlace(site))
	}
	if v.err == nil && below && !isPersonal(site) {
		v.subsites, v.err = collect(explained(s.subsites(ctx, text(site.GetId())), permSites))
	}
	if errors.Is(v.err, errGone) {
		return visit{places: v.places} // it was deleted while we were listing
	}
	if v.err != nil {
		v.err = fmt.Errorf("site %s: %w", text(site.GetDisplayName()), v.err)
	}
	return v
}

func (s *Scanner) siteDrives(ctx context.Context, site models.Siteable) ([]inventory.Place, error) {
	get := func(link string) (models.DriveCollectionResponseable, error) {
		all := sites.NewItemDrivesRequestBuilderInternal(map[string]string{"site%2Did": text(site.GetId())}, s.graph.adapter)
		if link != "" {
			return all.WithUrl(link).Get(ctx, nil)
		}
		return all.Get(ctx, &sites.ItemDrivesRequestBuilderGetRequestConfiguration{
			QueryParameters: &sites.ItemDrivesRequestBuilderGetQueryParameters{Select: driveFields()}})
	}
	var out []inventory.Place
	for d, err := range explained(list[models.Driveable](s.graph, get), permFiles) {
		if err != nil {
			return out, err
		}
		p, err := s.place(ctx, d, site)
		if err != nil {
			return out, err
		}
		out = append(out, p)
	}
	return out, nil
}

func driveFields() []string { return []string{"id", "name", "driveType", "webUrl", "owner", "quota"} }

// place names a drive. A OneDrive whose owner cannot be told for now is an
// error: exclusions by person would not hold for it.
func (s *Scanner) place(ctx context.Context, d models.Driveable, site models.Siteable) (inventory.Place, error) {
	p := inventory.Place{Tenant: s.o.Tenant, ID: text(d.GetId()), Kind: inventory.PlaceLibrary, Name: text(d.GetName()), URL: text(d.GetWebUrl())}
	if site != nil {
		p.Site, p.Geo = text(site.GetWebUrl()), geo(site)
	}
	if site != nil && !isPersonal(site) && text(d.GetDriveType()) != "business" {
		p.Name = text(site.GetDisplayName()) + " / " + p.Name
		return p, nil
	}
	p.Kind = inventory.PlaceOneDrive
	owner, name := driveOwner(d)
	if name != "" {
		p.Name = "OneDrive of " + name
	}
	if owner.address == "" && owner.id != "" {
		known, err := s.known(ctx)
		if err != nil {
			return p, fmt.Errorf("who owns it: %w", err)
		}
		owner.address = known[owner.id]
	}
	p.Owner = owner.address
	return p, nil
}

func driveOwner(d models.Driveable) (who identity, name string) {
	if d.GetOwner() == nil || d.GetOwner().GetUser() == nil {
		return identity{}, ""
	}
	u := d.GetOwner().GetUser()
	return identity{id: text(u.GetId()), address: extra(u.GetAdditionalData(), "email")}, text(u.GetDisplayName())
}

// extra is a text that the service sends although its schema has no such property.
func extra(data map[string]any, name string) string {
	switch v := data[name].(type) {
	case *string:
		return text(v)
	case string:
		return v
	default:
		return ""
	}
}

func (s *Scanner) allSites(ctx context.Context) iter.Seq2[models.Siteable, error] {
	get := func(link string) (sites.GetAllSitesGetResponseable, error) {
		all := sites.NewGetAllSitesRequestBuilderInternal(map[string]string{}, s.graph.adapter)
		if link != "" {
			return all.WithUrl(link).GetAsGetAllSitesGetResponse(ctx, nil)
		}
		return all.GetAsGetAllSitesGetResponse(ctx, &sites.GetAllSitesRequestBuilderGetRequestConfiguration{
			QueryParameters: &sites.GetAllSitesRequestBuilderGetQueryParameters{Select: siteFields()}})
	}
	return explained(list[models.Siteable](s.graph, get), permSites)
}

func (s *Scanner) subsites(ctx context.Context, site string) iter.Seq2[models.Siteable, error] {
	get := func(link string) (models.SiteCollectionResponseable, error) {
		all := sites.NewItemSitesRequestBuilderInternal(map[string]string{"site%2Did": site}, s.graph.adapter)
		if link != "" {
			return all.WithUrl(link).Get(ctx, nil)
		}
		return all.Get(ctx, &sites.ItemSitesRequestBuilderGetRequestConfiguration{
			QueryParameters: &sites.ItemSitesRequestBuilderGetQueryParameters{Select: siteFields()}})
	}
	return list[models.Siteable](s.graph, get)
}

func siteFields() []string {
	return []string{"id", "displayName", "webUrl", "isPersonalSite", "siteCollection"}
}

// oneDrives asks for the OneDrive of everybody with a licence. It is for
// tenants whose listing of sites has no personal ones, and not for others:
// asking for what is not there gets the caller throttled.
func (w *walk) oneDrives(ctx context.Context, yield func(inventory.Place, error) bool) {
	for u, err := range w.s.users(ctx) {
		if err != nil {
			yield(inventory.Place{}, fmt.Errorf("directory: %w", err))
			return
		}
		if len(u.GetAssignedLicenses()) == 0 {
			continue
		}
		p, err := w.s.oneDrive(ctx, u)
		if errors.Is(err, errGone) || err == nil && !w.first(p.ID) {
			continue
		}
		p.Active = w.active.of(p)
		if !yield(p, err) {
			return
		}
	}
}

func (s *Scanner) oneDrive(ctx context.Context, u models.Userable) (inventory.Place, error) {
	d, err := fresh(func() (models.Driveable, error) {
		one := users.NewItemDriveRequestBuilderInternal(map[string]string{"user%2Did": text(u.GetId())}, s.graph.adapter)
		return one.Get(ctx, &users.ItemDriveRequestBuilderGetRequestConfiguration{
			QueryParameters: &users.ItemDriveRequestBuilderGetQueryParameters{Select: driveFields()}})
	})
	if err != nil {
		return inventory.Place{}, fmt.Errorf("the OneDrive of a person: %w", explain(err, permFiles))
	}
	return s.place(ctx, d, nil)
}

// collect gathers a short sequence.
func collect[T any](seq iter.Seq2[T, error]) ([]T, error) {
	var out []T
	for v, err := range seq {
		if err != nil {
			return out, err
		}
		out = append(out, v)
	}
	return out, nil
}
