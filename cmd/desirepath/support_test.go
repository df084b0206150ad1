package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// A word planted as a name, an address, a file, a folder, a source, a system,
// a token and in errors is in no byte of a bundle, and what helps is there.
func TestSupportBundleNamesNothing(t *testing.T) {
	share := filepath.Join(t.TempDir(), "zq7canary")
	if err := os.Mkdir(share, 0o700); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(share, "Zq7Canary marks.csv"), "Student ID,Student name,Course,Final grade\n1,a,x,y\n2,b,x,y\n")
	dir := newNight(t, share)
	a := testApp(t)
	config := filepath.Join(dir, "desirepath.yaml")
	put(t, config, string(readFile(t, config))+"contact: Zq7Canary, zq7canary@example.org\noutreach: {mail: {host: zq7canary.example, domain: zq7canary.example, user: zq7canary}}\nmetrics: {pushgateway: 'http://zq7canary.example:9091'}\n"+
		"portal: {address: 'https://zq7canary.example', sign_in: {issuer: 'https://zq7canary.example', client_id: zq7canary, roles: {partner: [zq7canary@example.org]}}}\nscope: {exclude: {people: [zq7canary@example.org], places: [Zq7Canary club]}}\n")
	if code := a.run(t.Context(), []string{"scan", "--config", config}); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	plantRun(t, dir)
	to := filepath.Join(t.TempDir(), "support.zip")
	if code := a.run(t.Context(), []string{"support-bundle", "--config", config, "--out", to}); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	all := string(unpacked(t, to))
	if strings.Contains(strings.ToLower(all), "canary") || strings.Contains(all, share) {
		t.Errorf("the bundle names something:\n%s", all)
	}
	for _, want := range []string{`"schema":`, `"result": "partial"`, `the token of #`, `"template": "/users/{id}"`, "people: 1", "quiet_days: 180", "desirepath_assets"} {
		if !strings.Contains(all, want) {
			t.Errorf("the bundle has no %s", want)
		}
	}
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// plantRun keeps a run that went wrong and says so with names.
func plantRun(t *testing.T, dir string) {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), filepath.Join(dir, "inv.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	id, err := s.StartRun(t.Context())
	run := inventory.Run{
		ID: id, Result: inventory.RunPartial, Error: "drive zq7canary: the token of zq7canary@example.org was refused: eyJhbGciZq7canary 403", Started: time.Now(),
		Places: []inventory.PlaceReport{{Place: "m365/zq7canary", Name: "Zq7Canary's drive", Error: `GET https://x.example/zq7canary: forbidden, "zq7canary.xlsx"`}},
		Ledger: inventory.Ledger{{Host: "zq7canary.sharepoint.com", Method: "GET", Template: "/users/{id}", Status: 403, Count: 2}},
	}
	if err := errors.Join(err, s.FinishRun(t.Context(), run), s.Close()); err != nil {
		t.Fatal(err)
	}
}

func unpacked(t *testing.T, path string) []byte {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	var all bytes.Buffer
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		all.WriteString(f.Name + "\n")
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
		all.WriteString("\n")
	}
	return all.Bytes()
}
