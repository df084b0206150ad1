package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEmulate serves an organisation with one command and scans both its
// halves with another, as somebody would who tries desirepath out.
func TestEmulate(t *testing.T) {
	dir := t.TempDir()
	key := filepath.Join(dir, "key.json")
	ctx, stop := context.WithCancel(t.Context())
	told, say := io.Pipe()
	emulating := testApp(t)
	emulating.Out = say
	ended := make(chan int, 1)
	go func() {
		ended <- emulating.run(ctx, []string{"emulate", "--listen", "127.0.0.1:0", "--people", "4", "--assets", "40", "--key", key})
	}()
	ends := map[string]string{}
	for lines := bufio.NewScanner(told); len(ends) < 6 && lines.Scan(); {
		name, address, _ := strings.Cut(lines.Text(), " ")
		ends[name] = strings.TrimSpace(address)
	}
	for name, text := range map[string]string{
		"token": ends["token"],
		"desirepath.yaml": "store: inv.db\nout: out\nsources:\n" +
			"  - {name: m365, microsoft: {endpoint: '" + ends["graph"] + "', token_file: token}}\n" +
			"  - {name: workspace, google: {endpoint: '" + ends["sheets"] + "', admin: " + ends["admin"] + ", key_file: key.json}}\n",
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code := testApp(t).run(t.Context(), []string{"scan", "--config", filepath.Join(dir, "desirepath.yaml")}); code != exitOK {
		t.Errorf("exit code %d", code)
	}
	if lines := strings.Count(string(readFile(t, filepath.Join(dir, "out", "inventory.jsonl"))), "\n"); lines < 20 {
		t.Errorf("only %d assets were found", lines)
	}
	stop()
	if code := <-ended; code != exitOK {
		t.Errorf("the emulator ended with %d", code)
	}
}
