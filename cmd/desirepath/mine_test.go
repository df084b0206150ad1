package main

import (
	"bytes"
	"database/sql"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/web"
	"github.com/desirepath/desirepath/inventory"
)

// TestForgottenStaysForgotten has a builder find a tool of theirs on their
// page and have it forgotten there. The next night lists everything from
// scratch, and neither keeps that tool nor looks at it.
func TestForgottenStaysForgotten(t *testing.T) {
	a := testApp(t)
	demo := demoCmd{Out: t.TempDir()}
	c, err := demo.prepare(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.scan(t.Context(), c, time.Time{}); err != nil {
		t.Fatal(err)
	}
	const builder, tool = "priya.raman@alderbay.example", "BIOL110 gradebook.xlsx"
	_, readings, err := demo.results().readings(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	var id inventory.AssetID
	for r, err := range readings.Records(t.Context(), inventory.Filter{Text: tool}) {
		if err != nil {
			t.Fatal(err)
		}
		id = r.Asset.ID
	}
	server := builders(t, readings, a, builder)
	if page := fetch(t, server.URL+"/mine"); !strings.Contains(page, tool) {
		t.Errorf("%s is not on the builder's page:\n%s", tool, page)
	}
	answer, err := server.Client().PostForm(server.URL+"/mine/erase", url.Values{"asset": {string(id)}, "sure": {"yes"}})
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatalf("%+v, %v", answer, err)
	}
	answer.Body.Close()
	if page := fetch(t, server.URL+"/mine"); strings.Contains(page, tool) {
		t.Errorf("%s is still on the builder's page", tool)
	}
	if err := readings.Close(); err != nil {
		t.Fatal(err)
	}
	fromScratch(t, c.Store)
	second, err := a.scan(t.Context(), c, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range second.Ledger { // nothing else changed: no workbook is opened
		if strings.Contains(l.Template, "/content") || strings.Contains(l.Template, "download") {
			t.Errorf("looked inside: %+v", l)
		}
	}
	if _, readings, err = demo.results().readings(t.Context(), a); err != nil {
		t.Fatal(err)
	}
	defer readings.Close()
	if _, err := readings.Record(t.Context(), id); !errors.Is(err, inventory.ErrNotFound) {
		t.Errorf("it is back: %v", err)
	}
	for _, name := range []string{"inventory.jsonl", "outreach.csv", "report.html"} {
		if bytes.Contains(readFile(t, filepath.Join(c.Out, name)), []byte(tool)) {
			t.Errorf("%s names it", name)
		}
	}
}

// builders is the portal as a builder opens it.
func builders(t *testing.T, readings night.Readings, a *app, who string) *httptest.Server {
	t.Helper()
	portal, err := web.New(web.Options{Source: readings, Directory: readings, Desk: readings, Systems: readings.Systems, Log: a.Log, Now: a.Now})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(access.As(access.Viewer{Address: who, Roles: []access.Role{access.Builder}}, portal))
	t.Cleanup(server.Close)
	return server
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%s: status %d, %v", address, resp.StatusCode, err)
	}
	return string(body)
}

// fromScratch has the next night list everything anew.
func fromScratch(t *testing.T, store string) {
	t.Helper()
	db, err := sql.Open("sqlite", store)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), `UPDATE places SET resume = ''`); err != nil {
		t.Fatal(err)
	}
}
