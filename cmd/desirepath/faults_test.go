package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/scanners/emulator"
)

// TestTenantsThatMisbehave scans an emulated tenant that goes wrong in one way
// and checks what the operator is told and the exit code. What was stored
// before is still there.
func TestTenantsThatMisbehave(t *testing.T) {
	for _, c := range []struct {
		name   string
		faults string
		roles  []string
		code   int
		said   string
	}{
		{"a proxy's sign-in page instead of data", "html=1", nil, exitFailure, "proxy"},
		{"no permission to read sites and files", "", []string{"User.Read.All"}, exitNotPermitted, "Sites.Read.All"},
		{"some trouble that passes", "throttle=0.1,retry-after=1s,5xx=0.05,cut=0.02,seed=3", nil, exitOK, "complete"},
	} {
		t.Run(c.name, func(t *testing.T) {
			world := emulator.NewWorld(emulator.Options{Seed: 5, People: 6, Assets: 60})
			good := emulator.NewServer(world, emulator.ServerOptions{})
			dir := t.TempDir()
			if code, said := scanTenant(t, dir, good); code != exitOK {
				t.Fatalf("exit code %d\n%s", code, said)
			}
			before := readFile(t, filepath.Join(dir, "out", "inventory.jsonl"))

			faults, err := emulator.ParseFaults(c.faults)
			if err != nil {
				t.Fatal(err)
			}
			bad := emulator.NewServer(world, emulator.ServerOptions{Faults: faults, Roles: c.roles})
			code, said := scanTenant(t, dir, bad)
			if code != c.code || !strings.Contains(said, c.said) {
				t.Errorf("exit code %d, want %d and %q in\n%s", code, c.code, c.said, said)
			}
			out, code := inventoryOf(t, dir)
			if code != exitOK || bytes.Count(out, []byte("\n")) != bytes.Count(before, []byte("\n")) {
				t.Errorf("the inventory had %d lines, has %d", bytes.Count(before, []byte("\n")), bytes.Count(out, []byte("\n")))
			}
		})
	}
}

// TestClockADayOff scans with a clock that is a day ahead, as after a dead
// battery, then with one that was set back, and then with one a day behind:
// the inventory is the same each time, and nothing waits for a day that the
// clock has not reached.
func TestClockADayOff(t *testing.T) {
	world := emulator.NewWorld(emulator.Options{Seed: 5, People: 6, Assets: 60})
	server := emulator.NewServer(world, emulator.ServerOptions{})
	dir := t.TempDir()
	if code, said := scanTenant(t, dir, server); code != exitOK {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	settings := filepath.Join(dir, "desirepath.yaml")
	inventory := filepath.Join(dir, "out", "inventory.jsonl")
	want := readFile(t, inventory)
	if err := os.Remove(filepath.Join(dir, "inv.db")); err != nil {
		t.Fatal(err)
	}
	for _, off := range []time.Duration{24 * time.Hour, 0, -24 * time.Hour} {
		a := testApp(t)
		a.Now = func() time.Time { return time.Now().Add(off) }
		if code := a.run(t.Context(), []string{"scan", "--config", settings}); code != exitOK {
			t.Fatalf("%v off: exit code %d", off, code)
		}
		if !bytes.Equal(want, readFile(t, inventory)) {
			t.Errorf("%v off: the inventory is another", off)
		}
	}
}

// TestTokenRevokedMidway takes the token back at one request after another of
// a first night: what was listed stays, the operator is told, and the next
// night ends where one that nobody disturbed does.
func TestTokenRevokedMidway(t *testing.T) {
	server := emulator.NewServer(emulator.NewWorld(emulator.Options{Seed: 5, People: 6, Assets: 60}), emulator.ServerOptions{})
	undisturbed := t.TempDir()
	if code, said := scanTenant(t, undisturbed, server); code != exitOK {
		t.Fatalf("exit code %d\n%s", code, said)
	}
	want := readFile(t, filepath.Join(undisturbed, "out", "inventory.jsonl"))
	for _, after := range []int64{3, 12, 25} {
		dir := t.TempDir()
		code, said := scanAt(t, dir, revoking(t, server, after), 0)
		listing := after == 3 // still: sources say why in full
		if code != exitPartial && code != exitNotPermitted || listing && !strings.Contains(said, "(InvalidAuthenticationToken): not permitted: check") {
			t.Errorf("revoked after %d requests: exit code %d\n%s", after, code, said)
		}
		ends, err := server.Start(t.Context(), "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		if code, said := scanAt(t, dir, ends, 24*time.Hour); code != exitOK {
			t.Errorf("given again after %d requests: exit code %d\n%s", after, code, said)
		}
		if d := cmp.Diff(string(want), string(readFile(t, filepath.Join(dir, "out", "inventory.jsonl")))); d != "" {
			t.Errorf("revoked after %d requests: the inventory is another:\n%s", after, d)
		}
	}
}

// revoking answers so many requests, and then knows the token no more.
func revoking(t *testing.T, server *emulator.Server, after int64) emulator.Endpoints {
	t.Helper()
	var asked atomic.Int64
	answer := server.Handler()
	moody := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if asked.Add(1) <= after {
			answer.ServeHTTP(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusUnauthorized)
		_, _ = io.WriteString(w, `{"error":{"code":"InvalidAuthenticationToken","message":"Access token has been revoked."}}`)
	}))
	t.Cleanup(moody.Close)
	return server.Endpoints(moody.URL)
}

// scanTenant scans a Microsoft tenant that a server emulates.
func scanTenant(t *testing.T, dir string, server *emulator.Server) (code int, said string) {
	t.Helper()
	ends, err := server.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return scanAt(t, dir, ends, 0)
}

// scanAt scans what answers at an address, by a clock that is later by so much.
func scanAt(t *testing.T, dir string, ends emulator.Endpoints, later time.Duration) (code int, said string) {
	t.Helper()
	for name, text := range map[string]string{
		"token":           ends.Token,
		"desirepath.yaml": "store: inv.db\nout: out\nsources:\n  - {name: m365, microsoft: {endpoint: '" + ends.Graph + "', token_file: token}}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	a := testApp(t)
	a.Out, a.Err = &b, &b
	a.Now = func() time.Time { return time.Now().Add(later) }
	code = a.run(t.Context(), []string{"scan", "--config", filepath.Join(dir, "desirepath.yaml")})
	if strings.Contains(b.String(), ends.Token) {
		t.Error("the token was printed")
	}
	return code, b.String()
}

func inventoryOf(t *testing.T, dir string) ([]byte, int) {
	t.Helper()
	var b bytes.Buffer
	a := testApp(t)
	a.Out, a.Err = &b, io.Discard
	code := a.run(t.Context(), []string{"inventory", "list", "--output", "json", "--config", filepath.Join(dir, "desirepath.yaml")})
	return b.Bytes(), code
}
