package google

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
)

// TestStorm lists, and lists what changed, while a third of all requests are throttled and connections break, answers are cut, cursors and
// access tokens end too soon, pages are empty, repeated or searched in part. It ends with the truth.
func TestStorm(t *testing.T) {
	for seed := range uint64(4) {
		world, drives := people("ann", "bob")
		team := sharedDrive(world, "Finance", "bob")
		d, sink := newDomain(t, world), scannertest.NewMemory(inventory.Scope{})
		w := &scannertest.World{T: t, World: world}
		plan := emulator.Faults{Throttle: 0.3, Server: 0.05, Cut: 0.02, Truncate: 0.01, Expire: 0.05, Revoke: 0.05, Empty: 0.2, Repeat: 0.2, Incomplete: 0.1, Seed: seed}
		item := must[emulator.Item](t)
		nights := 0
		for night := range 3 {
			for i := range 12 {
				for _, drive := range []string{drives["ann"].ID, team.ID} {
					name := fmt.Sprintf("%d-%d.csv", night, i)
					item(world.Create(drive, emulator.Item{Name: name, Content: emulator.BytesContent([]byte(name))}))
				}
			}
			d.server.SetFaults(plan)
			nights += d.nights(sink)
		}
		found := 0
		for _, in := range stored(t, sink) {
			found += len(in)
		}
		d.server.SetFaults(emulator.Faults{})
		truth := 0
		for p, err := range d.scanner().Places(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			truth += len(w.Truth(p))
		}
		if found != truth || truth != 72 {
			t.Errorf("seed %d: %d files are stored, %d are there", seed, found, truth)
		}
		if d.server.EarlyRequests() != 0 || d.ledger.Mutations() != 0 {
			t.Errorf("seed %d: %d early requests, %d mutations", seed, d.server.EarlyRequests(), d.ledger.Mutations())
		}
		t.Logf("seed %d: %d nights for 3, %d requests", seed, nights, len(d.recorder.Requests()))
	}
}

// nights lists until a night is complete, as a scheduler does, and tells how many it took: a cursor that expires twice in one night ends
// its place's.
func (d *domain) nights(sink scanners.Sink) int {
	d.Helper()
	for n := 1; ; n++ {
		reports, err := (&scanners.Engine{Sink: sink}).List(context.Background(), d.scanner())
		if err == nil && !slices.ContainsFunc(reports, func(r inventory.PlaceReport) bool { return !r.Complete }) {
			return n
		}
		if n == 10 {
			d.Fatalf("not complete after %d nights: %v %+v", n, err, reports)
		}
	}
}
