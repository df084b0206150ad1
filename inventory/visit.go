package inventory

import "time"

// A Visit is a page, a file or an answer with names of people that somebody
// was shown. Visits are only ever added, and forgotten when they are old.
type Visit struct {
	N      int64     `json:"-"`               // its number, in the order in which they were kept
	Who    string    `json:"who"`             // an address, or who sat at the machine
	Role   string    `json:"role"`            // the part in which it was shown to them
	Page   string    `json:"page"`            // what kind of page: "asset", "conversations", "outreach.xlsx" ...
	At     time.Time `json:"at"`              // when
	About  []AssetID `json:"about,omitempty"` // the assets that it told of
	Talks  []string  `json:"talks,omitempty"` // the conversations that it told of, by id
	Amount int       `json:"amount"`          // how many assets and conversations that is
}

// A VisitFilter narrows a listing of visits. Empty fields do not.
type VisitFilter struct {
	Who         string    // an address
	From, Until time.Time // from then on, and before then
	Before      int64     // visits with a smaller number
	Limit       int       // 0 is all
}
