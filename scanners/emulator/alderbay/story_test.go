package alderbay

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"github.com/xuri/excelize/v2"
)

func load(t *testing.T) *Story {
	t.Helper()
	s, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestStoryIsLargeAndMostlyInnocent(t *testing.T) {
	s := load(t)
	if len(s.People) < 115 || len(s.Assets) < 290 {
		t.Errorf("%d people and %d assets", len(s.People), len(s.Assets))
	}
	kinds := map[string]int{}
	workbooks := 0
	for _, a := range s.Assets {
		if a.Workbook() {
			workbooks++
			kinds[a.Shadows]++
		}
	}
	t.Logf("%d assets, %d workbooks: %v", len(s.Assets), workbooks, kinds)
	if kinds["none"]*10 < workbooks*4 {
		t.Errorf("%d of %d workbooks are innocent, want 40 %%", kinds["none"], workbooks)
	}
	for _, want := range strings.Fields("crm hris lms timesheet ticketing asset inventory procurement finance project sales-order grc qa-test maintenance") {
		if kinds[want] < 2 {
			t.Errorf("%d workbooks stand in for %s", kinds[want], want)
		}
		delete(kinds, want)
	}
	if delete(kinds, "none"); len(kinds) > 0 {
		t.Errorf("capabilities nobody knows: %v", kinds)
	}
}

// What the story promises to those who demonstrate with it.
func TestStoryHasItsCharacters(t *testing.T) {
	s := load(t)
	var both, left, guests, orphans, unshared int
	for _, p := range s.People {
		both += one(p.Microsoft && p.Google)
		left += one(!p.Left.IsZero())
		guests += one(p.Guest)
	}
	for _, a := range s.Assets {
		by, _ := s.Person(a.By)
		orphans += one(!by.Left.IsZero() && by.Left.Before(a.Saved))
		p, _ := s.Place(a.PlaceID)
		unshared += one(p.Owner != "" && len(a.Editors)+len(a.Shared) == 0)
	}
	for what, n := range map[string]int{"people in both suites": both, "makers who left": left, "guests": guests, "assets whose maker has left": orphans, "files shared with nobody": unshared} {
		if n == 0 {
			t.Errorf("no %s", what)
		}
		t.Logf("%s: %d", what, n)
	}
}

func TestEveryWorkbookOpens(t *testing.T) {
	for _, a := range load(t).Assets {
		if a.Ext() != ".xlsx" || a.Broken == "encrypted" || a.Broken == "truncated" {
			continue
		}
		data, err := a.Content()
		if err != nil {
			t.Error(err)
			continue
		}
		f, err := excelize.OpenReader(bytes.NewReader(data))
		if err != nil {
			t.Errorf("%s: %v", a.ID, err)
			continue
		}
		for _, sheet := range f.GetSheetList() {
			if a.Broken == "wide" {
				break // it opens; to read all of it takes seconds
			}
			if _, err := f.GetRows(sheet); err != nil {
				t.Errorf("%s: %v", a.ID, err)
			}
		}
		f.Close()
	}
}

func TestContentIsTheSameOnEveryRun(t *testing.T) {
	one, two := load(t), load(t)
	sums := map[string][sha256.Size]byte{}
	for i, a := range one.Assets {
		if a.Native() {
			if _, err := a.Grid(); err != nil {
				t.Error(err)
			}
			continue
		}
		x, err1 := a.Content()
		y, err2 := two.Assets[i].Content()
		if err1 != nil || err2 != nil || len(x) == 0 {
			t.Errorf("%s: %d bytes, %v, %v", a.ID, len(x), err1, err2)
		}
		if sums[a.ID] = sha256.Sum256(x); sums[a.ID] != sha256.Sum256(y) {
			t.Errorf("%s: two runs, two contents", a.ID)
		}
	}
	for _, a := range one.Assets {
		if a.CopyOf != "" && !a.Exact && !a.Native() && sums[a.ID] == sums[a.CopyOf] {
			t.Errorf("%s is %s, byte for byte", a.ID, a.CopyOf)
		}
	}
}

func TestAwkwardFiles(t *testing.T) {
	var seen []string
	for _, a := range load(t).Assets {
		if a.Broken == "" {
			continue
		}
		data, err := a.Content()
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, a.Broken)
		_, err = excelize.OpenReader(bytes.NewReader(data))
		if readable := a.Broken == "empty" || a.Broken == "wide"; readable != (err == nil) {
			t.Errorf("%s: %v", a.Broken, err)
		}
		if a.Broken == "wide" && (len(data) < 2<<20 || len(data) > 5<<20) {
			t.Errorf("the wide one has %d bytes", len(data))
		}
	}
	slices.Sort(seen)
	if want := []string{"empty", "encrypted", "truncated", "wide"}; !slices.Equal(seen, want) {
		t.Errorf("awkward files: %v, want %v", seen, want)
	}
}

// The words that do not belong between IT and the people who built something.
func TestNoHarshWords(t *testing.T) {
	harsh := []string{"offender", "violator", "rogue", "unauthorised", "unauthorized", "shadow it", "police", "quarantine", "blocked"}
	names := []string{"people.csv", "places.yaml", "systems.yaml", "words.yaml"}
	files, _ := told.ReadDir("assets")
	for _, f := range files {
		names = append(names, "assets/"+f.Name())
	}
	for _, name := range names {
		data, err := told.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range harsh {
			if strings.Contains(strings.ToLower(string(data)), w) {
				t.Errorf("%s says %q", name, w)
			}
		}
	}
}

func TestPartnersAreRealPeople(t *testing.T) {
	data, err := Systems()
	if err != nil {
		t.Fatal(err)
	}
	var systems []struct {
		ID, Name, Capability, Purpose, Owner string
		Partner                              struct{ Name, Address string }
		Hosts, Targets, Cannot               []string
	}
	if err := yaml.UnmarshalWithOptions(data, &systems, yaml.Strict()); err != nil {
		t.Fatal(err)
	}
	s := load(t)
	for _, sys := range systems {
		id, _, _ := strings.Cut(sys.Partner.Address, "@")
		p, ok := s.Person(id)
		if !ok || p.Name != sys.Partner.Name || p.Address() != sys.Partner.Address || !p.Left.IsZero() {
			t.Errorf("%s: partner %+v is not one of the people", sys.ID, sys.Partner)
		}
		if len(sys.Hosts) == 0 || len(sys.Targets) == 0 || sys.Capability == "" {
			t.Errorf("%s: incomplete", sys.ID)
		}
	}
	if len(systems) != 7 {
		t.Errorf("%d systems", len(systems))
	}
}

func TestFedFromTheLedger(t *testing.T) {
	a := load(t).assets["fin-forecast"]
	data, err := a.Content()
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	part, ok := f.Pkg.Load("xl/connections.xml")
	if !ok || !bytes.Contains(part.([]byte), []byte("GL_JOURNAL")) || !bytes.Contains(part.([]byte), []byte("fin.alderbay.example")) {
		t.Errorf("connections: %s", part)
	}
	if _, ok := f.Pkg.Load("customXml/item1.xml"); !ok {
		t.Error("no Power Query")
	}
}

// What a formula came to is in the file, as the kind of value it is.
func TestFormulasHaveValues(t *testing.T) {
	a := load(t).assets["chem101-marks-2024"]
	g, err := a.Grid()
	if err != nil {
		t.Fatal(err)
	}
	data, err := a.Content()
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for at, want := range map[string]Cell{"M6": g.Sheets[0].Rows[5][12], "N6": g.Sheets[0].Rows[5][13]} {
		got, err1 := f.GetCellValue("Gradebook", at)
		formula, err2 := f.GetCellFormula("Gradebook", at)
		if got != want.shown() || formula != want.Formula || formula == "" || err1 != nil || err2 != nil {
			t.Errorf("%s: %q came to %q, want %q, %q", at, formula, got, want.Formula, want.shown())
		}
		kind, _ := f.GetCellType("Gradebook", at)
		if (kind == excelize.CellTypeFormula) != (want.Kind == Text) { // excelize's name for the type str
			t.Errorf("%s is of type %v", at, kind)
		}
	}
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
