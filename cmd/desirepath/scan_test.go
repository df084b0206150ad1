package main

import (
	"bytes"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

// TestTellCut says each reason once, however many places it cut.
func TestTellCut(t *testing.T) {
	var out bytes.Buffer
	tellCut(&out, []inventory.PlaceReport{
		{Name: "Ann", Error: "scope not granted"}, {Name: "Forms", Error: "no permission"}, {Name: "Bob", Error: "scope not granted"},
		{Name: "Cleo", Error: "scope not granted"}, {Name: "Dan", Error: "scope not granted"}, {Name: "Eve", Error: "scope not granted"},
	})
	const want = "not seen to the end: Ann, Bob, Cleo and 2 more: scope not granted\nnot seen to the end: Forms: no permission\n"
	if d := cmp.Diff(want, out.String()); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}
