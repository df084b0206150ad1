// Package scannertest is the conformance suite that every scanner passes: it
// changes an organisation whose truth it can ask for, lists it through the
// engine, and compares what is stored with the truth.
//
// A scanner's test supplies a [Harness]. What a vendor cannot do, such as
// throttling on a file share, is a nil field of the [Fixture]; the cases that
// need it are skipped and say so.
package scannertest

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// A Harness makes what the cases need. Cases never share a fixture or a store.
type Harness struct {
	// New makes an organisation with at least one place, better two, and no
	// assets: the suite makes those. Its pages must be small, at most six
	// changes, so that a listing of 24 has several.
	New func(t *testing.T) *Fixture
	// Store makes an empty store; nil for Memory.
	Store func(t *testing.T, scope inventory.Scope) Store
}

// A Fixture is one organisation and how it is scanned.
type Fixture struct {
	// Scanner makes an instance that shares no state with earlier ones, as
	// after a crash.
	Scanner func() scanners.Scanner
	Tenant  Tenant

	// Incremental says that cursors outlive a complete listing, so that a
	// second pass asks for changes only.
	Incremental bool
	// Flat says that places have no folders. What the suite would put into one
	// lies in the root under a name that begins with the folder's, so that a
	// move is a rename; what happens to folders themselves is skipped.
	Flat bool
	// Linkless says that pages are not asked for by links, so that none could
	// lead elsewhere.
	Linkless bool
	// Kind is what all assets are; "" when their names tell.
	Kind inventory.Kind
	// Expire makes every cursor of a place useless.
	Expire func(p inventory.Place)
	// Faults makes the vendor unreliable by a plan in the emulator's words,
	// such as "throttle=0.3,retry-after=1s"; "" heals it.
	Faults func(spec string)
	// Early counts requests that came before a Retry-After of the current
	// plan had passed.
	Early func() int
	// Requests are all requests that left so far; see Recorder. Without it
	// nobody can tell whether excluded places were asked for.
	Requests func() []string
}

// A Tenant is an organisation the suite can change. Assets and folders are
// named by the vendor's ids; "" is the place's root folder. Implementations
// end the test when they cannot do what is asked.
type Tenant interface {
	// Truth tells every asset of a place that the inventory should hold, by
	// vendor id.
	Truth(p inventory.Place) map[string]Fact

	CreateFolder(p inventory.Place, parent, name string) (id string)
	// Create makes a workbook or table, by the ending of its name, with
	// content of its own.
	Create(p inventory.Place, parent, name string) (id string)
	// Edit gives an asset another content.
	Edit(p inventory.Place, id string)
	// Rename and Move work on assets and folders, and tell the id they have
	// afterwards: where ids are paths, it is another.
	Rename(p inventory.Place, id, name string) (newID string)
	Move(p inventory.Place, id, parent string) (newID string)
	// Delete removes an asset, or a folder with all that is in it.
	Delete(p inventory.Place, id string)
}

// A Fact is what is true of an asset.
type Fact struct {
	Name string
	Path string // the names of the folders above it, joined by "/"
}

// Run runs every case.
func Run(t *testing.T, h Harness) {
	if h.Store == nil {
		h.Store = func(_ *testing.T, scope inventory.Scope) Store { return NewMemory(scope) }
	}
	cases := []struct {
		name string
		run  func(*bench)
	}{
		{"FullListingEqualsTruth", fullListing},
		{"SecondPassChangesNothing", secondPass},
		{"ChangesAreSeen", changesAreSeen},
		{"FolderChangesReachWhatLiesInside", folderChanges},
		{"CrashAtEveryPage", crashAtEveryPage},
		{"CrashBetweenChanges", crashBetweenChanges},
		{"ChangesWhileCut", changesWhileCut},
		{"RelistingCutRemovesNothing", relistingCut},
		{"DividedListing", dividedListing},
		{"ExpiredCursor", expiredCursor},
		{"Throttling", throttling},
		{"Unreliable", unreliable},
		{"EmptyPages", emptyPages},
		{"RepeatedAssets", repeatedAssets},
		{"ForeignLink", foreignLink},
		{"Exclusion", exclusion},
		{"CancelBetweenPages", cancelBetweenPages},
		{"CancelWhileWaiting", cancelWhileWaiting},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) { leakless(t, h, c.run) })
	}
}
