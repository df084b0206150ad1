package sqlstore

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// What is asked again and again must be found along an index, without sorting:
// at ten million assets a walk through a table takes a minute.
func TestQueriesGoAlongAnIndex(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "inventory.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	records := func(f Filter) string { return recordsQuery(f).sql }
	visits := func(f inventory.VisitFilter) string {
		query, _ := visitsQuery(f)
		return query
	}
	queries := map[string]string{
		"due":      dueQuery(""),
		"subjects": subjectsQuery + ` AND s.asset IN (?, ?)`,
		"unjudged": unjudgedQuery(`s.judged < ?`),
		"records":  records(Filter{After: "x"}),
		"tenant":   records(Filter{Tenant: "t", After: "x"}),
		"place":    records(Filter{Tenant: "t", Place: "p", After: "x"}),
		"judged":   records(Filter{Near: true, After: "x"}),
		"system":   records(Filter{System: "x", Tenant: "t", Limit: 9}),
		"looked":   records(Filter{Looked: true, After: "x"}),
		"family":   records(Filter{Family: "f", Near: true, After: "x"}),
		"relisted": `DELETE FROM assets WHERE ` + inPlace + ` AND generation < ?`,
		"next due": nextDueQuery,
		"visits":   visits(inventory.VisitFilter{Before: 9, Limit: 50}),
		"visitor":  visits(inventory.VisitFilter{Who: "x", Before: 9, Limit: 50}),
	}
	talks := talkClause(inventory.TalkSearch{Of: []string{"a", "b"}, System: "s", Plain: true})
	if plan := explain(t, s, `SELECT id `+talks.sql+` AND id > ? ORDER BY id LIMIT ?`); strings.Contains(plan, "SCAN ") {
		t.Errorf("somebody's conversations:\n%s", plan)
	}
	// These few are sorted as they are found.
	if plan := explain(t, s, dueQuery(` AND d.asset IN (?, ?)`)); strings.Contains(plan, "SCAN ") {
		t.Errorf("due only:\n%s", plan)
	}
	for name, along := range map[string]string{"judged": "v", "system": "v", "looked": "s", "family": "m"} {
		if plan := explain(t, s, queries[name]); !strings.HasPrefix(plan, "SEARCH "+along) {
			t.Errorf("%s goes through more than it gives:\n%s", name, plan)
		}
	}
	for name, query := range queries {
		plan := explain(t, s, query)
		for _, bad := range []string{"SCAN ", "USE TEMP B-TREE"} {
			if strings.Contains(plan, bad) {
				t.Errorf("%s:\n%s", name, plan)
			}
		}
	}
}

func explain(t *testing.T, s *Store, query string) string {
	t.Helper()
	args := make([]any, strings.Count(query, "?"))
	for i := range args {
		args[i] = 1
	}
	steps, err := collect(t.Context(), s.read, func(r row) (step string, err error) {
		err = r.Scan(new(int), new(int), new(int), &step)
		return step, err
	}, `EXPLAIN QUERY PLAN `+query, args...)
	if err != nil {
		t.Fatalf("%v\n%s", err, query)
	}
	return strings.Join(steps, "\n")
}

// A page of the inventory is found along the orders of the cards, and the
// words along theirs.
func TestSearchGoesAlongAnIndex(t *testing.T) {
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "inventory.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	narrow := inventory.Search{Text: "a", Tenant: "t", Place: "p", Kind: "k", Capability: "c", System: "s", State: "s", Near: true, Orphaned: true, Certainty: 0.5, Since: time.Unix(1, 0)}
	for _, sort := range inventory.Sorts() {
		for _, q := range []inventory.Search{{Sort: sort}, {Sort: sort, Kind: "k"}, {Sort: sort, Near: true, Backward: true}, {Sort: sort, Text: "a"}, narrow} {
			p := s.newPlan(nil, q, cursor{N: 1, Key: 1})
			plan := explain(t, s, p.walk().sql)
			column := p.order().column
			for _, along := range []string{`cards_` + column + ` (part=? AND ` + column + `=? AND rowid`, `cards_` + column + ` (part=? AND ` + column} {
				if strings.Contains(plan, "SCAN k") || strings.Contains(plan, "SCAN c") || strings.Count(plan, "B-TREE") > 1 || !strings.Contains(plan, along) {
					t.Errorf("walk by %s, %+v:\n%s", sort, q, plan)
				}
			}
			for _, c := range append(p.conditions(), p.inParts(clause{sql: `TRUE`})) {
				if plan := explain(t, s, c.sql); strings.Contains(strings.ReplaceAll(plan, "SCAN k USING COVERING INDEX cards_orphaned", ""), "SCAN k") {
					t.Errorf("%s\n%s", c.sql, plan)
				}
				p.narrow = c
				if plan := explain(t, s, p.gather().sql); strings.Contains(strings.ReplaceAll(plan, "SCAN k USING COVERING INDEX cards_orphaned", ""), "SCAN k") {
					t.Errorf("gathered by %s\n%s", c.sql, plan)
				}
			}
		}
	}
	for name, query := range map[string]string{"next keeper": `SELECT keeper FROM cards WHERE keeper > ? ORDER BY keeper LIMIT 1`, "keeper who left": `SELECT asset FROM cards WHERE keeper = ? AND orphaned = ?`} {
		if plan := explain(t, s, query); strings.Contains(plan, "SCAN") || strings.Contains(plan, "TEMP B-TREE") {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
}
