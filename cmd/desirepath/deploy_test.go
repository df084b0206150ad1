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
	"slices"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/goccy/go-yaml"
	"github.com/google/go-cmp/cmp"
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

// TestKustomize builds what kubectl would be given.
func TestKustomize(t *testing.T) {
	tool, err := exec.LookPath("kustomize")
	if err != nil {
		t.Skip("kustomize is not installed: the overlays were not built")
	}
	for overlay, objects := range map[string]int{"base": 3, "nightly": 4, "serve": 4, "portal": 5, "workers": 1} {
		out, err := exec.CommandContext(t.Context(), tool, "build", "deploy/kubernetes/"+overlay).Output()
		if n := bytes.Count(out, []byte("\nkind: ")); err != nil || n != objects {
			t.Errorf("%s: %d objects, want %d; %v", overlay, n, objects, err)
		}
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
	for _, m := range regexp.MustCompile(`(?:src|(?:pre|post)(?:install|remove)): ([A-Za-z][^,} \n]*)`).FindAllStringSubmatch(string(text), -1) {
		if strings.HasPrefix(m[1], "dist/") || strings.HasSuffix(m[1], "/NOTICES.gz") {
			continue // made along with the package
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
	for _, unit := range units(t) {
		text := bytes.ReplaceAll(readFile(t, unit), []byte("/usr/bin/desirepath"), []byte("/bin/true")) // it need not be installed here
		if err := os.WriteFile(filepath.Join(dir, filepath.Base(unit)), text, 0o644); err != nil {
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

func units(t *testing.T) []string {
	t.Helper()
	units, err := filepath.Glob("deploy/systemd/desirepath*")
	if err != nil || len(units) < 3 {
		t.Fatalf("units %v, %v", units, err)
	}
	return units
}

// A content is a file of a package, as nfpm and goreleaser both write it.
type content struct {
	Src, Dst, Type, Packager string
	FileInfo                 struct {
		Mode  int
		Group string
	} `yaml:"file_info"`
}

// TestPackagesAgree holds that releases install what package.sh tries, and all
// units with it.
func TestPackagesAgree(t *testing.T) {
	type packing struct {
		Contents []content
		Scripts  map[string]string
	}
	var tried packing
	var released struct{ Nfpms []packing }
	for name, to := range map[string]any{"nfpm.yaml": &tried, "goreleaser.yaml": &released} {
		if err := yaml.Unmarshal(readFile(t, "deploy/package/"+name), to); err != nil {
			t.Fatal(err)
		}
	}
	// The program itself goreleaser adds.
	binary := func(c content) bool { return c.Dst == "/usr/bin/desirepath" }
	if !slices.ContainsFunc(tried.Contents, binary) || len(released.Nfpms) != 1 {
		t.Fatalf("no program in nfpm.yaml, or not one package in goreleaser.yaml: %+v", released)
	}
	tried.Contents = slices.DeleteFunc(tried.Contents, binary)
	if d := cmp.Diff(tried, released.Nfpms[0]); d != "" {
		t.Errorf("nfpm.yaml against goreleaser.yaml:\n%s", d)
	}
	for _, unit := range units(t) {
		if !slices.ContainsFunc(tried.Contents, func(c content) bool { return c.Dst == "/usr/lib/systemd/system/"+filepath.Base(unit) }) {
			t.Errorf("no package installs %s", unit)
		}
	}
}

// TestFirstConfiguration holds that what packages install lacks nothing but a
// source, and writes where the units let it.
func TestFirstConfiguration(t *testing.T) {
	const path = "deploy/desirepath.yaml"
	if _, err := config.Load(path, func(string) string { return "" }); err == nil || strings.Count(err.Error(), "\n") > 0 || !strings.Contains(err.Error(), "sources: there is none") {
		t.Errorf("as installed: %v", err)
	}
	filled := filepath.Join(t.TempDir(), "desirepath.yaml")
	writeAt(t, filled, strings.Replace(string(readFile(t, path)), "sources: []", "sources: [{name: share, folder: {path: /srv/share}}]", 1))
	c, err := config.Load(filled, func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	for _, written := range []string{c.Store, c.Out} {
		if !strings.HasPrefix(written, "/var/lib/desirepath/") {
			t.Errorf("%s is not where the units let it write", written)
		}
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
