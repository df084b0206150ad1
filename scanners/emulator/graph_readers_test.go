package emulator

import (
	"compress/gzip"
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every path that is served is in the table, and every permission in it is one that Microsoft lets an application read that path with.
func TestReadersAreMicrosofts(t *testing.T) {
	published := publishedReaders(t)
	table := readers()
	w, _ := library(t)
	for _, path := range slices.Sorted(maps.Keys(newGraph(NewServer(w, ServerOptions{})).endpoints())) {
		if table[path] == nil {
			t.Errorf("%s is not in the table of readers", path)
		}
	}
	// What the published table does not name is the same thing by another name.
	same := map[string]string{
		"/sites/onedrive.getallsites": "/sites/getallsites", "/drives/{}/root": "/drives/{}/items/{}", "/drives/{}/root/children": "/drives/{}/items/{}/children",
		"/drives/{}/items/{}/delta": "/drives/{}/root/delta", "/sites/{}/drive/root/delta": "/drives/{}/root/delta",
		"/reports/{}/{}": "/reports/getsharepointsiteusagedetail(period={})",
	}
	for path, roles := range table {
		at := anonymous(path)
		if published[at] == nil {
			at = same[at]
		}
		for _, role := range roles {
			if !slices.Contains(published[at], role) {
				t.Errorf("%s: %s does not let an application read %q; these do: %v", path, role, at, published[at])
			}
		}
	}
}

// publishedReaders are the permissions with which applications may read, by path without the names of its parameters.
func publishedReaders(t *testing.T) map[string][]string {
	f, err := os.Open(shared(t, "reference/graph-permissions.json.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Permissions map[string]struct {
			PathSets []struct {
				Schemes []string       `json:"schemeKeys"`
				Methods []string       `json:"methods"`
				Paths   map[string]any `json:"paths"`
			} `json:"pathSets"`
		} `json:"permissions"`
	}
	if err := json.NewDecoder(z).Decode(&table); err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	for name, p := range table.Permissions {
		for _, set := range p.PathSets {
			if !slices.Contains(set.Schemes, "Application") || !slices.Contains(set.Methods, "GET") {
				continue
			}
			for path := range set.Paths {
				out[anonymous(path)] = append(out[anonymous(path)], name)
			}
		}
	}
	return out
}

// anonymous is a path template in small letters without the names of its parameters.
func anonymous(path string) string {
	path, _, _ = strings.Cut(strings.ToLower(path), "?")
	return regexp.MustCompile(`\{[^}]*\}`).ReplaceAllString(path, "{}")
}

// A token opens what its permissions name, path by path, and nothing else.
func TestTokensOpenWhatTheyName(t *testing.T) {
	w, place := library(t)
	site := w.Sites()[0].ID
	for _, tc := range []struct {
		roles        string
		opens, stays []string
	}{
		{"User.ReadBasic.All", []string{"/users"}, []string{"/groups", "/organization", "/sites/getAllSites", "/drives/" + place.ID}},
		{"Files.Read.All", []string{"/drives/" + place.ID + "/root/delta", "/sites/" + site + "/drives"}, []string{"/sites/getAllSites", "/sites/" + site + "/lists", "/users"}},
		{"Sites.Read.All", []string{"/sites/getAllSites", "/sites/" + site + "/lists", "/drives/" + place.ID + "/root/delta"}, []string{"/users", "/groups"}},
		{"Files.ReadWrite.All", []string{"/drives/" + place.ID + "/root/delta"}, []string{"/sites/getAllSites"}},
		{"Directory.Read.All", []string{"/users", "/groups", "/organization", "/oauth2PermissionGrants"}, []string{"/sites/getAllSites", "/appCatalogs/teamsApps"}},
		{"Application.Read.All", []string{"/applications"}, []string{"/oauth2PermissionGrants", "/users"}},
		{"Sites.Selected", nil, []string{"/sites/getAllSites", "/drives/" + place.ID + "/root/delta"}},
	} {
		c := serve(t, w, ServerOptions{Roles: []string{tc.roles}})
		served := newGraph(c.s).endpoints()
		for _, path := range tc.opens {
			if _, known := served[path]; known || strings.Count(path, "/") > 1 {
				c.get("/v1.0" + path)
			}
		}
		for _, path := range tc.stays {
			if _, known := served[path]; known || strings.Count(path, "/") > 1 {
				c.body(http.StatusForbidden, c.do(http.MethodGet, "/v1.0"+path))
			}
		}
	}
}

// A token for basic reads shows names and addresses of people, and nothing else of them.
func TestBasicReads(t *testing.T) {
	w, _ := library(t)
	w.AddPerson(Person{Name: "Ada Abbott", Address: "ada@example.edu", Department: "Finance", Microsoft: true})
	for role, want := range map[string]bool{"User.ReadBasic.All": false, "User.Read.All": true} {
		c := serve(t, w, ServerOptions{Roles: []string{role}})
		for _, u := range c.list("/v1.0/users?$select=id,displayName,department,accountEnabled").Value {
			if u["displayName"] == "" || (u["accountEnabled"] != nil) != want || u["displayName"] == "Ada Abbott" && (u["department"] != nil) != want {
				t.Errorf("with %s: %v", role, u)
			}
		}
	}
}

// Options and headers that Graph refuses are refused.
func TestObjections(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	drive := "/v1.0/drives/" + place.ID
	for _, url := range []string{drive + "/root/delta?$select=id,nmae", "/v1.0/users?$select=id,departement", "/v1.0/sites/getAllSites?$select=dispalyName", "/v1.0/users?$top=1000"} {
		c.body(http.StatusBadRequest, c.do(http.MethodGet, url))
	}
	for _, url := range []string{drive + "/root/delta?$select=id,content.downloadUrl,remoteItem&$top=5000", "/v1.0/users?$select=id,proxyAddresses&$top=999", "/v1.0/sites/getAllSites?$select=id,siteCollection"} {
		c.get(url)
	}
	c.body(http.StatusBadRequest, c.do(http.MethodGet, drive+"/root/delta", "Prefer", "deltashowsharingchanges"))
	c.get(drive+"/root/delta", "Prefer", "deltashowremovedasdeleted, deltatraversepermissiongaps, deltashowsharingchanges")
}
