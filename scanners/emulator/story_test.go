package emulator

import (
	"testing"
)

func TestAlderBay(t *testing.T) {
	w, err := AlderBay(nil)
	if err != nil {
		t.Fatal(err)
	}
	files, sheets, folders := 0, 0, 0
	kinds := map[string]int{}
	for _, p := range w.Places() {
		items, _ := w.List(p.ID, 0, 10_000)
		for _, it := range items {
			switch {
			case it.Folder:
				folders++
				continue
			case it.Sheet != nil:
				sheets++
				if s := it.Sheet(); len(s.Tabs) == 0 || len(s.Tabs[0].Rows) == 0 {
					t.Errorf("%s is empty", it.Name)
				}
			}
			files++
			kinds[p.Kind]++
			if _, ok := w.Person(it.CreatedBy); !ok {
				t.Errorf("%s: nobody made it", it.Name)
			}
			if n := len(it.Versions); n < 2 || !it.Versions[n-1].At.Equal(it.Modified) || it.Versions[n-1].By != it.ModifiedBy {
				t.Errorf("%s: its history does not end where it is", it.Name)
			}
		}
	}
	t.Logf("%d files in %v, %d of them Sheets, in %d folders, %d people", files, kinds, sheets, folders, len(w.People()))
	if files < 290 || sheets < 50 || len(kinds) != 4 {
		t.Errorf("%d files, %d Sheets, places %v", files, sheets, kinds)
	}
}

// A person who edits something can reach it: by an account in the suite it is in.
func TestAlderBayEditorsHaveAccounts(t *testing.T) {
	w, err := AlderBay(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range w.Places() {
		items, _ := w.List(p.ID, 0, 10_000)
		for _, it := range items {
			for _, v := range it.Versions {
				who, _ := w.Person(v.By)
				if p.Suite == Microsoft && !who.Microsoft || p.Suite == Google && !who.Google {
					t.Errorf("%s in %s of %s: saved by %s, who has no account there", it.Name, p.Kind, p.Suite, who.Name)
					break
				}
			}
		}
	}
}
