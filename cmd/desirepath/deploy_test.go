package main

import (
	"bytes"
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
)

// TestDeployFiles reads every file that installs the program.
func TestDeployFiles(t *testing.T) {
	err := filepath.WalkDir("deploy", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		t.Run(path, func(t *testing.T) {
			switch filepath.Ext(path) {
			case ".yaml":
				checkManifests(t, path)
			case ".service", ".timer":
				checkUnit(t, path)
			case ".sh":
				if out, err := exec.CommandContext(t.Context(), "bash", "-n", path).CombinedOutput(); err != nil {
					t.Errorf("%v\n%s", err, out)
				}
			}
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// checkManifests parses a file and looks that the files it names are there
// and that what it runs has no right it does not need.
func checkManifests(t *testing.T, path string) {
	text := readFile(t, path)
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	for {
		var doc map[string]any
		if err := decoder.Decode(&doc); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		resources, _ := doc["resources"].([]any)
		for _, r := range resources {
			if _, err := os.Stat(filepath.Join(filepath.Dir(path), r.(string))); err != nil {
				t.Error(err)
			}
		}
	}
	for _, m := range regexp.MustCompile(`(?:src|postinstall): ([A-Za-z][^,} \n]*)`).FindAllStringSubmatch(string(text), -1) {
		if strings.HasPrefix(m[1], "dist/") {
			continue
		}
		if _, err := os.Stat(filepath.Join("../..", m[1])); err != nil {
			t.Error(err)
		}
	}
	if bytes.Contains(text, []byte("containers:")) {
		for _, want := range []string{"runAsNonRoot: true", "readOnlyRootFilesystem: true", "allowPrivilegeEscalation: false", "drop: [ALL]", "automountServiceAccountToken: false", "type: RuntimeDefault", "memory:"} {
			if !bytes.Contains(text, []byte(want)) {
				t.Errorf("lacks %s", want)
			}
		}
	}
}

// checkUnit asks systemd itself, where it is installed.
func checkUnit(t *testing.T, path string) {
	tool, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	dir := t.TempDir()
	for _, unit := range []string{"desirepath.service", "desirepath.timer", "desirepath-serve.service"} {
		text := readFile(t, filepath.Join(filepath.Dir(path), unit))
		text = bytes.ReplaceAll(text, []byte("/usr/bin/desirepath"), []byte("/bin/true")) // it need not be installed here
		if err := os.WriteFile(filepath.Join(dir, unit), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	unit := filepath.Join(dir, filepath.Base(path))
	if out, err := exec.CommandContext(t.Context(), tool, "verify", unit).CombinedOutput(); err != nil || bytes.Contains(out, []byte(dir)) {
		t.Errorf("%v\n%s", err, out)
	}
	if filepath.Ext(path) != ".service" {
		return
	}
	// 2.0 of 10 is what systemd calls exposed to little.
	if out, err := exec.CommandContext(t.Context(), tool, "security", "--offline=true", "--threshold=20", unit).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out[max(0, len(out)-200):])
	}
}

// TestParts holds the list of parts against what Go's own tools read from the
// binary of this test.
func TestParts(t *testing.T) {
	var out bytes.Buffer
	a := testApp(t)
	a.Out = &out
	if code := a.run(t.Context(), []string{"version", "--parts", "--of", os.Args[0]}); code != exitOK {
		t.Fatalf("exit code %d", code)
	}
	var list bill
	if err := json.Unmarshal(out.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	info, err := buildinfo.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if len(list.Components) != len(info.Deps) || len(info.Deps) < 30 {
		t.Errorf("%d parts of %d", len(list.Components), len(info.Deps))
	}
	if !strings.Contains(out.String(), `"purl": "pkg:golang/github.com/xuri/excelize/v2@v`) {
		t.Error("excelize is not among the parts")
	}
}
