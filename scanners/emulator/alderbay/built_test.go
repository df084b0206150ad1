package alderbay

import "testing"

func TestLists(t *testing.T) {
	s := load(t)
	lists, err := s.Lists()
	if err != nil {
		t.Fatal(err)
	}
	seen, kinds, columns := map[string]bool{}, map[string]int{}, map[string]int{}
	for _, l := range lists {
		if seen[l.ID] || len(l.Columns) < 2 {
			t.Errorf("list %s: told twice, or has %d columns", l.ID, len(l.Columns))
		}
		seen[l.ID] = true
		kinds[l.Shadows]++
		for _, c := range l.Columns {
			columns[c.Type]++
			if c.Type == "lookup" && !seen[c.List] {
				t.Errorf("list %s looks up %q", l.ID, c.List)
			}
		}
	}
	if len(lists) < 15 || kinds["none"] < 5 || len(kinds) < 8 || len(columns) != 10 {
		t.Errorf("%d lists of %v, columns %v", len(lists), kinds, columns)
	}
}

func TestListColumns(t *testing.T) {
	for _, wrong := range []string{"Heading", "Heading | colour", "Heading text"} {
		if c, err := listColumn(wrong); err == nil {
			t.Errorf("%q was read as %+v", wrong, c)
		}
	}
	c, err := listColumn("  Days | calculated =[To]-[From] + 1\n")
	if err != nil || c.Heading != "Days" || c.Formula != "=[To]-[From] + 1" {
		t.Errorf("%+v, %v", c, err)
	}
}
