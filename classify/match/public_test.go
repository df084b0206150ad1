package match

import (
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestPublicMapping matches a hospital's database with a common model of
// health data, whose mapping people made and published. The words of medicine
// are not among those this package knows.
func TestPublicMapping(t *testing.T) {
	dir := sharedData(t, filepath.Join("matching", "mimic-omop"))
	truth := map[string]string{}
	var columns []Field
	for _, r := range rowsOf(t, filepath.Join(dir, "MIMIC_to_OMOP_Mapping.csv")) {
		truth[key(r["SRC_ENT"], r["SRC_ATT"])] = key(r["TGT_ENT"], r["TGT_ATT"])
	}
	for _, f := range fields(t, filepath.Join(dir, "MIMIC_III_Schema.csv")) {
		if truth[key(f.Table, f.Column)] != "" {
			columns = append(columns, f)
		}
	}
	s := score(Fields(columns, fields(t, filepath.Join(dir, "OMOP_Schema.csv")), 5), truth)
	t.Logf("%.0f columns with a field, %.0f without: the field is first for %.3f and among five for %.3f; of %.0f that were given none, %.3f have none",
		s.with, s.without, s.first/s.with, s.five/s.with, s.saidNone, s.none/s.saidNone)
	if s.first/s.with < 0.35 || s.five/s.with < 0.60 || s.none/s.saidNone < 0.60 {
		t.Error("want 0.35, 0.60 and 0.60")
	}
}

type tally struct{ with, without, first, five, saidNone, none float64 }

func score(results []Result, truth map[string]string) (s tally) {
	for _, r := range results {
		want := truth[key(r.Column.Table, r.Column.Column)]
		at := slices.IndexFunc(r.Candidates, func(c Candidate) bool { return key(c.Table, c.Column) == want })
		none := want == "na.na" || want == "0.0"
		switch {
		case none:
			s.without++
		default:
			s.with++
			if at == 0 {
				s.first++
			}
			if at >= 0 {
				s.five++
			}
		}
		if !r.Found {
			s.saidNone++
			if none {
				s.none++
			}
		}
	}
	return s
}

func key(table, column string) string { return strings.ToLower(table + "." + column) }

func fields(t *testing.T, path string) (out []Field) {
	for _, r := range rowsOf(t, path) {
		out = append(out, Field{r["TableName"], r["ColumnName"], r["ColumnDesc"], r["ColumnType"]})
	}
	return out
}

func rowsOf(t *testing.T, path string) (out []map[string]string) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	lines, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines[1:] {
		row := map[string]string{}
		for i, h := range lines[0] {
			row[strings.TrimPrefix(h, "\ufeff")] = l[i]
		}
		out = append(out, row)
	}
	return out
}

func sharedData(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("DESIREPATH_SHARED")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared")
	}
	dir := filepath.Join(root, "data", name)
	if _, err := os.Stat(dir); err != nil {
		const missing = "skipped: needs the shared data, in ../shared or where DESIREPATH_SHARED says"
		if slices.Contains(strings.Split(os.Getenv("DESIREPATH_REQUIRE"), ","), "shared") {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	return dir
}
