package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// aStudent is an id of the test's: no output may hold one.
func aStudent(i int) string { return fmt.Sprintf("QX7%06d", 104729*i%1_000_000) }

// TestIDs scans a share by night, learns a system from an export with its ids,
// and finds at the next night that a sheet holds them: the file is looked at
// again, although nothing changed in it. No id is anywhere to be found, and
// when the key is taken away, nothing is left of the samples.
func TestIDs(t *testing.T) {
	share, dir := t.TempDir(), ""
	table := func(n int, headings string, row func(i int) string) []byte {
		var b bytes.Buffer
		b.WriteString(headings + "\n")
		for i := range n {
			b.WriteString(row(i) + "\n")
		}
		return b.Bytes()
	}
	write := func(path string, b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// Four of five are students; the others have numbers of another kind.
	write(filepath.Join(share, "excursion.csv"), table(150, "ID No,Seat,Bus", func(i int) string {
		id := aStudent(3 * i)
		if i%5 == 0 {
			id = fmt.Sprintf("V%07d", i)
		}
		return id + ",window,B"
	}))
	write(filepath.Join(share, "stock.csv"), table(150, "Part no,Bin,Qty on hand", func(i int) string { return fmt.Sprintf("P%06d,A,3", i) }))
	dir = newNight(t, share)
	config := filepath.Join(dir, "desirepath.yaml")
	run := func(args ...string) string {
		t.Helper()
		a := testApp(t)
		var out, said bytes.Buffer
		a.Out, a.Err = &out, &said
		if code := a.run(t.Context(), args); code != exitOK {
			t.Fatalf("%v: exit code %d\n%s%s", args, code, &out, &said)
		}
		return out.String()
	}
	run("scan", "--config", config)
	if e := idEvidence(t, dir, "excursion.csv"); e != nil {
		t.Fatalf("without a key there is %v", e)
	}

	write(filepath.Join(dir, "ids.key"), []byte("VGhpcyBpcyBhIHRlc3QsIGFuZCBubyBrZXkgb2YgYW55Ym9keS4=\n"))
	write(config, append(readFile(t, config), "scan: {id_key_file: ids.key}\n"...))
	run("scan", "--config", config)

	export := filepath.Join(dir, "students.csv")
	write(export, table(2000, "Student Number,First name,Programme,Enrolment status,Intake", func(i int) string { return aStudent(i) + ",A,B,enrolled,2025" }))
	learnt := run("catalogue", "learn", "--name", "Student Records", "--capability", "student-records", "--keys", export+":student number", "--key-file", filepath.Join(dir, "ids.key"), export)
	if err := os.Remove(export); err != nil {
		t.Fatal(err)
	}
	learnt = strings.Replace(learnt, `partner: {name: "", address: ""}`, `partner: {name: "Mele", address: "mele@alderbay.example"}`, 1)
	systems := filepath.Join(dir, "systems.yaml")
	write(systems, append(readFile(t, systems), learnt...))
	run("catalogue", "lint", "--catalogue", systems)
	run("scan", "--config", config)
	e := idEvidence(t, dir, "excursion.csv")
	if e == nil {
		t.Fatal("the next night knows nothing of the ids")
	}
	said := words.Sentence(*e, "en")
	if !regexp.MustCompile(`^About (7\d|8\d|9[0-3]) % of the ids in it are student numbers of Student Records: \d+ of the \d+ that could be compared, so probably \d+ to \d+ %\.$`).MatchString(said) {
		t.Errorf("it says: %s", said)
	}
	if e := idEvidence(t, dir, "stock.csv"); e != nil {
		t.Errorf("of the stock it says: %v", e)
	}
	searchIDs(t, dir)

	write(config, bytes.ReplaceAll(readFile(t, config), []byte("scan: {id_key_file: ids.key}\n"), nil))
	run("scan", "--config", config)
	for _, s := range subjectsOf(t, dir) {
		if s.Structure.IDs.Key != "" || s.Structure.IDs.Columns != nil {
			t.Errorf("%s: a sample outlived its key", s.Asset.Name)
		}
	}
}

// idEvidence is what the verdict on a file says of ids, if anything.
func idEvidence(t *testing.T, dir, name string) *inventory.Evidence {
	t.Helper()
	for line := range bytes.Lines(readFile(t, filepath.Join(dir, "out", "inventory.jsonl"))) {
		var r inventory.Record
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatal(err)
		}
		if r.Asset.Name != name || r.Verdict == nil {
			continue
		}
		for _, e := range r.Verdict.Evidence {
			if e.Signal == "ids" {
				return &e
			}
		}
	}
	return nil
}

func subjectsOf(t *testing.T, dir string) []inventory.Subject {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(dir, "inv.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	ids, err := store.Unjudged(t.Context(), "no basis", 100)
	if err != nil {
		t.Fatal(err)
	}
	subjects, err := store.Subjects(t.Context(), ids)
	if err != nil || len(subjects) == 0 {
		t.Fatalf("%d subjects, %v", len(subjects), err)
	}
	return subjects
}

// searchIDs searches all files of a folder for ids.
func searchIDs(t *testing.T, dir string) {
	t.Helper()
	id := regexp.MustCompile(`(?i)qx7\d{3}|v000\d{4}`)
	files := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		if found := id.Find(readFile(t, path)); found != nil {
			t.Errorf("%s holds %s", path, found)
		}
		return nil
	})
	if err != nil || files < 8 {
		t.Fatalf("%d files, %v", files, err)
	}
}
