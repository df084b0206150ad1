package sqlstore

import (
	"path/filepath"
	"strings"
	"testing"

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
	records := func(f Filter) string {
		where, _ := where(f)
		return recordQuery + where + ` ORDER BY a.id LIMIT ?`
	}
	visits := func(f inventory.VisitFilter) string {
		query, _ := visitsQuery(f)
		return query
	}
	queries := map[string]string{
		"due":      dueQuery,
		"unjudged": unjudgedQuery(`s.judged < ?`),
		"records":  records(Filter{After: "x"}),
		"tenant":   records(Filter{Tenant: "t", After: "x"}),
		"place":    records(Filter{Tenant: "t", Place: "p", After: "x"}),
		"judged":   records(Filter{Near: true, After: "x"}),
		"relisted": `DELETE FROM assets WHERE ` + inPlace + ` AND generation < ?`,
		"next due": nextDueQuery,
		"visits":   visits(inventory.VisitFilter{Before: 9, Limit: 50}),
		"visitor":  visits(inventory.VisitFilter{Who: "x", Before: 9, Limit: 50}),
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
