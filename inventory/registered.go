package inventory

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Registered is a tool that its builder told of by themselves, wherever it
// lies: no scan has to have found it.
type Registered struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Lies    string    `json:"lies"`             // an address or a path, as they gave it
	Purpose string    `json:"purpose"`          // what it is for, in their words
	System  string    `json:"system,omitempty"` // beside which it stands; "" for none
	Asset   AssetID   `json:"asset,omitempty"`  // "" unless the inventory knows what lies there
	By      string    `json:"by"`               // an address
	At      time.Time `json:"at"`
}

// ErrIncomplete is wrapped when something was told that lacks a part.
var ErrIncomplete = errors.New("something is missing")

// maxTold bounds each of the texts that a builder tells, in bytes.
const maxTold = 2000

// Check says what a registration lacks.
func (r Registered) Check() error {
	for _, part := range []struct{ name, text string }{{"name", r.Name}, {"place where it lies", r.Lies}, {"purpose", r.Purpose}} {
		if strings.TrimSpace(part.text) == "" || len(part.text) > maxTold {
			return fmt.Errorf("%w: its %s is empty, or longer than a page", ErrIncomplete, part.name)
		}
	}
	if r.By == "" {
		return fmt.Errorf("%w: nobody told of it", ErrIncomplete)
	}
	return nil
}

// RegisteredFilter narrows a listing of them. Empty fields do not.
type RegisteredFilter struct {
	By     []string // addresses
	System string
}
