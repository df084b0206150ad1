package google

import (
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// examined are the checks of a scanner by what they need.
func examined(t *testing.T, s *Scanner) map[string]scanners.Check {
	t.Helper()
	out := map[string]scanners.Check{}
	for _, c := range s.Check(t.Context()) {
		if bad := c.State != scanners.Good && c.State != scanners.Held; bad && (c.Remedy == "" || c.Cost == "" && c.State != scanners.Unknown) {
			t.Errorf("%+v says not what it means and what to do", c)
		}
		out[c.Need] = c
	}
	return out
}

// TestDoctorTellsTheAccountsApart gives each account its scopes, then the one that lists one too many.
func TestDoctorTellsTheAccountsApart(t *testing.T) {
	world, _ := people("ann")
	d := newDomain(t, world)
	account := func(name string, scopes ...string) Credential {
		key, err := d.server.GoogleAccount(name, d.ends.TokenURI, scopes...)
		if err != nil {
			t.Fatal(err)
		}
		return Credential{Key: key}
	}
	lists := []string{"drive.metadata.readonly", "admin.directory.user.readonly"}
	const apart = "content only for the second account"
	for _, c := range []struct {
		lists, looks []string
		want         map[string]scanners.State
	}{
		{lists, []string{"drive.readonly", "spreadsheets.readonly"}, map[string]scanners.State{apart: scanners.Good, scopeContent: scanners.Held, scopeSpreadsheet: scanners.Held, scopeMetadata: scanners.Held}},
		{append(lists, "drive.readonly"), []string{"drive.readonly", "spreadsheets.readonly"}, map[string]scanners.State{apart: scanners.Warning}},
		{append(lists, "spreadsheets.readonly"), []string{"drive.readonly"}, map[string]scanners.State{apart: scanners.Good, scopeSpreadsheet: scanners.Missing}},
	} {
		s := d.scanner(func(o *Options, w *wire.Options) {
			o.Credential, o.Depth = account("lists", c.lists...), account("looks", c.looks...)
		})
		found := examined(t, s)
		for need, want := range c.want {
			if found[need].State != want {
				t.Errorf("%v and %v: %+v, want %s", c.lists, c.looks, found[need], want)
			}
		}
		if keys := found["no key for lists@desirepath-emulator.iam.gserviceaccount.example"]; keys.State != scanners.Warning || !strings.Contains(keys.Remedy, "sign for it") {
			t.Errorf("of the key: %+v", keys)
		}
	}
}

// TestDoctorLooksAtTheExport finds it missing, there, and too old.
func TestDoctorLooksAtTheExport(t *testing.T) {
	world, _ := people("ann")
	team := sharedDrive(world, "Finance", "ann")
	d := newDomain(t, world)
	fixtureFile(t, world, team)
	now := time.Now
	look := func() map[string]scanners.Check {
		return examined(t, d.exportedScanner(func(o *Options, _ *wire.Options) { o.Now = func() time.Time { return now() } }))
	}
	if found := look(); found[roleViewer].State != scanners.Missing || found[roleAsker].State != scanners.Missing || !strings.Contains(found[roleViewer].Remedy, "grant the service account") {
		t.Errorf("without a role: %+v", found)
	}
	d.export()
	const recent = "an inventory that is recent"
	if found := look(); found[roleViewer].State != scanners.Held || found[roleAsker].State != scanners.Held || found[recent].State != scanners.Good || !strings.Contains(found[recent].Found, "MB") {
		t.Errorf("with roles: %+v", found)
	}
	now = func() time.Time { return time.Now().Add(10 * 24 * time.Hour) }
	if found := look(); found[recent].State != scanners.Warning {
		t.Errorf("too old: %+v", found[recent])
	}
}

// TestPlanOfTheExport says what BigQuery reads and how old the export is, and counts no units of Drive's for the files.
func TestPlanOfTheExport(t *testing.T) {
	world, _ := people("ann", "bob")
	d := newDomain(t, world)
	fixtureFile(t, world, sharedDrive(world, "Finance", "ann"))
	d.export()
	plan, err := d.exportedScanner().Plan(t.Context(), scopeOf("bob@example.edu"))
	if err != nil || plan.Places != 3 || plan.Excluded != 1 || plan.Units != 100 || len(plan.Notes) != 1 || !strings.Contains(plan.Notes[0], "alder-data pays") || !strings.Contains(plan.Unseen[len(plan.Unseen)-2], "exported, 0s ago") {
		t.Errorf("plan %+v, error %v", plan, err)
	}
}

func TestDoctorSaysWhichAPIIsSwitchedOff(t *testing.T) {
	s := newScripted(t, answers{
		"/admin/directory/v1/users": refuses(403, "accessNotConfigured"),
		"/drive/v3/drives":          refuses(403, "accessNotConfigured"),
		"/drive/v3/files":           refuses(403, "accessNotConfigured"),
	})
	found := examined(t, s.scanner(t))
	for need, service := range map[string]string{scopeDirectory: "admin.googleapis.com", scopeContent: "drive.googleapis.com", scopeMetadata: "drive.googleapis.com"} {
		if f := found[need]; f.State != scanners.Refused || !strings.Contains(f.Remedy, "gcloud services enable "+service) {
			t.Errorf("%s: %+v", need, f)
		}
	}
}
