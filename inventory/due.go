package inventory

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// A Due is an asset that wants looking inside: its revision, depth or reader
// version is ahead of the Structure that is stored.
type Due struct {
	Asset     Asset
	Place     Place
	Depth     Depth
	Attempts  int       // how often it was tried for this revision
	NotBefore time.Time // when it may be tried again
}

// Worth says which assets to open first: the more, the sooner. What is shared
// comes before all else, then what was edited in the last half year, then what
// somebody else edited than made it, then what is named like a tool.
func (a Asset) Worth(now time.Time) int {
	const halfYear = 183 * 24 * time.Hour
	worth := 0
	for _, reason := range []struct {
		holds bool
		worth int
	}{
		{a.Shared, 8},
		{now.Sub(a.Modified) < halfYear, 4},
		{a.CreatedBy != "" && a.ModifiedBy != "" && FoldAddress(a.CreatedBy) != FoldAddress(a.ModifiedBy), 2},
		{telling(a.Name), 1},
	} {
		if reason.holds {
			worth += reason.worth
		}
	}
	return worth
}

// telling reports whether a name speaks of something that is kept up, not of
// something that was written once.
func telling(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{"track", "register", "registry", "database", "log", "list", "roster", "rota", "schedule", "planner", "booking",
		"inventory", "stock", "asset", "contacts", "orders", "grades", "attendance", "tickets", "requests", "master", "template", "form"},
		func(word string) bool { return strings.Contains(name, word) })
}

// A Failure is a look inside that did not succeed.
type Failure struct {
	Reason string // a short stable word: encrypted, truncated, too-large, forbidden, timeout ...
	Detail string // what a person should know; no cell values, no secrets
	Final  bool   // trying again cannot help until the content changes
	Retry  time.Time
}

// SwitchedOff is the reason of a failure to look inside what a source looks
// into only when it is told to. It is final until that is switched on.
const SwitchedOff = "switched-off"

// ErrUnreadable is wrapped by inspectors when the content itself cannot be
// read, so that trying again cannot help until it changes.
var ErrUnreadable = errors.New("unreadable")

// ErrBudget is wrapped when a file wants more requests or bytes than reading
// it may cost. A reader that got far enough before gives a Partial Structure
// instead.
var ErrBudget = errors.New("reading it would take more than allowed")

// ErrMalware is wrapped, beside ErrUnreadable, where the tenant holds content
// back because it found malware in it.
var ErrMalware = errors.New("the tenant holds it back as malware")

// ErrPrivate is wrapped by inspectors when an asset turns out to be a person's
// own and shared with nobody, so that it is not opened.
var ErrPrivate = errors.New("it is shared with nobody, so it is not opened")

// ErrNotPermitted is wrapped by scanners when the tenant refuses us for lack
// of a permission.
var ErrNotPermitted = errors.New("not permitted")

// ErrMoved is returned when a page was applied from a cursor that is no
// longer the stored one: somebody else moved on.
var ErrMoved = errors.New("the stored cursor has moved on")

// ErrStale is returned for a structure or an observation of a revision that
// is no longer the asset's.
var ErrStale = errors.New("the asset has changed since")

// ErrLocked is returned when another run holds the inventory.
var ErrLocked = errors.New("another run is at work; wait for it to end")

// ErrNotFound is returned when the inventory holds nothing of that id.
var ErrNotFound = errors.New("not in the inventory")
