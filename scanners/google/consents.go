package google

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	admin "google.golang.org/api/admin/directory/v1"
	reports "google.golang.org/api/admin/reports/v1"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// consents lists the apps that people of the domain let at their data: what the audit log tells of the last 180 days or, where that is
// switched on, what holds now.
func (s *Scanner) consents() feature {
	e, wants := s.o.Endpoints.withDefaults(), s.o.Features
	f := feature{
		on:     wants.TokenAudit || wants.OAuthTokens,
		of:     []inventory.PlaceKind{inventory.PlaceConsents},
		places: s.consentPlaces,
		pages:  s.consentPages,
	}
	if wants.TokenAudit {
		f.needs = append(f.needs, scanners.Need{Feature: "token audit", Name: reports.AdminReportsAuditReadonlyScope,
			Purpose: "which apps people gave access to their data in the last 180 days, with which rights, and how many people; asked for in the administrator's name",
			Cost:    "apps that people connected to their accounts stay unseen, AppSheet apps and scripts inside spreadsheets among them"})
		f.reads = append(f.reads, admits(e.Reports, auditPath))
		f.limits = append(f.limits, quota{path: auditPath, project: auditReads})
	}
	if wants.OAuthTokens {
		f.needs = append(f.needs, scanners.Need{Feature: "oauth tokens", Name: admin.AdminDirectoryUserSecurityScope,
			Purpose: "which apps hold access to people's data now, however long ago it was given. Google has no read-only scope for this: this one could also take an app's access away, " +
				"which no request of ours can do, since they all pass a guard that only lets reads out",
			Cost: "no app that people gave access is seen while the feature is on, not even one that the audit log tells of"})
		f.reads = append(f.reads, admits(e.Directory, "admin/directory/v1/users/*/tokens"))
	}
	return f
}

const (
	auditPath  = "admin/reports/v1/activity/users/all/applications/token"
	auditReads = 2400                 // a minute; https://developers.google.com/workspace/admin/reports/v1/limits
	auditReach = 180 * 24 * time.Hour // how far back the log goes
)

// consentsPlace is the id of the one place there is of this kind.
const consentsPlace = "consents"

func (s *Scanner) consentPlaces(context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		yield(inventory.Place{
			Tenant: s.o.Tenant, ID: consentsPlace, Kind: inventory.PlaceConsents, Name: "Apps with access to people's data",
			URL: "https://admin.google.com/ac/owl",
		}, nil)
	}
}

// consentPages lists from scratch each time what holds now. The log forgets: an app that it does not name any more may have been let in
// before it begins. So what it tells after the first listing is told as changes, and what is stored of other apps stays.
func (s *Scanner) consentPages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	if s.o.Features.OAuthTokens || since != seenWhole {
		return s.knownConsents(ctx, p, since, false)
	}
	return func(yield func(inventory.Page, error) bool) {
		for page, err := range s.knownConsents(ctx, p, "", true) {
			if page.Full = false; !page.Complete {
				page.Next = since // one that is cut starts again
			}
			if !yield(page, err) {
				return
			}
		}
	}
}

// knownConsents yields the apps that somebody let in; on request also, as removed, those that all whom the log tells of took it back from.
func (s *Scanner) knownConsents(ctx context.Context, p inventory.Place, since inventory.Cursor, takenBack bool) iter.Seq2[inventory.Page, error] {
	return relist(ctx, p, since, s.o.PageSize, func(yield func(inventory.Change, error) bool) {
		all := apps{}
		err := s.collect(ctx, all)
		if err != nil {
			yield(inventory.Change{}, err)
			return
		}
		for _, id := range slices.Sorted(maps.Keys(all)) {
			change := inventory.Change{ID: id, Removed: true}
			if a := all[id]; len(a.people) > 0 {
				change = a.change(p, id, s.o.Reader)
			}
			if (takenBack || !change.Removed) && !yield(change, nil) {
				return
			}
		}
	})
}

// collect fills in all apps that are known, from what is switched on.
func (s *Scanner) collect(ctx context.Context, all apps) error {
	if s.o.Features.TokenAudit {
		if err := s.audit(ctx, all); err != nil {
			return err
		}
	}
	if s.o.Features.OAuthTokens {
		return s.heldTokens(ctx, all)
	}
	return nil
}

// Apps are those that people let at their data, by the id of their client.
type apps map[string]*app

// An app is one of them.
type app struct {
	name   string
	scopes map[string]bool
	people map[string]consent // by folded address
	full   bool               // there are more people than are counted
	first  string             // who gave it access before the others, as far as the log goes
	since  time.Time          // when
	older  bool               // somebody gave it access before the log begins
	last   time.Time          // when somebody last did
}

// A consent is what one person did about an app.
type consent struct {
	given time.Time
	times int
}

// peopleCounted bounds the memory for an app that the whole domain uses. Of one with more people, the count is the least there are.
const peopleCounted = 1000

func (a apps) of(id string) *app {
	if a[id] == nil {
		a[id] = &app{scopes: map[string]bool{}, people: map[string]consent{}}
	}
	return a[id]
}

// give notes that somebody gave an app access.
func (a *app) give(who string, at time.Time) {
	if !a.count(who, at) {
		return
	}
	if at.After(a.last) {
		a.last = at
	}
	if a.first == "" || at.Before(a.since) {
		a.first, a.since = who, at
	}
}

// hold notes that an app holds access that somebody gave it, at a time that nobody knows.
func (a *app) hold(who string) {
	if _, known := a.people[inventory.FoldAddress(who)]; !known {
		counted := a.count(who, time.Time{})
		a.older = a.older || counted
	}
}

// count adds somebody to an app's people, unless there are too many of them.
func (a *app) count(who string, at time.Time) bool {
	key := inventory.FoldAddress(who)
	c, known := a.people[key]
	if !known && len(a.people) >= peopleCounted {
		a.full = true
		return false
	}
	c.times++
	if at.After(c.given) {
		c.given = at
	}
	a.people[key] = c
	return true
}

// take notes that somebody took it back, unless they gave it again after that.
func (a *app) take(who string, at time.Time) {
	key := inventory.FoldAddress(who)
	if c, ok := a.people[key]; ok && !c.given.After(at) {
		delete(a.people, key)
	}
}

// change is an app as the inventory knows it. The listing tells all there is to know.
func (a *app) change(p inventory.Place, id string, reader int) inventory.Change {
	st := a.inside(reader)
	asset := inventory.Asset{
		ID: inventory.NewAssetID(p, id), Tenant: p.Tenant, Place: p.ID, VendorID: id, Kind: inventory.KindApp,
		Name: cmp.Or(a.name, id), Revision: a.revision(st), Created: a.since, Modified: a.last, Shared: len(a.people) > 1,
	}
	if st.Format == formatScript && !a.older {
		asset.CreatedBy = a.first // nobody but its maker runs a script before they share it
	}
	return inventory.Change{ID: id, Asset: &asset, Inside: &st, Usage: a.usage()}
}

// The formats of apps, by what they are made with.
const (
	formatApp    = "oauth-app"
	formatSheet  = "appsheet"
	formatScript = "apps-script"
)

func (a *app) inside(reader int) inventory.Structure {
	st := inventory.EmptyStructure()
	st.Format, st.Depth, st.Reader = a.format(), inventory.DepthFull, reader
	for _, scope := range slices.Sorted(maps.Keys(a.scopes)) {
		if len(st.Connections) == maxSources {
			break
		}
		st.Connections = append(st.Connections, permission(scope))
	}
	return st
}

// format tells AppSheet by its name, under which all of its apps ask, and scripts by scopes that only they can have.
func (a *app) format() string {
	if strings.EqualFold(a.name, "AppSheet") {
		return formatSheet
	}
	for scope := range a.scopes {
		short := strings.TrimPrefix(scope, scopeAddress)
		if strings.HasPrefix(short, "script.") || strings.HasSuffix(short, ".currentonly") {
			return formatScript
		}
	}
	return formatApp
}

// scopeAddress is what Google's newer scopes begin with.
const scopeAddress = "https://www.googleapis.com/auth/"

// permission is a scope as people can read it: Google/drive.readonly; of older ones, which are addresses, the host and the path.
func permission(scope string) inventory.Connection {
	short, google := strings.CutPrefix(scope, scopeAddress)
	if !google {
		short = strings.Trim(strings.TrimPrefix(scope, "https://"), "/")
	}
	return inventory.Connection{Kind: kindPermission, Target: "Google/" + short}
}

// revision is another when the app is called otherwise or may do something else.
func (a *app) revision(st inventory.Structure) string {
	h := sha256.New()
	h.Write([]byte(a.name))
	for _, c := range st.Connections {
		h.Write([]byte("\n" + c.Target))
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// peopleNamed is how many people of an app are named, those who gave it access last: its makers are among the few who use it, if
// anybody here made it. An app with more people than that is a product.
const peopleNamed = 20

func (a *app) usage() *inventory.Usage {
	u := &inventory.Usage{People: len(a.people), Widely: a.full, Facets: inventory.FacetSharing | inventory.FacetEditors}
	if len(a.people) > peopleNamed {
		return u
	}
	for address, c := range a.people {
		u.Editors = append(u.Editors, inventory.Editor{Address: address, Edits: c.times, Last: c.given})
	}
	slices.SortFunc(u.Editors, func(a, b inventory.Editor) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Address, b.Address))
	})
	return u
}
