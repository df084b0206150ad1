package main

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"

	"github.com/desirepath/desirepath/inventory"
)

// checkApps looks at the applications of the demo: what they may read and how
// many use them is told, nothing of their secrets is.
func checkApps(t *testing.T, dir string) {
	t.Helper()
	apps := map[string]inventory.Record{}
	for line := range bytes.Lines(readFile(t, filepath.Join(dir, "inventory.jsonl"))) {
		var r inventory.Record
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if r.Asset.Tenant == "m365" && (r.Asset.Place == "entra-apps" || r.Asset.Place == "teams-apps") {
			apps[r.Asset.Name] = r
		}
	}
	for name, want := range map[string]struct {
		keeper string // its owner, or who let it in
		people int
		may    string
	}{
		"Lab Booking":                     {"tom.whitlock@alderbay.example", 8, "Microsoft Graph/Calendars.ReadWrite"},
		"Placement hours and supervisors": {"moses.wandera@alderbay.example", 1, "Microsoft Graph/Sites.ReadWrite.All"},
		"Receiptly":                       {"duncan.eyre@alderbay.example", 5, "Microsoft Graph/Mail.Read"},
		"Key and access card register":    {"", 4, "Microsoft Graph/User.Read"},
		"Shift swap":                      {"jaswinder.gill@alderbay.example", 2, "Microsoft Teams/TeamMember.Read.Group"},
	} {
		r := apps[name]
		if r.Structure == nil || r.Usage == nil || r.Verdict == nil {
			t.Errorf("%s: %+v", name, r)
			continue
		}
		may := slices.ContainsFunc(r.Structure.Connections, func(c inventory.Connection) bool { return c.Target == want.may })
		if !may || r.Usage.People != want.people || r.Asset.Owner != want.keeper && r.Asset.CreatedBy != want.keeper {
			t.Errorf("%s: %d people, owner %q, by %q, connections %v", name, r.Usage.People, r.Asset.Owner, r.Asset.CreatedBy, r.Structure.Connections)
		}
	}
	for _, other := range []string{"Microsoft Graph", "func-timetable-sync"} {
		if _, ok := apps[other]; ok {
			t.Errorf("%s is in the inventory, although nobody here built it", other)
		}
	}
	for _, name := range []string{"inventory.jsonl", "outreach.csv", "report.html", "metrics.prom", "desirepath.db"} {
		if bytes.Contains(readFile(t, filepath.Join(dir, name)), []byte("Secret of ")) {
			t.Errorf("%s tells of an application's secrets", name)
		}
	}
}
