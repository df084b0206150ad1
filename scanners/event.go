package scanners

import "github.com/desirepath/desirepath/inventory"

// A Stage is what an Event tells of.
type Stage string

// The stages of listing a tenant. Places comes once and first; each place is
// then Started, gives any number of Pages and is Finished.
const (
	StagePlaces   Stage = "places"
	StageStarted  Stage = "started"
	StagePage     Stage = "page"
	StageFinished Stage = "finished"
)

// An Event is one step of a listing, for whoever shows its progress.
type Event struct {
	Stage    Stage
	Tenant   string
	Places   int                   // to be listed in all
	Excluded int                   // places left out by the scope
	Place    inventory.Place       // zero at StagePlaces
	Report   inventory.PlaceReport // of the place, so far; its tally's maps must not be kept
}

// tell hands an event to Progress, which thereby need not be safe for
// concurrent use.
func (r *run) tell(ev Event) {
	if r.Progress == nil {
		return
	}
	ev.Tenant, ev.Places, ev.Excluded = r.scanner.Tenant().Name, len(r.included), r.excluded
	r.telling.Lock()
	defer r.telling.Unlock()
	r.Progress(ev)
}
