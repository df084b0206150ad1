package emulator

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// rclone is a program that its makers run against the real services. It is asked, unchanged and by the vendors' own host names, to list
// drives of both suites; what it lists must be what is there.
func TestRcloneListsWhatIsThere(t *testing.T) {
	program := required(t, "rclone")
	w := NewWorld(Options{People: 6, Assets: 600, Seed: 5})
	r := newRclone(t, program, w, t.TempDir())
	listed := 0
	for _, p := range w.Places() {
		remote := r.remote(p)
		if remote == nil {
			continue
		}
		t.Run(p.Kind+" "+p.Name, func(t *testing.T) {
			want := truthOf(t, w, p)
			if diff := cmp.Diff(want, r.list(t, remote)); diff != "" {
				t.Errorf("listed (-want +got):\n%s", diff)
			}
			listed += len(want)
		})
	}
	if listed < 500 {
		t.Errorf("only %d things were listed", listed)
	}
}

// required finds a program, or skips the test.
func required(t testing.TB, name string) string {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil && slices.Contains(strings.Split(os.Getenv("DESIREPATH_REQUIRE"), ","), name) {
		t.Fatal(err)
	}
	if err != nil {
		t.Skipf("%s is not here", name)
	}
	return program
}

// rclone runs against one server.
type rclone struct {
	program, dir, proxy string
	server              *Server
}

func newRclone(t testing.TB, program string, w *World, dir string) rclone {
	t.Helper()
	s := NewServer(w, ServerOptions{})
	a, err := NewAuthority()
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := s.StartProxy(t.Context(), "127.0.0.1:0", a)
	if err != nil {
		t.Fatal(err)
	}
	key, err := s.GoogleCredentials("https://oauth2.googleapis.com/token")
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{"ca.pem": a.PEM(), "key.json": key, "rclone.conf": nil} {
		if err := os.WriteFile(filepath.Join(dir, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return rclone{program, dir, proxy, s}
}

// remote is how rclone is told of a drive, as the environment of its process; nil when nobody can be found who may read it.
func (r rclone) remote(p Place) []string {
	options := map[string]string{}
	switch p.Kind {
	case KindLibrary, KindPersonal:
		token, err := json.Marshal(map[string]any{"access_token": r.server.token, "token_type": "Bearer", "refresh_token": "none", "expiry": time.Now().AddDate(1, 0, 0)})
		if err != nil {
			return nil
		}
		options = map[string]string{"TYPE": "onedrive", "TOKEN": string(token), "DRIVE_ID": p.ID, "DRIVE_TYPE": "business"}
		if p.Kind == KindLibrary {
			options["DRIVE_TYPE"] = "documentLibrary"
		}
	case KindMyDrive, KindSharedDrive:
		options = map[string]string{"TYPE": "drive", "SCOPE": "drive.readonly", "SERVICE_ACCOUNT_FILE": filepath.Join(r.dir, "key.json")}
		who := p.Owner
		if p.Kind == KindSharedDrive {
			options["TEAM_DRIVE"], who = p.ID, memberOf(p)
		}
		person, ok := r.server.World.Person(who)
		if !ok {
			return nil
		}
		options["IMPERSONATE"] = person.Address
	}
	var env []string
	for k, v := range options {
		env = append(env, "RCLONE_CONFIG_AT_"+k+"="+v)
	}
	return env
}

// memberOf is somebody who may read a shared drive.
func memberOf(p Place) string {
	for _, m := range p.Members {
		if m.Person != "" {
			return m.Person
		}
	}
	return ""
}

func (r rclone) command(t testing.TB, remote []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), r.program, append(args, "--config", filepath.Join(r.dir, "rclone.conf"), "--ca-cert", filepath.Join(r.dir, "ca.pem"), "--retries", "1")...)
	cmd.Env = append(append(os.Environ(), remote...), "HTTPS_PROXY="+r.proxy, "NO_PROXY=", "no_proxy=")
	return cmd
}

// list is what rclone sees, a line for each thing.
func (r rclone) list(t *testing.T, remote []string) []string {
	t.Helper()
	cmd := r.command(t, remote, "lsjson", "-R", "--no-modtime", "at:")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("rclone: %v\n%s", err, stderr.String())
	}
	var all []struct {
		Path  string
		Size  int64
		IsDir bool
	}
	if err := json.Unmarshal(out, &all); err != nil {
		t.Fatal(err)
	}
	lines := []string{}
	for _, it := range all {
		if it.IsDir {
			it.Size = -1
		}
		lines = append(lines, fmt.Sprintf("%s %d", it.Path, it.Size))
	}
	slices.Sort(lines)
	return lines
}

// truthOf is what rclone ought to see of a place: Google's own documents by the name of the file that they are exported as, and without a size.
func truthOf(t *testing.T, w *World, p Place) []string {
	t.Helper()
	lines := []string{}
	items, next := w.List(p.ID, 0, 1<<20)
	if next >= 0 {
		t.Fatal("more than a test holds")
	}
	for _, it := range items {
		if it.ID == p.Root() || it.Gone() {
			continue
		}
		name := ""
		for _, a := range w.Ancestors(it) {
			if a.ID != p.Root() {
				name = path.Join(name, a.Name)
			}
		}
		name = path.Join(name, it.Name)
		size := it.Size()
		if it.Folder {
			size = -1
		}
		if extension := exported(it.MIME); extension != "" {
			name, size = name+extension, -1
		}
		lines = append(lines, fmt.Sprintf("%s %d", name, size))
	}
	slices.Sort(lines)
	return lines
}

// exported is what rclone exports a document of Google's as, unless it is told otherwise.
func exported(mime string) string {
	return map[string]string{
		"application/vnd.google-apps.spreadsheet":  ".xlsx",
		"application/vnd.google-apps.document":     ".docx",
		"application/vnd.google-apps.presentation": ".pptx",
		"application/vnd.google-apps.drawing":      ".svg",
	}[mime]
}
