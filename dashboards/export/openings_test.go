package export

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// hostileOpenings are conversations about things whose every name is an
// attack, each with a keeper of its own.
func hostileOpenings() (out []inventory.Opening) {
	for i, h := range hostile {
		out = append(out, inventory.Opening{
			Conversation: inventory.Conversation{ID: h, State: inventory.State(h), Partner: inventory.Partner{Name: h, Address: h}, Steps: []inventory.Step{{By: h, Why: h}}},
			System:       inventory.System{ID: h, Name: h, Partner: inventory.Partner{Name: h, Address: h}},
			Keeper:       inventory.Person{Name: h, Address: fmt.Sprintf("%d%s", i, h), Team: h},
			Asset: inventory.Record{
				Asset: inventory.Asset{ID: inventory.AssetID(h), Name: h, URL: "https://example.org/" + h}, PlaceName: h,
				Verdict: &inventory.Verdict{Capability: h, Evidence: []inventory.Evidence{{Signal: "headings", Args: []string{h, h}, Weight: 2}}, Needs: []inventory.Need{{Word: h}}},
			},
		})
	}
	return out
}

// TestHostileTables tries every table for people that is not the list itself.
func TestHostileTables(t *testing.T) {
	openings := hostileOpenings()
	for name, write := range map[string]func(io.Writer) error{
		"jira":  func(w io.Writer) error { return Jira(w, Given(openings), "en") },
		"merge": func(w io.Writer) error { return MergeCSV(w, Correspondents(openings), "en") },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		records, err := csv.NewReader(&b).ReadAll()
		if err != nil || len(records) != len(openings)+1 {
			t.Fatalf("%s: %d lines, %v", name, len(records), err)
		}
		for _, r := range records {
			for i, cell := range r {
				if strings.ContainsAny(firstRune(strings.TrimLeft(cell, " \t")), "=+-@|%＝") || strings.ContainsAny(cell, "\r\t\x00\a\u202E") || records[0][i] != "Description" && strings.Contains(cell, "\n") {
					t.Errorf("%s: %.60q would not stay text", name, cell)
				}
			}
		}
	}
}

func TestHostileLines(t *testing.T) {
	openings := hostileOpenings()
	for name, write := range map[string]func(io.Writer, iter.Seq2[inventory.Opening, error], string) error{"planner": Planner, "talks": Talks} {
		var b bytes.Buffer
		if err := write(&b, Given(openings), "de"); err != nil {
			t.Fatal(err)
		}
		lines := 0
		for line := range bytes.Lines(b.Bytes()) {
			var object map[string]any
			if err := json.Unmarshal(line, &object); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			lines++
			if details, ok := object["details"].(map[string]any); ok {
				checkPlanner(t, object["task"].(map[string]any), details)
			}
		}
		if lines != len(openings) {
			t.Errorf("%s: %d lines for %d conversations", name, lines, len(openings))
		}
	}
}

// checkPlanner holds what Planner's documentation demands of a task.
func checkPlanner(t *testing.T, task, details map[string]any) {
	t.Helper()
	if title, _ := task["title"].(string); title == "" || len([]rune(title)) > 255 {
		t.Errorf("title of %d characters", len([]rune(title)))
	}
	references, _ := details["references"].(map[string]any)
	for key := range references {
		if strings.ContainsAny(key, ".:\x00\n ") || strings.Contains(strings.NewReplacer("%25", "", "%2E", "", "%3A", "").Replace(key), "%") {
			t.Errorf("a property named %.60q", key)
		}
	}
}

func TestHostileMergeInLibreOffice(t *testing.T) {
	dir, people := t.TempDir(), Correspondents(hostileOpenings())
	path := filepath.Join(dir, "merge.xlsx")
	if err := File(path, 0o600, func(w io.Writer) error { return MergeXLSX(w, people, "Alder & Bay", "fr") }); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for row := range people {
		for column := range merged() {
			cell, _ := excelize.CoordinatesToCellName(column+1, row+2)
			if formula, _ := f.GetCellFormula("People", cell); formula != "" {
				t.Errorf("%s holds the formula %s", cell, formula)
			}
		}
	}
	convert(t, dir, "csv:Text - txt - csv (StarCalc):44,34,76,1", path)
	b, err := os.ReadFile(filepath.Join(dir, "merge.csv"))
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil || len(records) != len(people)+1 {
		t.Fatalf("%d lines, %v", len(records), err)
	}
	for i, p := range people {
		if got, want := records[i+1][0], Printable(p.Keeper.Name); got != want {
			t.Errorf("keeper_name reads %.60q, want %.60q", got, want)
		}
	}
}

// Whoever keeps three things is written to once, about what promises most.
func TestCorrespondents(t *testing.T) {
	opening := func(id, partner, keeper, name string, worth float64) inventory.Opening {
		return inventory.Opening{
			Conversation: inventory.Conversation{ID: id, State: inventory.Proposed}, System: inventory.System{Name: "Kinship", Partner: inventory.Partner{Name: partner, Address: partner + "@x"}},
			Keeper: inventory.Person{Name: name, Address: keeper}, Worth: inventory.Worth{Total: worth}, Asset: inventory.Record{Asset: inventory.Asset{Name: "tool " + id}},
		}
	}
	left := opening("l", "Pat", "left@x", "Left", 1)
	left.Keeper.Accounts = []inventory.Account{{Left: true}}
	joined := opening("j", "Pat", "b@x", "Bo", 1)
	joined.Conversation.Joined = "1"
	people := Correspondents([]inventory.Opening{
		opening("1", "Pat", "b@x", "Bo", 0.2), opening("2", "Mel", "B@x", "Bo", 0.7), opening("3", "Pat", "a@x", "Al", 0.1), opening("4", "Pat", "", "", 1), left, joined,
	})
	var got [][]any
	for _, p := range people {
		got = append(got, slices.Concat(p.cells("en")[:2], p.cells("en")[3:10]))
	}
	want := [][]any{
		{"Al", "a@x", "Pat", "Pat@x", "", 1, "tool 3", "Kinship", "Proposed"},
		{"Bo", "b@x", "Mel", "Mel@x", "Pat", 2, "tool 2; tool 1", "Kinship", "Proposed"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestPlannerReference(t *testing.T) {
	o := inventory.Opening{Asset: inventory.Record{Asset: inventory.Asset{Name: "Marks.xlsx", URL: "https://alder.example.org/a%20b/Marks.xlsx"}}}
	for url, want := range map[string]int{o.Asset.Asset.URL: 1, "javascript:alert(1)": 0, "file://fs1/share": 0, "": 0} {
		o.Asset.Asset.URL = url
		var b bytes.Buffer
		if err := Planner(&b, Given([]inventory.Opening{o}), "en"); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(b.String(), `"https%3A//alder%2Eexample%2Eorg/a%2520b/Marks%2Exlsx":`); got != want {
			t.Errorf("%q gives %s", url, b.String())
		}
	}
}
