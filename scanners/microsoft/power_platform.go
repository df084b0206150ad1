package microsoft

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"regexp"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// The inventory of Power Platform answers queries
// (https://learn.microsoft.com/power-platform/admin/inventory-api).
const (
	queryPath    = "/resourcequery/resources/query"
	queryVersion = "2024-10-01"
	queryTop     = 1000 // the most it gives at once
)

// powerPlatform lists the apps, flows and agents of each environment. Which of
// the two interfaces tells them is up to what is switched on: the inventory's
// query, the older admin interfaces, or, with both, the older ones for what
// they know and the query for the rest.
//
// Each environment is asked for alone. One query for all of them, in order of
// environment, would take fewer requests where there are many small ones; but
// it would fetch what is in those that are excluded, too, and a listing that
// was cut would begin again from the first.
func (s *Scanner) powerPlatform() feature {
	f := s.o.Features
	return feature{
		on: f.PowerPlatform || f.PowerPlatformAdmin, needs: s.powerNeeds(), kinds: []inventory.PlaceKind{inventory.PlaceEnvironment},
		places: s.environments, check: s.checkPower,
		pages: func(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
			return relist(ctx, p, since, s.o.PageSize, s.environment(ctx, p))
		},
	}
}

func (s *Scanner) powerNeeds() []scanners.Need {
	var needs []scanners.Need
	if s.o.Features.PowerPlatform {
		needs = append(needs, queryNeed())
	}
	if s.o.Features.PowerPlatformAdmin {
		needs = append(needs, olderNeed())
	}
	return needs
}

func queryNeed() scanners.Need {
	return scanners.Need{Feature: "power platform", Name: "Power Platform reader",
		Purpose: "query the inventory of apps, flows, agents and environments: their names, dates and builders, and of agents their channels and model, but not what they connect to",
		Cost:    "no app, flow or agent is seen",
		Grant: "a Power Platform administrator assigns the application the role \"Power Platform reader\" for the tenant. " +
			"Whether this role is enough is not documented, and in 2026 Microsoft's page said that the query answers people and refuses applications: " +
			"run desirepath doctor, and if it is refused, switch off power_platform and switch on power_platform_admin instead"}
}

// remedies say what to do for who is refused, by service.
func remedies() map[string]string {
	older := "a Power Platform administrator registers the application with New-PowerAppManagementApp; it can do more than read from then on"
	return map[string]string{
		atPowerPlatform: "assign the application the role \"Power Platform reader\"; if it is refused all the same, the query answers people alone: " +
			"switch off power_platform and switch on power_platform_admin, which asks the older interfaces",
		atEnvironments: older, atPowerApps: older, atFlows: older,
		atPowerBI: "let a security group that holds the application use the read-only admin APIs (Fabric admin portal, Tenant settings, Admin API settings), " +
			"and take back every permission for the Power BI Service that needs an administrator's consent: an application that holds one is refused",
	}
}

// queryLimits keep to what Azure Resource Graph, which answers the query, gives
// each caller: 15 requests in 5 seconds. That it is the same for this query is
// not documented (https://learn.microsoft.com/azure/governance/resource-graph/concepts/guidance-for-throttled-requests).
func queryLimits(share float64) []wire.Limit {
	return []wire.Limit{{PerMinute: 180 * share, Burst: 3}}
}

// checkPower asks for one environment by each interface.
func (s *Scanner) checkPower(ctx context.Context) []scanners.Check {
	var checks []scanners.Check
	if s.o.Features.PowerPlatform {
		one := powerQuery{clauses: []any{whereType(typeEnvironment)}, top: 1}
		_, err := s.query(ctx, one)
		checks = append(checks, s.power[atPowerPlatform].check(queryNeed(), err))
	}
	if s.o.Features.PowerPlatformAdmin {
		checks = append(checks, s.checkOlder(ctx)...)
	}
	return checks
}

func (s *Scanner) environments(ctx context.Context) iter.Seq2[inventory.Place, error] {
	if s.o.Features.PowerPlatformAdmin {
		return s.olderEnvironments(ctx)
	}
	return func(yield func(inventory.Place, error) bool) {
		for r, err := range s.resources(ctx, whereType(typeEnvironment)) {
			var p inventory.Place
			if err == nil {
				p, err = s.environmentPlace(ctx, r.Name, r.Properties.DisplayName, r.Properties.Type, r.Properties.CreatedBy)
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

// plainID is how environments are named. The name becomes part of a query and
// of paths, so that no other is let in.
func plainID(id string) error {
	if !regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,127}$`).MatchString(id) {
		return errors.New("Power Platform told a name that is none")
	}
	return nil
}

// environmentPlace names an environment. One for developing is its person's
// own, so that it is left out with them.
func (s *Scanner) environmentPlace(ctx context.Context, id, name, sort, creator string) (inventory.Place, error) {
	if err := plainID(id); err != nil {
		return inventory.Place{}, err
	}
	p := inventory.Place{Tenant: s.o.Tenant, ID: id, Kind: inventory.PlaceEnvironment, Name: name,
		URL: "https://admin.powerplatform.microsoft.com/environments/" + id + "/hub"}
	if sort != "" && !strings.Contains(strings.ToLower(name), strings.ToLower(sort)) {
		p.Name = fmt.Sprintf("%s (%s)", name, sort)
	}
	var err error
	if strings.EqualFold(sort, "Developer") {
		p.Owner, err = s.address(ctx, identity{id: creator})
	}
	return p, err
}

// environment yields what is in an environment.
func (s *Scanner) environment(ctx context.Context, p inventory.Place) iter.Seq2[inventory.Change, error] {
	return func(yield func(inventory.Change, error) bool) {
		if err := plainID(p.ID); err != nil {
			yield(inventory.Change{}, err)
			return
		}
		types := resourceTypes()
		if s.o.Features.PowerPlatformAdmin {
			for c, err := range s.olderEnvironment(ctx, p) {
				if !yield(c, err) || err != nil {
					return
				}
			}
			types = newerTypes()
		}
		if s.o.Features.PowerPlatform {
			s.queried(ctx, p, types)(yield)
		}
	}
}

// queried yields what the inventory's query tells of an environment. The
// clauses spell ids of environments in any case, and the query compares bytes.
func (s *Scanner) queried(ctx context.Context, p inventory.Place, types []string) iter.Seq2[inventory.Change, error] {
	clauses := []any{
		whereType(types...),
		map[string]any{"$type": "extend", "FieldName": "environmentKey", "Expression": "tolower(tostring(properties.environmentId))"},
		where("environmentKey", "==", strings.ToLower(p.ID)),
		map[string]any{"$type": "orderby", "FieldNamesAscDesc": map[string]string{"name": "asc"}},
	}
	return func(yield func(inventory.Change, error) bool) {
		for r, err := range s.resources(ctx, clauses...) {
			var c inventory.Change
			if err == nil {
				c, err = s.resourceChange(ctx, p, r)
			}
			if !yield(c, err) || err != nil {
				return
			}
		}
	}
}

// where is a clause that compares a field with texts. They are part of a query
// in a language of its own, in which texts stand in quotes.
func where(field, operator string, values ...string) map[string]any {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = "'" + v + "'"
	}
	return map[string]any{"$type": "where", "FieldName": field, "Operator": operator, "Values": quoted}
}

func whereType(types ...string) map[string]any { return where("type", "in~", types...) }

// A powerQuery is one request of the inventory.
type powerQuery struct {
	clauses []any
	top     int
	token   string // of the page to go on at
}

// A powerPage is its answer.
type powerPage struct {
	Truncated any             `json:"resultTruncated"` // 0 and 1 in the documentation, a word in what answers it
	SkipToken string          `json:"skipToken"`
	Data      []powerResource `json:"data"`
}

// cut reports whether the answer leaves out something that no token leads to.
func (p powerPage) cut() bool {
	switch v := p.Truncated.(type) {
	case float64:
		return p.SkipToken == "" && v != 0
	case string:
		return p.SkipToken == "" && strings.EqualFold(v, "true")
	case bool:
		return p.SkipToken == "" && v
	}
	return false
}

func (s *Scanner) query(ctx context.Context, q powerQuery) (powerPage, error) {
	options := map[string]any{"Top": q.top}
	if q.token != "" {
		options["SkipToken"] = q.token
	}
	body := map[string]any{"TableName": "PowerPlatformResources", "Clauses": q.clauses, "Options": options}
	var page powerPage
	err := s.power[atPowerPlatform].post(ctx, queryPath, url.Values{"api-version": {queryVersion}}, body, &page)
	return page, err
}

// resources yields all that a query finds, page by page.
func (s *Scanner) resources(ctx context.Context, clauses ...any) iter.Seq2[powerResource, error] {
	return func(yield func(powerResource, error) bool) {
		q := powerQuery{clauses: clauses, top: min(queryTop, s.o.PageSize)}
		for {
			page, err := s.query(ctx, q)
			switch {
			case err != nil:
			case page.cut():
				err = errors.New("the inventory of Power Platform left out a part of its answer and told no way to it")
			case page.SkipToken != "" && page.SkipToken == q.token:
				err = errors.New("the inventory of Power Platform leads round in a circle")
			}
			if err != nil {
				yield(powerResource{}, err)
				return
			}
			for _, r := range page.Data {
				if !yield(r, nil) {
					return
				}
			}
			if q.token = page.SkipToken; q.token == "" {
				return
			}
		}
	}
}
