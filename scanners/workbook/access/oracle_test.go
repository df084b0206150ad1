package access_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/scanners/workbook/access"
)

// TestMDBTools: MDB Tools reads the databases that tests make as we do, so that
// the format of those is not only our idea of it; and where DESIREPATH_DATABASES
// names a folder of real ones, it reads each of them as we do.
func TestMDBTools(t *testing.T) {
	if _, err := exec.LookPath("mdb-tables"); err != nil {
		need(t, "mdbtools", "mdb-tables is not installed")
	}
	dir := t.TempDir()
	for version := range byte(5) {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("made-%d.mdb", version)), contacts(version).Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	files := found(t, dir)
	if real := os.Getenv("DESIREPATH_DATABASES"); real != "" {
		files = append(files, found(t, real)...)
	}
	tables := 0
	for _, path := range files {
		t.Run(filepath.Base(path), func(t *testing.T) { tables += compare(t, path) })
	}
	t.Logf("%d databases with %d tables", len(files), tables)
}

// need skips, unless what is missing is said to be there.
func need(t *testing.T, what, why string) {
	t.Helper()
	if slices.Contains(strings.Split(os.Getenv("DESIREPATH_REQUIRE"), ","), what) {
		t.Fatal(why)
	}
	t.Skip("skipped: " + why)
}

func found(t *testing.T, dir string) (out []string) {
	t.Helper()
	for _, pattern := range []string{"*.mdb", "*.accdb"} {
		files, err := filepath.Glob(filepath.Join(dir, pattern))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, files...)
	}
	return out
}

// compare compares the tables, their columns and row counts, and the queries.
func compare(t *testing.T, path string) int {
	file, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	got, err := access.Read(bytes.NewReader(file), int64(len(file)), access.Options{Tables: 1000, Full: true})
	if err != nil {
		t.Fatal(err)
	}
	var tables, queries []string
	for _, table := range got.Tables {
		if table.Link != (access.Link{}) {
			continue
		}
		tables = append(tables, table.Name)
		var names []string
		for _, c := range table.Columns {
			names = append(names, c.Name)
		}
		if diff := cmp.Diff(columnsOf(t, path, table.Name), names); diff != "" {
			t.Errorf("columns of %s (-mdbtools +got):\n%s", table.Name, diff)
		}
		if n := strings.TrimSpace(output(t, "mdb-count", path, table.Name)); n != strconv.Itoa(table.Rows) {
			t.Errorf("%s: %d rows, and mdbtools counts %s", table.Name, table.Rows, n)
		}
	}
	for _, q := range got.Queries {
		queries = append(queries, q.Name)
	}
	ignored := func(names []string) []string {
		names = slices.DeleteFunc(append([]string{}, names...), func(s string) bool {
			return s == "" || strings.HasPrefix(s, "~") || strings.HasPrefix(s, "f_")
		})
		slices.Sort(names)
		return names
	}
	if diff := cmp.Diff(ignored(strings.Split(output(t, "mdb-tables", "-1", path), "\n")), ignored(tables)); diff != "" {
		t.Errorf("tables (-mdbtools +got):\n%s", diff)
	}
	if diff := cmp.Diff(ignored(strings.Split(output(t, "mdb-queries", "-L", "-1", path), "\n")), ignored(queries)); diff != "" {
		t.Errorf("queries (-mdbtools +got):\n%s", diff)
	}
	return len(tables)
}

func columnsOf(t *testing.T, path, table string) []string {
	t.Helper()
	line, _, _ := strings.Cut(output(t, "mdb-export", path, table), "\n")
	names, err := csv.NewReader(strings.NewReader(line)).Read()
	if err != nil {
		t.Fatal(err)
	}
	return names
}

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.Command(name, args...).Output()
	if err != nil {
		t.Fatalf("%s %q: %v", name, args, err)
	}
	return string(out)
}
