package scanners

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/desirepath/desirepath/scanners/wire"
)

// A Need is a permission, scope or right that a source asks for: the least
// that the feature can be had with.
type Need struct {
	Feature  string // what it is for, such as "sites"
	Name     string // the vendor's name of it
	ID       string // the vendor's id of it; "" if it has none
	Resource string // the vendor's id of the service it is of; "" for the source's main one
	Purpose  string // what is read with it
	Cost     string // what stays unseen without it
	Optional bool   // little is lost without it
	// Grant says how it is given where no consent gives it; what has one is
	// not among a token's permissions.
	Grant string
}

// A State is how a Check came out.
type State string

// Permissions are held, missing or in excess; everything else is good, worth
// a warning, failed or refused. What cannot be told from here is unknown.
const (
	Held    State = "held"
	Missing State = "missing"
	Excess  State = "excess" // more than a read: nothing is scanned with it
	Good    State = "good"
	Warning State = "warning"
	Failed  State = "failed"
	Refused State = "refused" // the tenant said no
	Unknown State = "unknown"
)

// A Check is one thing that was looked at before the first night.
type Check struct {
	Feature string `json:"feature"`
	Need    string `json:"need"`
	State   State  `json:"state"`
	Found   string `json:"found,omitempty"` // what was seen
	Cost    string `json:"cost,omitempty"`  // what it means when it is not good
	Remedy  string `json:"remedy,omitempty"`
}

// A Checker says what a source needs, and looks whether it has it. Checks
// only read, and as little as there is.
type Checker interface {
	Needs() []Need
	Check(context.Context) []Check
}

// Clocks further apart than clockLimit make tokens invalid; from clockNear on
// it is time to look.
const (
	clockLimit = 5 * time.Minute
	clockNear  = 30 * time.Second
)

// Reach asks an address without signing in: any answer will do, and tells the
// time too.
func Reach(ctx context.Context, address string, via http.RoundTripper, now func() time.Time) []Check {
	c := Check{Feature: "all", State: Good, Found: "it answers"}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err == nil {
		c.Need = "reach " + req.URL.Host
		var resp *http.Response
		if resp, err = via.RoundTrip(req); err == nil {
			defer resp.Body.Close()
			return []Check{c, Clock(resp, now())}
		}
	}
	c.State, c.Found, c.Cost = Failed, wire.Clean(err).Error(), "nothing is seen"
	c.Remedy = "let this machine reach the host on port 443, directly or through HTTPS_PROXY; name your proxy's certificate authority as scan.ca_file"
	if req != nil && wire.Loopback(req.URL.Host) {
		c.Remedy = "nothing listens at this address of this machine: start the emulator again, with desirepath demo or desirepath emulate"
	}
	return []Check{c}
}

// Clock compares this machine's time with the Date of an answer that has just
// come.
func Clock(resp *http.Response, now time.Time) Check {
	c := Check{Feature: "all", Need: "the right time", State: Good}
	at, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		c.State, c.Found = Unknown, "the answer carried no date"
		return c
	}
	apart := now.Sub(at).Truncate(time.Second)
	c.Found = fmt.Sprintf("this machine's clock is %v ahead", apart)
	if apart < 0 {
		c.Found = fmt.Sprintf("this machine's clock is %v behind", -apart)
	}
	if apart.Abs() >= clockNear {
		c.State, c.Cost, c.Remedy = Warning, "signing in fails from 5 minutes on", "let this machine take its time from a time server (NTP)"
	}
	if apart.Abs() >= clockLimit {
		c.State, c.Cost = Failed, "signing in fails: tokens look too old or come from the future"
	}
	return c
}
