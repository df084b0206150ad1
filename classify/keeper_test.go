package classify

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

func TestKeeper(t *testing.T) {
	used := func(es ...inventory.Editor) *inventory.Usage { return &inventory.Usage{Editors: es} }
	ann := func(n, last int) inventory.Editor {
		return inventory.Editor{Address: "Ann@example.org", Edits: n, Last: day(last)}
	}
	ben := func(n, last int) inventory.Editor {
		return inventory.Editor{Address: "ben@example.org", Edits: n, Last: day(last)}
	}
	gone := inventory.Editor{Address: "gone@example.org", Edits: 99, Last: day(9)}
	tests := []struct {
		name    string
		records []inventory.Record
		want    string
	}{
		{"who edits most", []inventory.Record{{Usage: used(ann(5, 2), ben(3, 8))}}, "ann@example.org"},
		{"over all copies", []inventory.Record{{Usage: used(ann(5, 2), ben(3, 8))}, {Usage: used(ben(3, 1))}}, "ben@example.org"},
		{"the builder has left", []inventory.Record{{Asset: inventory.Asset{CreatedBy: "gone@example.org"}, Usage: used(gone, ben(1, 3))}}, "ben@example.org"},
		{"as many edits, the later", []inventory.Record{{Usage: used(ann(3, 2), ben(3, 8))}}, "ben@example.org"},
		{"no edits known", []inventory.Record{
			{Asset: inventory.Asset{ModifiedBy: "ann@example.org", Modified: day(1)}},
			{Asset: inventory.Asset{ModifiedBy: "gone@example.org", Owner: "Ben@example.org", Modified: day(5)}},
		}, "ann@example.org"},
		{"nobody edited who is there", []inventory.Record{
			{Asset: inventory.Asset{ID: "1", ModifiedBy: "gone@example.org", Owner: "Ben@example.org", CreatedBy: "ann@example.org", Modified: day(5)}},
		}, "ben@example.org"},
		{"many edits of years ago, and some of this month", []inventory.Record{{Usage: used(
			inventory.Editor{Address: "ann@example.org", Edits: 6, Last: day(1).AddDate(-3, 0, 0)}, ben(4, 8))}}, "ben@example.org"},
		{"two addresses of one person", []inventory.Record{{Usage: used(ann(4, 2), inventory.Editor{Address: "cy@example.org", Edits: 3, Last: day(2)},
			inventory.Editor{Address: "cy@other.example", Edits: 3, Last: day(2)})}}, "cy@example.org"},
		{"everybody has left", []inventory.Record{{Asset: inventory.Asset{CreatedBy: "gone@example.org"}, Usage: used(gone)}}, ""},
		{"nothing", nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			candidates := Candidates(tt.records, someone)
			if got := Keeper(candidates); got != tt.want {
				t.Errorf("got %q, want %q of %+v", got, tt.want, candidates)
			}
		})
	}
}

// someone is who is behind an address, in these tests.
func someone(address string) inventory.Person {
	if address == "cy@other.example" {
		address = "cy@example.org"
	}
	return inventory.Person{Address: address, Accounts: []inventory.Account{{Address: address, Left: address == "gone@example.org"}}}
}

// TestCandidates holds the whole ranking, with its parts, and those who left
// at its end.
func TestCandidates(t *testing.T) {
	got := Candidates([]inventory.Record{
		{Asset: inventory.Asset{ID: "1", Owner: "boss@example.org", CreatedBy: "gone@example.org"}, Usage: &inventory.Usage{Editors: []inventory.Editor{
			{Address: "Ann@example.org", Edits: 9, Last: day(8)}, {Address: "gone@example.org", Edits: 30, Last: day(1)}}}},
		{Asset: inventory.Asset{ID: "2", ModifiedBy: "ann@example.org", Modified: day(9)}},
	}, someone)
	var said []string
	for _, c := range got {
		line := fmt.Sprintf("%s %v %.3f", c.Person.Address, c.Here, c.Total)
		for _, p := range c.Parts {
			line += fmt.Sprintf(" %s=%.2f%v", p.Name, p.Value, p.Facts)
		}
		said = append(said, line)
	}
	want := []string{
		"ann@example.org true 0.461 edits=0.23[edits=9] recent=1.00[last=2026-01] owns=0.00[] copies=1.00[copies=2]",
		"boss@example.org true 0.167 edits=0.00[] recent=0.00[] owns=1.00[owns] copies=0.50[copies=1]",
		"gone@example.org false 0.754 edits=0.77[edits=30] recent=0.97[last=2026-01] owns=0.50[made] copies=0.50[copies=1]",
	}
	if diff := cmp.Diff(want, said); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
