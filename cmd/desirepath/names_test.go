package main

import (
	"html"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/web"
)

// checkNames walks through every page of the demo's portal that editors and
// auditors can open, and looks for the name or the address of anybody in the
// directory. Partners are named: that is their part.
func checkNames(t *testing.T, dir string) {
	t.Helper()
	a := testApp(t)
	c, readings, err := configFile{Config: filepath.Join(dir, "desirepath.yaml")}.readings(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer readings.Close()
	portal, err := web.New(web.Options{Source: readings, Directory: readings, Organisation: c.Organisation, Systems: readings.Systems, Language: "en", Log: a.Log, Desk: readings})
	if err != nil {
		t.Fatal(err)
	}
	people := everybody(t, readings)
	for _, role := range []access.Role{access.Editor, access.Auditor} {
		viewer := access.Viewer{Address: "somebody@elsewhere.example", Roles: []access.Role{role}}
		for path, page := range walk(t, access.As(viewer, portal)) {
			for _, text := range people {
				if strings.Contains(page, text) {
					t.Errorf("%s shows an %s %q", path, role, text)
				}
			}
		}
	}
}

// everybody gives names and addresses of all who are no partner.
func everybody(t *testing.T, readings night.Readings) (texts []string) {
	t.Helper()
	partners := map[string]bool{}
	for _, s := range readings.Systems {
		partners[s.Partner.Name] = true
	}
	names, err := readings.AccountNames(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if !partners[name] && strings.Contains(name, " ") {
			texts = append(texts, html.EscapeString(name))
		}
	}
	if len(texts) < 100 {
		t.Fatalf("the directory has %d people", len(texts))
	}
	return append(texts, "@alderbay.example")
}

// pagesMost bounds a walk.
const pagesMost = 400

// walk opens what the pages of a portal link to, to begin with those of the
// menu.
func walk(t *testing.T, portal http.Handler) map[string]string {
	t.Helper()
	link := regexp.MustCompile(`href="(/[^"#]*)"`)
	pages, open := map[string]string{}, []string{"/?show=all", "/conversations", "/coverage", "/needs", "/"}
	for len(open) > 0 && len(pages) < pagesMost {
		path := open[0]
		open = open[1:]
		if _, seen := pages[path]; seen || strings.HasPrefix(path, "/static/") {
			continue
		}
		w := httptest.NewRecorder()
		portal.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
		pages[path] = w.Body.String()
		for _, m := range link.FindAllStringSubmatch(pages[path], -1) {
			open = append(open, html.UnescapeString(m[1]))
		}
	}
	if len(pages) < 100 {
		t.Errorf("only %d pages were found", len(pages))
	}
	return pages
}
