package inventory

import "testing"

func TestKindOfName(t *testing.T) {
	for name, want := range map[string]Kind{
		"marks.XLSX": KindWorkbook, "old.xls": KindWorkbook, "macro.xlsm": KindWorkbook, "open.ods": KindWorkbook, "binary.xlsb": KindWorkbook,
		"export.csv": KindTable, "list.tsv": KindTable, "stock.accdb": KindDatabase, "leave.msapp": KindApp,
		"photo.jpg": KindOther, "README": KindOther, "archive.xlsx.zip": KindOther, "": KindOther, "Plan.loop": KindOther, "Tasks.fluid": KindOther,
	} {
		if got := KindOfName(name); got != want {
			t.Errorf("%q is a %s, want %s", name, got, want)
		}
	}
}

func TestWildcards(t *testing.T) {
	p := Place{Name: "Counselling Service / Documents", Site: "https://x.example/sites/counselling", Owner: "Ana@Example.org"}
	for pattern, matches := range map[string]bool{
		"*counselling*": true, "COUNSELLING*": true, "*/ documents": true, "counselling": false, "*coun?elling*": true, "*service": false, "**": true,
	} {
		if got := (Scope{Exclude: Rules{Places: []string{pattern}}}).ExcludesPlace(p); got != matches {
			t.Errorf("%q excludes the place: %v", pattern, got)
		}
	}
	if !(Scope{Exclude: Rules{People: []string{"*@example.org"}}}).ExcludesPlace(p) {
		t.Error("the owner's address is not compared without regard to case")
	}
	if (Scope{Pilot: Rules{Places: []string{"Faculty*"}}}).ExcludesPlace(p) != true || (Scope{Pilot: Rules{Places: []string{"coun*"}}}).ExcludesPlace(p) {
		t.Error("a pilot takes its own places and no others")
	}
}

func TestPathPatterns(t *testing.T) {
	a := Asset{Path: "Arts/HR/Cases/2026", Name: "list.xlsx"}
	for pattern, matches := range map[string]bool{
		"Arts": true, "arts/hr": true, "**/Cases": true, "**/cases/*": true, "Arts/*/Cases": true, "HR": false, "**/*.xlsx": true, "*.xlsx": false, "Arts/H?": true, "**": true,
	} {
		if got := (Scope{Exclude: Rules{Paths: []string{pattern}}}).ExcludesAsset(a); got != matches {
			t.Errorf("%q excludes the file: %v", pattern, got)
		}
	}
	if err := (Scope{Exclude: Rules{Paths: []string{" "}}}).Validate(); err == nil {
		t.Error("an empty pattern is taken")
	}
}

func TestOpensContent(t *testing.T) {
	mine, ours := Place{Kind: PlaceOneDrive}, Place{Kind: PlaceLibrary}
	for _, c := range []struct {
		scope Scope
		place Place
		asset Asset
		opens bool
	}{
		{Scope{}, mine, Asset{}, false},
		{Scope{}, mine, Asset{Shared: true}, true},
		{Scope{}, ours, Asset{}, true},
		{Scope{Private: true}, mine, Asset{}, true},
	} {
		if got := c.scope.OpensContent(c.place, c.asset); got != c.opens {
			t.Errorf("%+v: opened %v", c, got)
		}
	}
}
