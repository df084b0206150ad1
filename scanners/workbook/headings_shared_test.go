package workbook

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/desirepath/desirepath/inventory"
)

// TestHeadingsAsPeopleSeeThem scores the headings that are found against those
// that people saw, on real sheets. What people saw is kept as places alone;
// excelize says which words stand there.
func TestHeadingsAsPeopleSeeThem(t *testing.T) {
	dir := filepath.Join(sharedData(t, "workbooks"), "labelled")
	var all seenScore
	sheets := 0
	for _, seen := range seenHeadings(t) {
		s := scoreHeadings(t, filepath.Join(dir, seen.file+".xlsx"), seen)
		if len(s.missed)+len(s.extra) > 0 {
			t.Logf("%s sheet %d: missed %q, extra %q", seen.file, seen.sheet, s.missed, s.extra)
		}
		all.found, all.missed, all.extra = all.found+s.found, append(all.missed, s.missed...), append(all.extra, s.extra...)
		sheets++
	}
	precision := float64(all.found) / float64(all.found+len(all.extra))
	recall := float64(all.found) / float64(all.found+len(all.missed))
	t.Logf("%d sheets, %d headings: precision %.3f, recall %.3f", sheets, all.found+len(all.missed), precision, recall)
	if precision < 0.95 || recall < 0.95 || sheets < 80 {
		t.Error("want 0.95 for both, on 80 sheets")
	}
}

// A seen sheet is one that a person looked at.
type seen struct {
	file           string
	sheet          int
	places, either []string // ranges in A1 notation
}

func seenHeadings(t *testing.T) []seen {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", "headings.csv"))
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(b))
	r.Comment = '#'
	lines, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var out []seen
	for _, l := range lines[1:] {
		sheet, err := strconv.Atoi(l[1])
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, seen{l[0], sheet, strings.Fields(strings.TrimPrefix(l[2], "-")), strings.Fields(l[3])})
	}
	return out
}

type seenScore struct {
	found         int
	missed, extra []string
}

func scoreHeadings(t *testing.T, path string, s seen) seenScore {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	st, err := Read(t.Context(), bytes.NewReader(b), int64(len(b)), path, Options{Depth: inventory.DepthHeads})
	if err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := f.GetRows(f.GetSheetName(s.sheet), excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	want, either := textsAt(t, rows, s.places), textsAt(t, rows, s.either)
	var score seenScore
	for _, region := range st.Sheets[s.sheet].Regions {
		for _, h := range region.Headings {
			switch i := slices.IndexFunc(want, func(w string) bool { return sameHeading(h, w) }); {
			case i >= 0:
				want = slices.Delete(want, i, i+1)
				score.found++
			case !slices.ContainsFunc(either, func(w string) bool { return sameHeading(h, w) }):
				score.extra = append(score.extra, h)
			}
		}
	}
	score.missed = want
	return score
}

// textsAt are the words in ranges. Numbers are no headings: years and days
// stand over columns too, and are data.
func textsAt(t *testing.T, rows [][]string, ranges []string) (out []string) {
	t.Helper()
	for _, r := range ranges {
		first, last, found := strings.Cut(r, ":")
		c1, r1, err := excelize.CellNameToCoordinates(first)
		c2, r2, err2 := excelize.CellNameToCoordinates(cmp.Or(last, first))
		if err != nil || found && err2 != nil {
			t.Fatalf("range %s: %v %v", r, err, err2)
		}
		for row := r1; row <= r2; row++ {
			for col := c1; col <= c2; col++ {
				if row > len(rows) || col > len(rows[row-1]) {
					continue
				}
				v := rows[row-1][col-1]
				if _, err := strconv.ParseFloat(v, 64); err != nil && foldHeading(v) != "" {
					out = append(out, v)
				}
			}
		}
	}
	return out
}

// sameHeading compares a heading with the words of a cell. Of two rows of
// headings the one that a person named must be there.
func sameHeading(have, cell string) bool {
	have, cell = foldHeading(have), foldHeading(cell)
	return have == cell || strings.HasSuffix(have, " / "+cell) || strings.HasPrefix(have, cell+" / ")
}

func foldHeading(s string) string {
	return strings.ToLower(strings.TrimRight(strings.Join(strings.Fields(s), " "), " :*"))
}
