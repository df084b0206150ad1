package google

import (
	"encoding/json"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// A position is what a cursor says. A listing from scratch has Start, and Page from its second page on; changes have At.
type position struct {
	Start string `json:"start,omitempty"` // where the changes begin after the listing: taken before it, so that nothing falls between
	Page  string `json:"page,omitempty"`  // the listing's next page; Google keeps it for some hours
	At    string `json:"at,omitempty"`    // the next page of changes; Google keeps it for good
	Via   string `json:"via,omitempty"`   // the member a shared drive is read as, so that it need not be looked for every night
}

func (p position) listing() bool { return p.At == "" }

func (p position) cursor() inventory.Cursor {
	text, err := json.Marshal(p)
	if err != nil {
		return "" // strings always marshal
	}
	return inventory.Cursor(text)
}

// parse reads a cursor. One of another make is as good as one that Google has forgotten.
func parse(c inventory.Cursor) (position, error) {
	var p position
	if c == "" {
		return p, nil
	}
	if err := json.Unmarshal([]byte(c), &p); err != nil || p.Start == "" && p.At == "" {
		return position{}, fmt.Errorf("%w: it is not one of this scanner", scanners.ErrCursorExpired)
	}
	return p, nil
}
