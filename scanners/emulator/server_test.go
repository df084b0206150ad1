package emulator

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestOnlyReadingIsServed(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	before := stateOf(w, place.ID)
	path := "/v1.0/drives/" + place.ID + "/items/" + named(t, w, place.ID, "root.csv").ID
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete} {
		c.body(http.StatusMethodNotAllowed, c.do(method, path))
	}
	c.get(path)
	if n := c.s.Mutations(); n != 4 {
		t.Errorf("%d mutations counted, want 4", n)
	}
	if diff := cmp.Diff(before, stateOf(w, place.ID)); diff != "" {
		t.Errorf("something changed:\n%s", diff)
	}
}

func TestTokenIsNeeded(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	for path := range newGraph(c.s).endpoints() {
		path = "/v1.0" + strings.NewReplacer("{drive}", place.ID, "{item}", place.Root(), "{site}", place.Site, "{user}", "ada@example.edu").Replace(path)
		for _, header := range []string{"", "Bearer ", "Bearer wrong", "Basic " + c.s.token} {
			c.body(http.StatusUnauthorized, c.do(http.MethodGet, path, "Authorization", header))
		}
	}
}

func TestRolesAreNeeded(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{Roles: []string{"User.Read.All"}})
	c.get("/v1.0/users")
	c.body(http.StatusForbidden, c.do(http.MethodGet, "/v1.0/sites/getAllSites"))
	c.body(http.StatusForbidden, c.do(http.MethodGet, "/v1.0/drives/"+place.ID+"/root/delta"))
	claims := strings.Split(c.s.token, ".")[1]
	raw, err := base64.RawURLEncoding.DecodeString(claims)
	if err != nil {
		t.Fatal(err)
	}
	var seen struct{ Roles []string }
	if err := json.Unmarshal(raw, &seen); err != nil || !slices.Equal(seen.Roles, []string{"User.Read.All"}) {
		t.Errorf("roles in the token: %v, %v", seen.Roles, err)
	}
}

func TestUnknownOptionsAreRefused(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	for _, path := range []string{"/v1.0/users?$filter=accountEnabled%20eq%20true", "/v1.0/drives/" + place.ID + "/root/delta?$expand=permissions"} {
		c.body(http.StatusBadRequest, c.do(http.MethodGet, path))
	}
}

func TestRequestsAreCountedByTemplate(t *testing.T) {
	w, place := library(t)
	c := serve(t, w, ServerOptions{})
	c.walk("/v1.0/drives/" + place.ID + "/root/delta?$top=2")
	c.walk("/v1.0/drives('" + place.ID + "')/root/delta()")
	c.do(http.MethodGet, "/v1.0/unknown/thing")
	want := []Request{
		{"GET", "/v1.0/drives/{drive}/root/delta", 4},
		{"GET", "/v1.0/unknown/thing", 1},
	}
	if diff := cmp.Diff(want, c.s.Requests()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := c.s.Count("delta"); n != 4 {
		t.Errorf("delta was counted %d times", n)
	}
	if c.s.ResetRequests(); len(c.s.Requests()) != 0 {
		t.Error("there are counts after a reset")
	}
}

func TestServing(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	s, err := New(Options{People: 3, Assets: 10, Files: t.TempDir(), Faults: "seed=1"})
	if err != nil {
		t.Fatal(err)
	}
	at, err := s.Start(ctx, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest(http.MethodGet, at.Graph+"/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+at.Token)
	res, err := http.DefaultClient.Do(req)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("users: %v, %v", res, err)
	}
	res.Body.Close()
	stop()
	for range 100 {
		if _, err = http.DefaultClient.Do(req); err != nil {
			break
		}
	}
	if err == nil {
		t.Error("it answers after its context ended")
	}
	for _, bad := range []string{"0.0.0.0:0", ":0", "x", "example.edu:80"} {
		if _, err := s.Start(t.Context(), bad); err == nil {
			t.Errorf("it listens on %s", bad)
		}
	}
	for _, bad := range []Options{{Faults: "x=1"}, {Files: "missing-folder"}} {
		if _, err := New(bad); err == nil {
			t.Errorf("%+v was served", bad)
		}
	}
}
