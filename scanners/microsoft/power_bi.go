package microsoft

import (
	"context"
	"fmt"
	"iter"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// The admin interface of Power BI
// (https://learn.microsoft.com/rest/api/power-bi/admin).
const (
	powerBIPath    = "/v1.0/myorg/admin"
	workspacesPath = powerBIPath + "/groups"
	modifiedPath   = powerBIPath + "/workspaces/modified"
	getInfoPath    = powerBIPath + "/workspaces/getInfo" // a POST, for the ids that it carries: it begins a scan and changes nothing
)

func scanStatusPath(id string) string { return powerBIPath + "/workspaces/scanStatus/" + id }
func scanResultPath(id string) string { return powerBIPath + "/workspaces/scanResult/" + id }

// powerBIClouds are where the clouds have it
// (https://learn.microsoft.com/power-bi/developer/embedded/embed-sample-for-customers-national-clouds).
func powerBIClouds() map[string]hosted {
	return map[string]hosted{
		public:                            {"api.powerbi.com", "https://analysis.windows.net/powerbi/api/.default"},
		"graph.microsoft.us":              {"api.high.powerbigov.us", "https://high.analysis.usgovcloudapi.net/powerbi/api/.default"},
		"dod-graph.microsoft.us":          {"api.mil.powerbigov.us", "https://mil.analysis.usgovcloudapi.net/powerbi/api/.default"},
		"microsoftgraph.chinacloudapi.cn": {"api.powerbi.cn", "https://analysis.chinacloudapi.cn/powerbi/api/.default"},
	}
}

// powerBILimits are our share of the limits of each request, by the hour. They
// are the tenant's, so that others may have used some.
func powerBILimits(share float64) []wire.Limit {
	return []wire.Limit{
		hourly(50, share, workspacesPath), hourly(30, share, modifiedPath), hourly(500, share, getInfoPath),
		hourly(10000, share, scanStatusPath("*")), hourly(500, share, scanResultPath("*")),
	}
}

// powerBI lists the reports of each workspace with the models behind them, by
// the admin scanner. People's own workspaces are left out.
func (s *Scanner) powerBI() feature {
	return feature{
		on: s.o.Features.PowerBI, needs: []scanners.Need{powerBINeed()}, kinds: []inventory.PlaceKind{inventory.PlaceWorkspace},
		places: s.workspaces, pages: s.workspacePages, check: s.checkPowerBI,
	}
}

func powerBINeed() scanners.Need {
	return scanners.Need{Feature: "power bi", Name: "read-only admin APIs of Power BI",
		Purpose: "list workspaces with their reports, the names of the tables and columns of models, the servers and databases they read, and how many people may see them; no row of data, no query and no expression",
		Cost:    "no report or model of Power BI is seen",
		Grant: "in the Fabric admin portal, under Tenant settings > Admin API settings, switch on \"Service principals can access read-only admin APIs\" " +
			"for a security group that holds the application; \"Enhance admin APIs responses with detailed metadata\" beside it shows tables and columns. " +
			"The application must hold no permission of the Power BI Service that needs an administrator's consent: with one, it is refused"}
}

// checkPowerBI asks for one workspace, and looks whether the token holds what
// it must not.
func (s *Scanner) checkPowerBI(ctx context.Context) []scanners.Check {
	c := s.power[atPowerBI]
	var page workspacePage
	checks := []scanners.Check{c.check(powerBINeed(), c.get(ctx, workspacesPath, workspaceQuery(1, 0), &page))}
	if c.scope == "" {
		return checks // an emulator's token is Graph's
	}
	token, err := s.o.Tokens.GetAuthorizationToken(ctx, c.base, nil)
	if err != nil {
		return checks // the first check says so
	}
	return append(checks, barredRoles(token)...)
}

// barredRoles are permissions for which the admin interface refuses an
// application.
func barredRoles(token string) []scanners.Check {
	held, err := roles(token)
	if err != nil {
		return nil
	}
	var checks []scanners.Check
	for _, role := range held {
		state := scanners.Failed
		if !readOnly(role) {
			state = scanners.Excess
		}
		checks = append(checks, scanners.Check{Feature: "power bi", Need: "not " + role, State: state,
			Found: "the application holds " + role + " of the Power BI Service", Cost: "its admin APIs refuse an application that holds it",
			Remedy: "take it back on the app registration's page \"API permissions\", and its consent with it"})
	}
	return checks
}

type workspacePage struct {
	Value []struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	} `json:"value"`
}

// workspaceTop is how many workspaces are asked for at once, the most there is.
const workspaceTop = 5000

func workspaceQuery(top, skip int) url.Values {
	return url.Values{"$top": {strconv.Itoa(top)}, "$skip": {strconv.Itoa(skip)}, "$filter": {"type eq 'Workspace' and state eq 'Active'"}}
}

// workspaces lists them by name, before anything of what is in them is asked
// for: exclusions go by names.
func (s *Scanner) workspaces(ctx context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		s.scans.begin(s.o.Now())
		seen := map[string]bool{}
		for skip := 0; ; skip += workspaceTop {
			var page workspacePage
			if err := s.power[atPowerBI].get(ctx, workspacesPath, workspaceQuery(workspaceTop, skip), &page); err != nil {
				yield(inventory.Place{}, fmt.Errorf("workspaces of Power BI: %w", err))
				return
			}
			for _, p := range s.workspacePlaces(page, seen) {
				if !yield(p, nil) {
					return
				}
			}
			if len(page.Value) < workspaceTop {
				return
			}
		}
	}
}

// workspacePlaces are those of a page that were not told before: a workspace
// that is made meanwhile moves the others along. Which of them may be scanned
// is noted before the first of them is asked for.
func (s *Scanner) workspacePlaces(page workspacePage, seen map[string]bool) []inventory.Place {
	var out []inventory.Place
	for _, w := range page.Value {
		if w.ID == "" || seen[w.ID] {
			continue
		}
		seen[w.ID] = true
		p := inventory.Place{Tenant: s.o.Tenant, ID: w.ID, Kind: inventory.PlaceWorkspace, Name: w.Name, URL: workspaceURL(w.ID)}
		if s.o.Excluded != nil && !s.o.Excluded(p) {
			s.scans.expect(w.ID)
		}
		out = append(out, p)
	}
	return out
}

func workspaceURL(id string) string { return "https://app.powerbi.com/groups/" + id }

// A workspace's cursor is when the listing began that it was last scanned in.
const scannedMark = "scanned:"

// workspacePages scans a workspace if it was modified since its cursor. What
// changed in it is not told, so that it is listed from scratch.
func (s *Scanner) workspacePages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	if since == "" {
		return s.scannedPages(ctx, p)
	}
	return func(yield func(inventory.Page, error) bool) {
		again, err := s.modified(ctx, p.ID, since)
		switch {
		case err != nil:
			yield(inventory.Page{}, fmt.Errorf("%s: which workspaces changed: %w", p.Name, err))
		case again:
			yield(inventory.Page{}, fmt.Errorf("%s: it is scanned again: %w", p.Name, scanners.ErrCursorExpired))
		default:
			s.scans.drop(p.ID)
			yield(inventory.Page{Next: s.scans.cursor(), Complete: true}, nil)
		}
	}
}

// scannedPages are a listing from scratch, with a cursor at its end.
func (s *Scanner) scannedPages(ctx context.Context, p inventory.Place) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		for page, err := range relist(ctx, p, "", s.o.PageSize, s.workspace(ctx, p)) {
			if page.Complete {
				page.Next = s.scans.cursor()
			}
			if !yield(page, err) {
				return
			}
		}
	}
}

// workspace yields what a scan found in a workspace.
func (s *Scanner) workspace(ctx context.Context, p inventory.Place) iter.Seq2[inventory.Change, error] {
	return func(yield func(inventory.Change, error) bool) {
		found, err := s.scan(ctx, p.ID)
		if err != nil {
			yield(inventory.Change{}, err)
			return
		}
		for _, c := range s.reports(p, found) {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// How far back the service tells which workspaces changed, and how much of it
// is asked for twice: a change may be told late.
const (
	modifiedDays    = 30 * 24 * time.Hour
	modifiedOverlap = time.Hour // more than the half hour before which nothing may be asked
)

// modified reports whether a workspace changed since a cursor, or whether that
// can no longer be told.
func (s *Scanner) modified(ctx context.Context, id string, since inventory.Cursor) (bool, error) {
	at, err := time.Parse(time.RFC3339, strings.TrimPrefix(string(since), scannedMark))
	if err != nil {
		return true, nil // a listing that was cut
	}
	from := at.Add(-modifiedOverlap)
	if s.o.Now().Sub(from) > modifiedDays-modifiedOverlap {
		return true, nil
	}
	changed, err := s.scans.since(from, func() (map[string]bool, error) { return s.askModified(ctx, from) })
	return changed[strings.ToLower(id)], err
}

func (s *Scanner) askModified(ctx context.Context, from time.Time) (map[string]bool, error) {
	query := url.Values{"modifiedSince": {from.UTC().Format("2006-01-02T15:04:05.0000000Z")},
		"excludePersonalWorkspaces": {"true"}, "excludeInActiveWorkspaces": {"true"}}
	var told []struct {
		ID string `json:"id"`
	}
	if err := s.power[atPowerBI].get(ctx, modifiedPath, query, &told); err != nil {
		return nil, err
	}
	changed := make(map[string]bool, len(told))
	for _, w := range told {
		changed[strings.ToLower(w.ID)] = true
	}
	return changed, nil
}
