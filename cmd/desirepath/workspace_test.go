package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
)

// TestGoogleCanary plants a value wherever a Workspace domain can hold one, in
// spreadsheets, forms and scripts, scans, and searches every byte of every
// output.
func TestGoogleCanary(t *testing.T) {
	server := emulator.NewServer(canaryDomain(t), emulator.ServerOptions{})
	dir := newGoogleNight(t, server)
	path := switchOn(t, dir, "forms: true, scripts: true, token_audit: true, looker_studio: true")
	a := testApp(t)
	var said bytes.Buffer
	a.Out, a.Err = &said, &said
	for _, args := range [][]string{
		{"scan", "--verbose", "--ledger", "--config", path},
		{"inventory", "list", "--output", "json", "--config", path},
	} {
		if code := a.run(t.Context(), args); code != exitOK {
			t.Fatalf("%v: exit code %d\n%s", args, code, &said)
		}
	}
	for _, want := range []string{"Borrower", "Due back", "Google/Mail", "db.example.com", "Google/drive.readonly", "looker-report"} {
		if !bytes.Contains(said.Bytes(), []byte(want)) {
			t.Errorf("the inventory does not tell of %s: the search would prove nothing", want)
		}
	}
	searchOutputs(t, dir, said.Bytes())
}

// TestSwitchingOn scans with a feature off, then on: what could not be looked
// into is then, although nothing about it has changed.
func TestSwitchingOn(t *testing.T) {
	server := emulator.NewServer(canaryDomain(t), emulator.ServerOptions{})
	dir := newGoogleNight(t, server)
	for _, c := range []struct {
		features       string
		inside, unread bool
	}{{"", false, true}, {"", false, true}, {"forms: true", true, false}} {
		path := switchOn(t, dir, c.features)
		var said bytes.Buffer
		a := testApp(t)
		a.Out = &said
		for _, args := range [][]string{{"scan", "--config", path}, {"inventory", "list", "--output", "json", "--text", "Ask", "--config", path}} {
			if code := a.run(t.Context(), args); code != exitOK {
				t.Fatalf("%q, %v: exit code %d\n%s", c.features, args, code, &said)
			}
		}
		inside, unread := bytes.Contains(said.Bytes(), []byte("Borrower")), bytes.Contains(said.Bytes(), []byte(inventory.SwitchedOff))
		if inside != c.inside || unread != c.unread {
			t.Errorf("%q: looked into %v, said to be switched off %v\n%s", c.features, inside, unread, &said)
		}
	}
}

// newGoogleNight is a folder for nights of an emulated domain, which serves
// from now on.
func newGoogleNight(t *testing.T, server *emulator.Server) string {
	t.Helper()
	ends, err := server.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	key, err := server.GoogleCredentials(ends.TokenURI)
	if err != nil {
		t.Fatal(err)
	}
	dir := newNight(t, t.TempDir())
	for name, text := range map[string][]byte{"key.json": key, "endpoint": []byte(ends.Sheets)} {
		if err := os.WriteFile(filepath.Join(dir, name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// switchOn writes the configuration for the next night.
func switchOn(t *testing.T, dir string, features string) string {
	t.Helper()
	path := filepath.Join(dir, "desirepath.yaml")
	text := "store: inv.db\nout: out\ncatalogue: systems.yaml\nscope: {open_private: true}\nsources:\n  - name: workspace\n    google:\n      admin: ada@example.edu\n      key_file: key.json\n      endpoint: " +
		string(readFile(t, filepath.Join(dir, "endpoint"))) + "\n      features: {" + features + "}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// canaryDomain is a domain of one person whose every text that is nobody's
// business is the canary.
func canaryDomain(t *testing.T) *emulator.World {
	t.Helper()
	w := emulator.NewWorld(emulator.Options{})
	ada := w.AddPerson(emulator.Person{Name: "Ada Abbott", Address: "ada@example.edu", Google: true, Admin: true})
	drive := w.AddPlace(emulator.Place{Suite: emulator.Google, Kind: emulator.KindMyDrive, Name: "My Drive", Owner: ada.ID})
	for _, it := range []emulator.Item{
		{Name: "Loans", Sheet: canarySheet},
		{Name: "Ask", MIME: emulator.MIMEGoogleForm, Form: func() emulator.Form {
			return emulator.Form{Questions: []emulator.Question{
				{Title: "Borrower", Type: emulator.QuestionChoice, Choices: []string{canary, "open"}},
				{Title: canary + " must read this.", Type: emulator.QuestionNote},
				{Title: "Due back", Type: emulator.QuestionDate},
			}}
		}},
		{Name: "Nudge", MIME: emulator.MIMEGoogleScript, Script: func() []emulator.ScriptFile {
			return []emulator.ScriptFile{{Name: "Code.gs", Source: "// " + canary + "\nvar " + canary + " = '" + canary + "';\nMailApp.sendEmail(" + canary + ", '" + canary +
				"');\nJdbc.getConnection('jdbc:mysql://" + canary + ":" + canary + "@db.example.com/" + "hr?password=" + canary + "');\nUrlFetchApp.fetch('https://api.example.com/" + canary + "?k=" + canary + "')"}}
		}},
	} {
		if _, err := w.Create(drive.ID, it); err != nil {
			t.Fatal(err)
		}
	}
	w.AddOAuthGrant(emulator.OAuthGrant{Client: "1.apps", App: "Merge", Person: ada.ID, Scopes: []string{"https://www.googleapis.com/auth/drive.readonly"}, Given: time.Now().AddDate(0, 0, -1)})
	w.AddStudioAsset(emulator.StudioAsset{Title: "Pipeline", Owner: ada.ID})
	return w
}

// canarySheet is a spreadsheet with headings that are kept, and nothing else
// that is.
func canarySheet() emulator.Sheet {
	rows := [][]emulator.Cell{{{Value: "Borrower", Bold: true}, {Value: "Due back", Bold: true}, {Value: "Status", Bold: true}, {Value: "Late", Bold: true}}}
	for range 8 {
		rows = append(rows, []emulator.Cell{
			{Value: canary, Note: canary, Link: "https://example.org/" + canary}, {Value: 45000.0, Format: "DATE"}, {Value: canary, List: []string{canary, "open"}},
			{Formula: `=IF(A2="` + canary + `","` + canary + `",IMPORTDATA("https://feeds.example.com/` + canary + `?key=` + canary + `"))`, Value: canary},
		})
	}
	return emulator.Sheet{Tabs: []emulator.Tab{{Title: "Out", Rows: rows, RowCount: 100, ColumnCount: 10}}, Marks: []string{"kit " + canary}}
}
