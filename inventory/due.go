package inventory

import (
	"errors"
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

// A Failure is a look inside that did not succeed.
type Failure struct {
	Reason string // a short stable word: encrypted, truncated, too-large, forbidden, timeout ...
	Detail string // what a person should know; no cell values, no secrets
	Final  bool   // trying again cannot help until the content changes
	Retry  time.Time
}

// ErrUnreadable is wrapped by inspectors when the content itself cannot be
// read, so that trying again cannot help until it changes.
var ErrUnreadable = errors.New("unreadable")

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
