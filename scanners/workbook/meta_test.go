package workbook

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/personal"
	"github.com/google/go-cmp/cmp"
)

// TestMeta reads what stands around the cells of the canary workbook.
func TestMeta(t *testing.T) {
	s := mustRead(t, zipOf(t, canaryParts(t)), "x.xlsx")
	want := inventory.Structure{
		Format: "xlsx", DefinedNames: []string{"Rates"},
		Connections:   []inventory.Connection{{Kind: "oledb", Target: "srv/db"}, {Kind: "web", Target: "host.example/path"}},
		ExternalLinks: []string{"Rates.xlsx"}, Validations: 1, Notes: 1, ListWords: []string{"closed", "open"},
		Macros:  inventory.Macros{Modules: []string{}},
		Queries: []inventory.Query{{Name: "Orders", Sources: []string{"Sql.Database srv/db"}}},
		Depth:   inventory.DepthFull, Reader: ReaderVersion,
	}
	s.Sheets, s.BytesRead = nil, 0
	if diff := cmp.Diff(want, s); diff != "" {
		t.Errorf("structure (-want +got):\n%s", diff)
	}
}

// TestJSONHasNoNulls: those who read the output of inspect count on lists.
func TestJSONHasNoNulls(t *testing.T) {
	for name, b := range map[string][]byte{
		"x.xlsx": zipOf(t, plainParts(`<worksheet><sheetData/></worksheet>`)),
		"x.csv":  []byte("a,b\n1,2\n3,4\n"),
	} {
		out, err := json.Marshal(mustRead(t, b, name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(out), "null") {
			t.Errorf("%s: %s", name, out)
		}
	}
}

func TestPersonal(t *testing.T) {
	for s, want := range map[string]bool{
		"nora@example.org": true, "Call +1 (555) 123-4567": true, "078-05-1120 ssn": true,
		"Grade": false, "Price": false, "2024-05-06": false, "Q1 2024": false, "ISO 27001": false, "Version 1.2.3": false,
		"Budget 2023-2024": false, "As of 31.12.2024": false, "FY 2023/24": false,
	} {
		if got := personal.Identifies(s); got != want {
			t.Errorf("Identifies(%q) = %v", s, got)
		}
	}
	runs := personal.Runs([]string{"Name", "Mark Weber", "Chidi Okonkwo", "Lindqvist, Agnetha", "Start Date", "Due Date", "End Date", "Ann Lee", "Bo Ek"})
	if diff := cmp.Diff([]bool{false, true, true, true, false, false, false, false, false}, runs); diff != "" {
		t.Errorf("runs (-want +got):\n%s", diff)
	}
}

// TestValidationsOfExtensions: a list on another sheet is written in an
// extension, with its formula one element deeper.
func TestValidationsOfExtensions(t *testing.T) {
	s := mustRead(t, zipOf(t, plainParts(`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Status</t></is></c></row></sheetData>
		<extLst><ext><x14:dataValidations count="2"><x14:dataValidation type="list"><x14:formula1><xm:f>"Won, Lost,Wilhelmina"</xm:f></x14:formula1><xm:sqref>A2</xm:sqref></x14:dataValidation>
		<x14:dataValidation type="list"><x14:formula1><xm:f>Lists!A1:A9</xm:f></x14:formula1></x14:dataValidation></x14:dataValidations></ext></extLst></worksheet>`)), "x.xlsx")
	if diff := cmp.Diff([]string{"lost", "won"}, s.ListWords); diff != "" || s.Validations != 2 || s.Sheets[0].Formulas != 0 {
		t.Errorf("%d validations (-want +got):\n%s", s.Validations, diff)
	}
}
