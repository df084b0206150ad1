package google

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/desirepath/desirepath/scanners/workbook"
)

const otherSheet = "1AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg"

// what is told of a file with some code.
func toldOf(code string) (connections, links []string) {
	var f sources
	f.code(code)
	for _, c := range f.connections {
		connections = append(connections, c.Kind+" "+c.Target)
	}
	return connections, f.links
}

func TestWhatCodeCalls(t *testing.T) {
	cases := []struct {
		name, code  string
		connections []string
		links       []string
	}{
		{"services", "MailApp.sendEmail('a@b.example'); var x = GmailApp . search(q); Calendar.x; CalendarApp.getX()", []string{"service Google/Mail", "service Google/Calendar"}, nil},
		{"not in a comment", "// MailApp.x\n/* GmailApp.y \n UrlFetchApp.fetch('https://a.example') */ var s = 'CalendarApp.z'", nil, nil},
		{"an address in the call", "UrlFetchApp.fetch('https://API.example.com/v1?key=CANARY')", []string{"service Google/UrlFetch", "web api.example.com"}, nil},
		{"an address by name", "const BASE = \"https://api.example.com\";\nfunction f() { return UrlFetchApp.fetch(BASE + '/users') }", []string{"service Google/UrlFetch", "web api.example.com"}, nil},
		{"an address by a property", "var c = { url: 'https://api.example.com' }; UrlFetchApp.fetch(c.url)", []string{"service Google/UrlFetch", "web api.example.com"}, nil},
		{"an address in a template", "let B='https://api.example.com'; UrlFetchApp.fetch(`${B}/x`)", []string{"service Google/UrlFetch", "web api.example.com"}, nil},
		{"several at once", "UrlFetchApp.fetchAll(['https://a.example/x', {url: 'https://b.example'}])", []string{"service Google/UrlFetch", "web a.example", "web b.example"}, nil},
		{"an address that nobody fetches", "var help = 'https://help.example.com'; MailApp.sendEmail(help)", []string{"service Google/Mail"}, nil},
		{"a database", "Jdbc.getConnection('jdbc:mysql://me:CANARY@DB.example.com:3306/hr?password=CANARY', u, p)", []string{"service Google/Jdbc", "jdbc db.example.com/hr"}, nil},
		{"SQL Server", "Jdbc.getConnection('jdbc:sqlserver://db.example.com:1433;databaseName=x;password=CANARY')", []string{"service Google/Jdbc", "jdbc db.example.com"}, nil},
		{"Cloud SQL", "Jdbc.getCloudSqlConnection(\"jdbc:google:mysql://project:region:instance/db\")", []string{"service Google/Jdbc", "jdbc project:region:instance/db"}, nil},
		{"another spreadsheet", "var id='" + otherSheet + "'; SpreadsheetApp.openById(id).getSheets()", []string{"service Google/Sheets"}, []string{"docs.google.com/spreadsheets/d/" + otherSheet}},
		{"by its address", "SpreadsheetApp.openByUrl('https://docs.google.com/spreadsheets/d/" + otherSheet + "/edit')", []string{"service Google/Sheets"}, []string{"docs.google.com/spreadsheets/d/" + otherSheet}},
		{"a form", "FormApp.openById('" + otherSheet + "')", []string{"service Google/Forms"}, []string{"docs.google.com/forms/d/" + otherSheet}},
		{"triggers by name", "function onEdit(e) {}\nfunction doPost(e) {}", []string{"trigger edit", "trigger web page"}, nil},
		{"triggers that are made", "ScriptApp.newTrigger('f').forSpreadsheet(s).onFormSubmit().create(); ScriptApp.newTrigger('g').timeBased().create()",
			[]string{"trigger submission", "trigger clock"}, nil},
		{"a quotation mark in a string", `MailApp.sendEmail('it\'s', "say \"x\""); CalendarApp.x`, []string{"service Google/Mail", "service Google/Calendar"}, nil},
		{"an open string ends with its line", "var x = 'oops\nMailApp.y", []string{"service Google/Mail"}, nil},
		{"a division", "var x = a / b; MailApp.y // z", []string{"service Google/Mail"}, nil},
	}
	for _, c := range cases {
		connections, links := toldOf(c.code)
		if d := cmp.Diff(c.connections, connections); d != "" {
			t.Errorf("%s: connections (-want +got):\n%s", c.name, d)
		}
		if d := cmp.Diff(c.links, links); d != "" {
			t.Errorf("%s: links (-want +got):\n%s", c.name, d)
		}
	}
}

func TestWhatCodeDoes(t *testing.T) {
	var f sources
	f.code("const S = '" + otherSheet + "'; function onEdit(e) { SpreadsheetApp.openById(S); UrlFetchApp.fetch('https://a.example'); MailApp.x; GmailApp.y }\nfunction doGet() { return HtmlService.z }")
	want := []string{inventory.MacroWeb, inventory.MacroWorkbooks, inventory.MacroByItself, inventory.MacroMails, inventory.MacroForms}
	if d := cmp.Diff(want, f.does()); d != "" {
		t.Errorf("does (-want +got):\n%s", d)
	}
}

func TestManifest(t *testing.T) {
	var f sources
	f.manifest(`{"oauthScopes": ["https://www.googleapis.com/auth/script.external_request", "https://mail.google.com/"],
		"dependencies": {"enabledAdvancedServices": [{"userSymbol": "BQ", "serviceId": "bigquery", "version": "v2"}]}, "webapp": {"access": "DOMAIN"}}`)
	f.manifest(`not a manifest`)
	want := []inventory.Connection{{Kind: "service", Target: "Google/bigquery"}, {Kind: "permission", Target: "Google/script.external_request"},
		{Kind: "permission", Target: "Google/mail.google.com"}, {Kind: "trigger", Target: "web page"}}
	if d := cmp.Diff(want, f.connections); d != "" {
		t.Errorf("connections (-want +got):\n%s", d)
	}
}

// Of a script's code nothing is kept but names of files and what it reaches.
func TestScript(t *testing.T) {
	world, drives := people("ann")
	item := must[emulator.Item](t)
	script := func(name string, files ...emulator.ScriptFile) {
		item(world.Create(drives["ann"].ID, emulator.Item{Name: name, MIME: emulator.MIMEGoogleScript, Script: func() []emulator.ScriptFile { return files }}))
	}
	script("Nudge",
		emulator.ScriptFile{Name: "Code.gs", Source: "const SECRET = 'CANARY';\nfunction canary() { MailApp.sendEmail('canary@example.com', SECRET) }"},
		emulator.ScriptFile{Name: "Ada Abbott.gs", Source: "// canary"},
		emulator.ScriptFile{Name: "Page.html", Source: "<p>canary</p>"},
		emulator.ScriptFile{Name: "appsscript.json", Source: `{"timeZone": "canary"}`})
	script("Empty")
	d := newDomain(t, world)
	s := d.scanner(with(Features{Scripts: true}), func(o *Options, _ *wire.Options) { o.Personal = func(s string) bool { return s == "Ada Abbott" } })
	due := d.dueOf(s, "Nudge")
	st, err := s.Inspect(t.Context(), due)
	if err != nil || due.Asset.Kind != inventory.KindScript {
		t.Fatalf("%v, kind %s", err, due.Asset.Kind)
	}
	if d := cmp.Diff(inventory.Macros{Present: true, Modules: []string{"Code", "Page"}, Does: []string{inventory.MacroMails}}, st.Macros); d != "" {
		t.Errorf("modules (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]inventory.Connection{{Kind: "service", Target: "Google/Mail"}}, st.Connections); d != "" {
		t.Errorf("connections (-want +got):\n%s", d)
	}
	if st.Format != "apps-script" || st.Revision != due.Asset.Revision || st.Reader != 7 || st.BytesRead == 0 {
		t.Errorf("structure %+v", st)
	}
	if body, err := json.Marshal(st); err != nil || strings.Contains(strings.ToLower(string(body)), "canary") {
		t.Errorf("code was kept (%v): %s", err, body)
	}
	if st, err := s.Inspect(t.Context(), d.dueOf(s, "Empty")); err != nil || len(st.Macros.Modules) != 0 {
		t.Errorf("a project without files: %+v, %v", st, err)
	}
	if asked := d.recorder.Requests(); !slices.ContainsFunc(asked, func(r string) bool { return strings.Contains(r, "export?") && strings.Contains(r, "script%2Bjson") }) {
		t.Errorf("asked %q", asked)
	}
}

func TestScriptsThatCannotBeRead(t *testing.T) {
	cases := map[string]struct {
		answer func() (int, any)
		want   error
		words  string
	}{
		"another shape": {func() (int, any) { return 200, []any{"canary"} }, inventory.ErrUnreadable, "damaged"},
		"no scope":      {func() (int, any) { return refusalBody(403, "insufficientPermissions") }, inventory.ErrNotPermitted, "drive.readonly"},
		"too large":     {func() (int, any) { return refusalBody(403, "exportSizeLimitExceeded") }, inventory.ErrUnreadable, "too-large"},
		"kept back":     {func() (int, any) { return refusalBody(403, "cannotExportFile") }, inventory.ErrUnreadable, "refused"},
		"gone":          {func() (int, any) { return refusalBody(404, "notFound") }, inventory.ErrStale, "no longer there"},
	}
	for name, c := range cases {
		s := newScripted(t, answers{
			"/drive/v3/files/f/export": always(c.answer()),
			"/drive/v3/files/f":        always(200, object{"id": "f", "mimeType": nativePrefix + "script", "modifiedTime": "r"}),
		})
		scanner := s.scanner(t, func(o *Options) { o.Features.Scripts = true })
		_, err := scanner.Inspect(t.Context(), inventory.Due{Place: mine, Asset: inventory.Asset{VendorID: "f", Kind: inventory.KindScript, Revision: "r"}})
		if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.words) || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: error %v, want %v with %q", name, err, c.want, c.words)
		}
	}
}

// Whatever the code, it is taken apart without a panic, and no string of it is kept but addresses.
func FuzzCode(f *testing.F) {
	for _, s := range []string{"", "'", "`${", "/*", "//", "/", `UrlFetchApp.fetch("https://a.example/b")`, "Jdbc.getConnection('jdbc:x://y/z')", `"\`, "UrlFetchApp.fetch(`${", "\"0\" 'x' \"99\""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		st := outline(project{}, workbook.Meta{})
		var found sources
		found.code(text)
		found.manifest(text)
		for _, c := range found.connections {
			if strings.ContainsAny(c.Target, "?@ \n") && c.Kind != kindTrigger && c.Kind != kindPermission && c.Kind != kindService {
				t.Errorf("connection %+v", c)
			}
		}
		if st.Macros.Modules == nil {
			t.Error("no list of modules")
		}
	})
}
