package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/dashboards/words"
)

const packBase = `organisation: Alder <Bay>
sources:
  - name: m365
    microsoft: {tenant_id: 11111111-1111-1111-1111-111111111111, client_id: 22222222-2222-2222-2222-222222222222, identity: managed}
`

// written gives all texts of a pack, by language.
func written(t *testing.T, config string) map[string]string {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "desirepath.yaml")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	if code := testApp(t).run(t.Context(), []string{"pack", "--config", path, "--out", filepath.Join(dir, "pack")}); code != exitOK {
		t.Fatalf("exit code %d for\n%s", code, config)
	}
	out := map[string]string{}
	for _, lang := range []string{"en", "de"} {
		for _, ending := range []string{".md", ".html"} {
			files, err := filepath.Glob(filepath.Join(dir, "pack", lang, "*"+ending))
			if err != nil || len(files) != 4 {
				t.Fatalf("%s%s: %v, %v", lang, ending, files, err)
			}
			for _, f := range files {
				out[lang+ending] += string(readFile(t, f))
				if strings.HasPrefix(filepath.Base(f), "4-") {
					out[lang+ending+" for staff"] = string(readFile(t, f))
				}
			}
		}
	}
	return out
}

// Each thing that is switched on or off in the configuration shows in the
// papers, in both languages.
func TestPackFollowsTheConfiguration(t *testing.T) {
	base := written(t, packBase)
	for _, c := range []struct {
		name, config string
		en, de       string // stands in it then, and did not before
		gone         string // did before, in English
	}{
		{"power platform", strings.Replace(packBase, "identity: managed", "identity: managed, features: {power_platform: true}", 1), "Power Platform reader", "Power Platform reader", ""},
		{"audit queries", strings.Replace(packBase, "identity: managed", "identity: managed, features: {forms_audit: true}", 1), "creates an object in the tenant", "legt etwas an", "Nothing is written to any of them"},
		{"private files", packBase + "scope: {open_private: true}\n", "`open_private` is switched on", "`open_private` ist eingeschaltet", "never opened"},
		{"an exclusion", packBase + "scope: {exclude: {places: [Counselling]}}\n", "places called `Counselling`", "`Counselling`", "Nothing is left out yet"},
		{"terms", packBase + "retention: {visits_days: 77, runs_days: 0}\n", "77 days", "77 Tage", "365 days"},
		{"a quiet time", packBase + "outreach: {quiet_days: 99}\n", "within 99 days", "in 99 Tagen", "within 180 days"},
		{"a contact", packBase + "contact: Ana Ruru, ana@example.org\n", "contact Ana Ruru", "Kontakt Ana Ruru", "set `contact`"},
		{"postgres", packBase + "store: postgres://me@db.example/inventory\n", "PostgreSQL", "PostgreSQL", ""},
		{"mail", packBase + "outreach: {mail: {host: smtp.alderbay.example, domain: alderbay.example}}\n", "`smtp.alderbay.example`", "`smtp.alderbay.example`", "The program sends nothing"},
		{"signing in", packBase + "portal: {address: 'https://desirepath.alderbay.example', sign_in: {issuer: 'https://id.alderbay.example', client_id: x, roles: {partner: [mele@alderbay.example]}}}\n", "sign in to the pages with `https://id.alderbay.example`", "sind Ansprechpersonen `mele@alderbay.example`", "answer on the machine alone"},
		{"another source", packBase + "  - name: share\n    folder: {path: /srv/share}\n", "share (File share)", "share (File share)", "1 source,"},
	} {
		got := written(t, c.config)
		if !strings.Contains(got["en.md"], c.en) || strings.Contains(base["en.md"], c.en) {
			t.Errorf("%s: %q is not in it, or was before", c.name, c.en)
		}
		if !strings.Contains(got["de.md"], c.de) || strings.Contains(base["de.md"], c.de) {
			t.Errorf("%s: %q is not in it, or was before", c.name, c.de)
		}
		if c.gone != "" && (strings.Contains(got["en.md"], c.gone) || !strings.Contains(base["en.md"], c.gone)) {
			t.Errorf("%s: %q still stands, or never did", c.name, c.gone)
		}
	}
}

// The pages load nothing, hold the texts as text, and threaten nobody.
func TestPackPages(t *testing.T) {
	for name, text := range written(t, packBase) {
		if strings.HasSuffix(name, ".html") && (strings.Contains(text, "<Bay>") || !strings.Contains(text, "&lt;Bay&gt;") || regexp.MustCompile(`(src|href)=|<script|@import|url\(`).MatchString(text)) {
			t.Errorf("%s loads something, or has markup that is not ours", name)
		}
		if strings.Contains(text, "<no value>") || strings.Contains(text, "{{") {
			t.Errorf("%s was not filled in", name)
		}
		if strings.HasSuffix(name, ".md for staff") && len(words.Unkind(text, name[:2])) > 0 {
			t.Errorf("%s: %v", name, words.Unkind(text, name[:2]))
		}
	}
}
