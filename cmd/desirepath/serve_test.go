package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// TestServeKeepsTheSchedule has a night that was missed made up for by "serve",
// and watches it from outside.
func TestServeKeepsTheSchedule(t *testing.T) {
	dir := t.TempDir()
	writeAt(t, filepath.Join(dir, "share", "volunteers.csv"), "Volunteer,E-mail,Shift,Hours\nA,a@example.org,1,2\nB,b@example.org,2,3\n")
	settings := filepath.Join(dir, "desirepath.yaml")
	writeAt(t, settings, "organisation: Test\nstore: d.db\nout: results\nsources: [{name: share, folder: {path: share}}]\n")
	earlier := testApp(t)
	earlier.Now = func() time.Time { return time.Now().AddDate(0, 0, -3) }
	if code := earlier.run(t.Context(), []string{"scan", "--config", settings}); code != exitOK {
		t.Fatalf("scan: exit code %d", code)
	}
	writeAt(t, settings, "organisation: Test\nstore: d.db\nout: results\nschedule: {at: '30 1 * * *', zone: Europe/Berlin}\nmetrics: {textfile: node.prom}\nsources: [{name: share, folder: {path: share}}]\n")

	out := &said{}
	a := testApp(t)
	a.Out = out
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() {
		ended <- a.run(ctx, []string{"serve", "--config", settings, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"})
	}()
	out.waitFor(t, "run 2 complete")
	out.waitFor(t, "The next night begins")
	base := regexp.MustCompile(`metrics: (http://\S+)/metrics`).FindStringSubmatch(out.String())[1]

	if body := get(t, base+"/livez", http.StatusOK); body != "alive\n" {
		t.Errorf("livez: %q", body)
	}
	var ready struct {
		Ready   bool
		LastRun string `json:"last_run"`
		Ended   time.Time
	}
	if err := json.Unmarshal([]byte(get(t, base+"/readyz", http.StatusOK)), &ready); err != nil || !ready.Ready || ready.LastRun != "complete" || time.Since(ready.Ended) > time.Hour {
		t.Errorf("readyz: %+v, %v", ready, err)
	}
	scraped := get(t, base+"/metrics", http.StatusOK)
	for _, want := range []string{`desirepath_assets{kind="table",tenant="share"} 1`, "desirepath_next_run_timestamp_seconds 1.", "desirepath_last_run_stage_duration_seconds{stage=\"list\"}", "go_goroutines"} {
		if !strings.Contains(scraped, want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	if node, err := os.ReadFile(filepath.Join(dir, "node.prom")); err != nil || !strings.Contains(string(node), "desirepath_assets") {
		t.Errorf("textfile: %v", err)
	}
	stop()
	select {
	case <-ended:
	case <-time.After(20 * time.Second):
		t.Fatal("serve did not end")
	}
}

// TestServeReload has serve read its configuration again when it is told to, and goes on by
// the one before when the new one is no good.
func TestServeReload(t *testing.T) {
	dir := t.TempDir()
	writeAt(t, filepath.Join(dir, "share", "volunteers.csv"), "Volunteer,E-mail,Shift,Hours\nA,a@example.org,1,2\n")
	settings := filepath.Join(dir, "desirepath.yaml")
	text := "organisation: %s\nstore: d.db\nout: results\nsources: [{name: share, folder: {path: share}}]\n"
	writeAt(t, settings, fmt.Sprintf(text, "Before"))
	if code := testApp(t).run(t.Context(), []string{"scan", "--config", settings}); code != exitOK {
		t.Fatalf("scan: exit code %d", code)
	}
	out := &said{}
	a := testApp(t)
	a.Out, a.Err = out, out
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan int)
	go func() {
		ended <- a.run(ctx, []string{"serve", "--config", settings, "--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"})
	}()
	out.waitFor(t, "The inventory:")
	base := regexp.MustCompile(`inventory: (http://\S+)/`).FindStringSubmatch(out.String())[1]
	if page := get(t, base+"/", http.StatusOK); !strings.Contains(page, "Before") {
		t.Error("the page does not name the organisation")
	}
	tell := func(text, answer string) {
		t.Helper()
		writeAt(t, settings, text)
		if err := syscall.Kill(os.Getpid(), syscall.SIGHUP); err != nil {
			t.Fatal(err)
		}
		out.waitFor(t, answer)
	}
	tell(fmt.Sprintf(text, "Afterwards"), "The configuration was read again.")
	if page := get(t, base+"/", http.StatusOK); !strings.Contains(page, "Afterwards") {
		t.Error("the page names the organisation as before")
	}
	tell("organisation: Nonsense\nnobody: knows\n", "stays in force")
	tell("organisation: Other\nstore: e.db\nout: results\nsources: [{name: share, folder: {path: share}}]\n", "another inventory takes a new start")
	if page := get(t, base+"/", http.StatusOK); !strings.Contains(page, "Afterwards") {
		t.Error("a configuration that is no good was followed")
	}
	stop()
	<-ended
}

func writeAt(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func get(t *testing.T, address string, status int) string {
	t.Helper()
	resp, err := http.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != status {
		t.Fatalf("%s: %s %v", address, resp.Status, err)
	}
	return string(body)
}

// said is output that is read while it is written.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

func (s *said) waitFor(t *testing.T, text string) {
	t.Helper()
	for range 600 {
		if strings.Contains(s.String(), text) {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.Fatalf("it never said %q, but:\n%s", text, s.String())
}
