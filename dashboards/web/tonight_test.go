package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// While a night is under way, coverage tells how far it is; what is below is
// of the last one that is over.
func TestCoverageOfTonight(t *testing.T) {
	s := shelf{underway: inventory.Underway{
		Run: 7, Started: time.Date(2026, 11, 22, 1, 30, 0, 0, time.UTC), Workers: 3,
		Steps: []inventory.Progress{{Step: "list", Tenant: "alderbay", Ended: 12, Jobs: 40, Done: 3210}},
	}}
	look := func() string {
		t.Helper()
		status, page, _ := get(t, portal(t, s), "/coverage")
		if status != http.StatusOK {
			t.Fatalf("%d: %s", status, page)
		}
		return page
	}
	page := look()
	for _, want := range []string{"The night under way", "3 processes work on it", "12 of 40", ">3,210<", "listing places", "data-again"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	_, told, _ := get(t, portal(t, s), "/api/v1/coverage")
	if !strings.Contains(told, `"step":"list"`) || !strings.Contains(told, `"workers":3`) {
		t.Errorf("a program is told %s", told)
	}
	s.underway = inventory.Underway{}
	if page := look(); strings.Contains(page, "under way") {
		t.Error("a night is told of that is not")
	}
}
