package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
)

// TestScanServices scans what lies beside Graph with everything switched on.
// What the listings told is the inside of it, so that nothing is left unread,
// and the one request that makes something is counted as that.
func TestScanServices(t *testing.T) {
	world := emulator.NewWorld(emulator.Options{Seed: 2, People: 4})
	maker := world.People()[0].ID
	e := world.AddEnvironment(emulator.Environment{Name: "Default", Sort: "Default"})
	world.AddThing(emulator.PowerThing{Environment: e.ID, Name: "Leave requests", CreatedBy: maker, Connectors: []emulator.Connector{{Name: "shared_sql"}}})
	world.AddThing(emulator.PowerThing{Environment: e.ID, Name: "Remind", Type: emulator.CloudFlow, CreatedBy: maker})
	world.AddThing(emulator.PowerThing{Environment: e.ID, Name: "Helper", Type: emulator.StudioAgent, CreatedBy: maker})
	w := world.AddWorkspace(emulator.Workspace{Name: "Finance"})
	world.AddReport(emulator.Report{Workspace: w.ID, Name: "Spend", CreatedBy: maker})
	world.RecordForm(emulator.FormEvent{Form: "f", Name: "Order stationery", Operation: "CreateForm", By: maker, Role: "Owner",
		At: time.Now().Add(-time.Hour)}) // the log is asked up to the second
	server := emulator.NewServer(world, emulator.ServerOptions{Roles: append(least(), "AuditLogsQuery.Read.All")})
	ends, err := server.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	path := write(t, "desirepath.yaml", "store: inv.db\nout: out\nsources:\n  - name: m365\n    microsoft:\n      endpoint: '"+ends.Graph+"'\n      token_file: token\n"+
		"      features: {power_platform: true, power_platform_admin: true, power_bi: true, forms_audit: true}\n")
	dir := filepath.Dir(path)
	if err := os.WriteFile(filepath.Join(dir, "token"), []byte(ends.Token), 0o600); err != nil {
		t.Fatal(err)
	}
	if found, code, said := doctor(t, path, 0); code != exitOK || found["no more than reading"].State == "" {
		t.Errorf("doctor: exit code %d\n%s", code, said)
	}
	for night := range 2 {
		var out bytes.Buffer
		a := testApp(t)
		a.Out = &out
		if code := a.run(t.Context(), []string{"scan", "--config", path}); code != exitOK || !strings.Contains(out.String(), "mutations: 1\n") {
			t.Fatalf("exit code %d\n%s", code, out.String())
		}
		kinds := map[inventory.Kind]int{}
		for line := range bytes.Lines(readFile(t, filepath.Join(dir, "out", "inventory.jsonl"))) {
			var r inventory.Record
			if err := json.Unmarshal(line, &r); err != nil {
				t.Fatal(err)
			}
			kinds[r.Asset.Kind]++
			if r.Structure == nil || r.Unread != "" || r.Verdict == nil || r.Asset.Owner == "" {
				t.Errorf("%s: structure %v, unread %q, verdict %v, owner %q", r.Asset.Name, r.Structure, r.Unread, r.Verdict, r.Asset.Owner)
			}
		}
		want := map[inventory.Kind]int{inventory.KindApp: 1, inventory.KindFlow: 1, inventory.KindAgent: 1, inventory.KindReport: 1, inventory.KindForm: 1}
		if d := cmp.Diff(want, kinds); d != "" {
			t.Errorf("night %d: kinds (-want +got):\n%s", night, d)
		}
	}
}
