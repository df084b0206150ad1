package inventory

import (
	"errors"
	"time"
)

// A Search asks for a page of the inventory, sorted for people to read. Empty
// fields do not narrow it.
type Search struct {
	Text               string // words, each of which may be the beginning of one; "in quotes" as they stand
	Tenant, Place      string // the place's id within the tenant
	Kind               Kind
	Capability, System string
	State              State     // of the conversation about it
	Near               bool      // only what comes close to a capability
	Orphaned           bool      // only what nobody keeps who is still there
	Certainty          float64   // at least; 0 to 1
	Since              time.Time // modified then or later

	Sort     Sort
	Backward bool   // the other way round: Z to A, the oldest or the least first
	Cursor   string // of Found: where to go on; "" is the beginning
	Limit    int    // at most so many; 50 when 0
}

// A Sort is the order of what a Search finds.
type Sort string

// The orders, each with what comes first unless the search is Backward.
const (
	ByCertainty Sort = "certainty" // the surest
	ByPeople    Sort = "people"    // what most people rely on
	ByModified  Sort = "modified"  // the newest
	ByName      Sort = "name"      // A
	BySize      Sort = "size"      // the largest
)

// Sorts lists the orders.
func Sorts() []Sort { return []Sort{ByCertainty, ByPeople, ByModified, ByName, BySize} }

// Found is a page of what a Search found.
type Found struct {
	Records  []Record
	Next     string // a Cursor; "" on the last page
	Previous string // a Cursor; "" on the first page
	Total    Total
}

// A Total is how many there are, counted as far as is worth it.
type Total struct {
	N    int
	More bool // there are more than N
}

// NewTotal is a total of n that were counted, as far as MostCounted.
func NewTotal(n int, more bool) Total {
	return Total{N: min(n, MostCounted), More: more || n > MostCounted}
}

// MostCounted is where counting ends: nobody reads ten thousand rows, and to
// know how many there are beyond costs more than to show them.
const MostCounted = 10_000

// ErrCursor is returned for a cursor that does not belong to the search it came
// with.
var ErrCursor = errors.New("this page belongs to another search; begin again")
