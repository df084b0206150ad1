package inventory

import (
	"fmt"
	"time"
)

// A Record is all the inventory holds of one asset. Its JSON is a line of
// inventory.jsonl; it carries no clock and no run, so that the same
// organisation gives the same bytes.
type Record struct {
	Asset     Asset  `json:"asset"`
	PlaceName string `json:"place_name"`
	// PlaceOwner is the address of the person whose own the place is, if any:
	// its name then tells whose.
	PlaceOwner string     `json:"-"`
	Structure  *Structure `json:"structure"`        // nil until it was looked into
	Unread     string     `json:"unread,omitempty"` // why it was not looked into: private, encrypted, truncated ...
	Usage      *Usage     `json:"usage,omitempty"`
	Verdict    *Verdict   `json:"verdict"` // nil until it was judged
	Family     string     `json:"family,omitempty"`
}

// An Opening is all that a partner needs to open a conversation: who to talk
// to, about what, and why it is worth it.
type Opening struct {
	Conversation Conversation
	System       System
	Family       Family
	Asset        Record // the family's representative
	Keeper       Person // may have no accounts: then nobody was found to talk to
	Worth        Worth  // why it is worth having this conversation early
	// Quiet is until when the keeper asked not to be invited; zero: they did not.
	Quiet time.Time
	// PartnerLeft tells of a conversation under way whose partner has left: a
	// person hands it over.
	PartnerLeft bool
}

// A Summary is the inventory in totals. It names no person and no asset.
type Summary struct {
	Assets        []Count   // by tenant and kind
	Structures    int       // assets looked into
	Unread        []Count   // by tenant and reason
	Verdicts      []Count   // by capability ("" for none) and system
	Families      []Count   // by kind
	Conversations []Count   // by system and state
	Totals                  // as the newest night left them
	Waiting       []Count   // conversations that have not ended, by state and by how long they have been in it: Spans
	Invited       int       // keepers who were invited within the last seven days
	Places        []Count   // by tenant and place kind
	LastRun       Run       // the newest run; zero before the first
	LastComplete  time.Time // when a run last ended complete; zero if none did
}

// Totals are what a night counts at its end, because it takes more than a
// look at every asset to know.
type Totals struct {
	Needs     []Count `json:"needs"`     // lines of the ledger of needs, by system ("" for needs that no system serves) and kind
	Certainty []Count `json:"certainty"` // verdicts that come close to a capability, by how certain they are: CertaintyBand
}

// CertaintyBand is the tenth that a certainty lies in, such as "0.8-0.9".
func CertaintyBand(certainty float64) string {
	tenth := min(max(int(certainty*10), 0), 9)
	return fmt.Sprintf("%.1f-%.1f", float64(tenth)/10, float64(tenth+1)/10)
}

// Spans are how long something has lasted, from the shortest; each begins
// where the one before it ends.
func Spans() []Span {
	const day = 24 * time.Hour
	return []Span{{"week", 7 * day}, {"month", 30 * day}, {"quarter", 90 * day}, {"longer", 0}}
}

// A Span is a stretch of time with a name. A Below of 0 is without an end.
type Span struct {
	Name  string
	Below time.Duration
}

// A Count is how many there are of something told by up to two words.
type Count struct {
	A, B string
	N    int
}

// A Filter narrows a listing of records. Empty fields do not.
type Filter struct {
	Tenant, Place      string // the place's id within the tenant
	Kind               Kind
	Capability, System string
	Family             string
	Text               string  // in the name or path, without regard to case
	Judged             bool    // only what has a verdict
	Near               bool    // only what comes close to a capability
	Looked             bool    // only what was looked into
	After              AssetID // records with a greater id
	Limit              int     // 0 is all
}
