// Package scanners says what a source is and drives it. A scanner translates
// a vendor's listing into the inventory's pages; it never judges or filters.
// The [Engine] lists places in parallel, page by page, resuming where the
// stored cursors say, so that a run which is cut short loses nothing.
package scanners

import (
	"context"
	"errors"
	"iter"

	"github.com/desirepath/desirepath/inventory"
)

// A Scanner reports what changed in a tenant.
type Scanner interface {
	// Tenant is the tenant it scans.
	Tenant() inventory.Tenant
	// Places yields every place of the tenant. A yielded error ends the
	// listing of places but not of those yielded before.
	Places(context.Context) iter.Seq2[inventory.Place, error]
	// Pages yields what changed in a place since the cursor; "" is from
	// scratch. It may yield ErrCursorExpired. After an error it yields no more.
	Pages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error]
}

// An Inspector looks inside an asset that its scanner reported. The Structure
// says which revision, depth and reader version it is of. Errors wrap
// inventory.ErrUnreadable when the content itself is at fault.
type Inspector interface {
	Inspect(ctx context.Context, d inventory.Due) (inventory.Structure, error)
}

// A Selective inspector looks into some kinds of asset only when it is told
// to. What it refused for that reason is tried again once it is.
type Selective interface {
	// Looks are the kinds that it looks into.
	Looks() []inventory.Kind
}

// An Observer reads what is too costly to read for every asset: who it is
// shared with, who edits it.
type Observer interface {
	Observe(ctx context.Context, p inventory.Place, a inventory.Asset, want inventory.Facets) (inventory.Usage, error)
}

// A Divisible scanner can be helped: other processes, with scanners of the same
// tenant, list some of the places that it named and read what it found.
type Divisible interface {
	// Apart reports whether another scanner can list a place as well.
	Apart(inventory.Place) bool
	// Begin tells the other one that a run has begun whose places it does not
	// list: what it remembers is of an earlier one.
	Begin()
}

// A Directory lists the accounts of a tenant, those that were closed too.
type Directory interface {
	Accounts(context.Context) iter.Seq2[inventory.Account, error]
}

// A Planner estimates a scan without reading anything but counts.
type Planner interface {
	Plan(context.Context, inventory.Scope) (Plan, error)
}

// A Plan is what a scan would take.
type Plan struct {
	Places   int
	Excluded int      // places left out by the scope
	Requests int      // for a first listing; an estimate
	Units    int      // in the vendor's quota units
	Seconds  float64  // at our share of the quota
	Unseen   []string // what stays unseen, in words
	Notes    []string // what else there is to know, such as what it costs elsewhere
}

// A Sink keeps pages.
type Sink interface {
	// Cursor tells where the listing of a place resumes.
	Cursor(context.Context, inventory.Place) (inventory.Cursor, error)
	// Apply stores a page's changes and cursor in one transaction. It returns
	// inventory.ErrMoved when the stored cursor is no longer from. A page
	// applied from "" begins a new listing from scratch.
	Apply(ctx context.Context, p inventory.Place, from inventory.Cursor, page inventory.Page) (inventory.Tally, error)
	// Restart forgets the cursor, so that the place is listed from scratch.
	// What is stored stays until that listing is complete.
	Restart(ctx context.Context, p inventory.Place, from inventory.Cursor) error
	// SeenPlaces tells all places a tenant has. What lay in others is gone.
	SeenPlaces(ctx context.Context, tenant string, places []inventory.Place) error
}

// An Expired is ErrCursorExpired from a vendor that says itself where the
// listing from scratch begins.
type Expired struct {
	Resume inventory.Cursor // Pages goes on there with the first page of that listing
	Err    error            // why
}

func (e *Expired) Error() string   { return e.Err.Error() }
func (e *Expired) Unwrap() []error { return []error{ErrCursorExpired, e.Err} }

// ErrCursorExpired is yielded by Pages when the vendor no longer knows the
// cursor and the place must be listed from scratch.
var ErrCursorExpired = errors.New("cursor expired")
