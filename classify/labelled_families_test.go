package classify_test

import (
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/classify/families"
	"github.com/desirepath/desirepath/inventory"
)

// A pair is two files, the lesser name first.
type pair [2]string

// TestLabelledFamilies holds the families against known copies and versions
// of real workbooks, pair by pair. Pairs from one repository that are not
// known say nothing; synthetic mutations of single cells are left out.
func TestLabelledFamilies(t *testing.T) {
	dir := sharedWorkbooks(t)
	clusters, repository := map[string][]string{}, map[string]string{}
	for _, r := range table(t, filepath.Join(dir, "labels.csv")) {
		repository[r["file"]] = r["repo_group"]
	}
	for _, r := range table(t, filepath.Join(dir, "clusters.csv")) {
		repository[r["file"]] = r["repo_group"]
		if !strings.HasPrefix(r["kind"], "synthetic") {
			clusters[r["cluster"]] = append(clusters[r["cluster"]], r["file"])
		}
	}
	found := map[string][]string{}
	for _, f := range families.Group(members(t, dir, slices.Sorted(maps.Keys(repository)))) {
		for _, m := range f.Members {
			found[f.ID] = append(found[f.ID], string(m))
		}
	}
	known, right, wrong := pairs(clusters), 0, 0
	for p := range pairs(found) {
		switch {
		case known[p]:
			right++
		case repository[p[0]] != repository[p[1]]:
			wrong++
		}
	}
	precision, recall := float64(right)/float64(right+wrong), float64(right)/float64(len(known))
	t.Logf("families: precision %.3f (%d wrong pairs), recall %.3f (%d of %d pairs)", precision, wrong, recall, right, len(known))
	if precision < 0.98 || recall < 0.95 {
		t.Error("worse than it was")
	}
}

func pairs(groups map[string][]string) map[pair]bool {
	all := map[pair]bool{}
	for _, files := range groups {
		slices.Sort(files)
		for i, a := range files {
			for _, b := range files[i+1:] {
				if a != b {
					all[pair{a, b}] = true
				}
			}
		}
	}
	return all
}

// members looks into files as a night does.
func members(t *testing.T, dir string, files []string) func(func(families.Member) bool) {
	return func(yield func(families.Member) bool) {
		for _, name := range files {
			path := filepath.Join(dir, name)
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			m := families.Member{
				ID: inventory.AssetID(name), Hash: fmt.Sprintf("sha256:%x", sha256.Sum256(content)),
				Signature: families.NewSignature(look(t, path, inventory.DepthHeads)),
			}
			if !yield(m) {
				return
			}
		}
	}
}

// table reads a csv file with a header row.
func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]string
	for _, row := range rows[1:] {
		r := map[string]string{}
		for i, heading := range rows[0] {
			r[heading] = row[i]
		}
		out = append(out, r)
	}
	return out
}
