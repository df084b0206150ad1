// Package wire is what every request to a tenant passes through: a [Guard]
// that lets nothing but reads leave, a tenant-wide [Pacer] that stays within
// our share of the quota and never undercuts a Retry-After, and a [Ledger]
// that counts what was asked. Processes that ask the same tenant keep to one
// pace together through a [Shared]. It knows HTTP and no vendor: the scanners
// bring their rules, units and limits.
package wire

import (
	"bytes"
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Options say how a Transport treats one tenant.
type Options struct {
	Tenant string
	Guard  Guard
	Pace   Pace
	// Limits are further limits on some of the requests, such as those of
	// one API among several, or on each person's.
	Limits []Limit
	// Units tells what a request costs of Pace.PerMinute and Pace.PerDay; nil:
	// every request 1. A batch costs what the requests inside do.
	Units func(*http.Request) int
	// Budget is what Pace.PerDay is counted in; nil: one of its own, which
	// knows nothing of earlier runs.
	Budget *Budget
	// Shared is where all processes that ask this tenant take their units; nil:
	// this one alone asks. Name tells the transport from the tenant's others
	// there, so it is the same in all processes.
	Shared Shared
	Name   string
	// Words are path segments that the ledger may show besides the common
	// ones; every other segment is shown as {id}.
	Words []string
	// Ledger counts the requests; nil: one of its own.
	Ledger *Ledger
	// RetryStatus tells answers that mean "later" apart from those that mean
	// "no" where the status alone does not. A wait above zero pauses the
	// whole tenant; zero backs this request off. The answer's body may be
	// read; it is put back. Answers with 408, 429 and 5xx need no help.
	RetryStatus func(*http.Response) (retry bool, wait time.Duration)
	// Check judges the body of a 2xx answer before the caller sees it. An
	// error that wraps ErrCut is tried again, every other is returned.
	Check     func(resp *http.Response, body []byte) error
	Base      http.RoundTripper // nil: NewBase(CAFile)
	CAFile    string            // PEM file of a company's own authorities, besides the system's
	UserAgent string            // "" leaves the caller's
	Attempts  int               // per request, the first included; 0: 10
	Timeout   time.Duration     // for one attempt, without the waiting before it; 0: two minutes
	// Whole is up to how many bytes an answer is read here, so that one that
	// is cut short can be asked for again. Longer ones are streamed, and
	// their cut is the caller's to see. 0: 16 MiB.
	Whole int64
	Log   *slog.Logger
}

// A Transport sends the requests to one tenant. It is safe for concurrent
// use. Give it to an http.Client without a Timeout: one would run during the
// pauses that the tenant asks for.
type Transport struct {
	o       Options
	pacer   *Pacer
	words   wordSet
	buffers *sync.Pool // of *bytes.Buffer: answers are large, and alike in size
}

// New builds the transport for one tenant. It reads the CAFile.
func New(o Options) (*Transport, error) {
	if o.Base == nil {
		base, err := NewBase(o.CAFile)
		if err != nil {
			return nil, fmt.Errorf("tenant %s: %w", o.Tenant, err)
		}
		o.Base = base
	}
	if o.Ledger == nil {
		o.Ledger = &Ledger{}
	}
	if o.Budget == nil {
		o.Budget = &Budget{}
	}
	o.Budget.setLimit(o.Pace.PerDay, o.Shared != nil)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Units == nil {
		o.Units = func(*http.Request) int { return 1 }
	}
	o.Attempts = cmp.Or(o.Attempts, 10)
	o.Timeout = cmp.Or(o.Timeout, 2*time.Minute)
	o.Whole = cmp.Or(o.Whole, 16<<20)
	shares, err := o.sharing()
	if err != nil {
		return nil, fmt.Errorf("tenant %s: %w", o.Tenant, err)
	}
	return &Transport{o: o, pacer: newPacer(o.Pace, o.Limits, shares), words: newWords(o.Words),
		buffers: &sync.Pool{New: func() any { return new(bytes.Buffer) }}}, nil
}

// Client is an http.Client over t that hands redirects to its caller.
func (t *Transport) Client() *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error {
		return http.ErrUseLastResponse
	}}
}

// Ledger is what has been asked so far.
func (t *Transport) Ledger() *Ledger { return t.o.Ledger }

// Budget is what has been spent of the day.
func (t *Transport) Budget() *Budget { return t.o.Budget }

// Pace is how fast the tenant may be asked.
func (t *Transport) Pace() Pace { return t.o.Pace }

// RoundTrip sends one request: past the guard, at the tenant's pace, into the
// ledger, and again when the answer was "later" or was cut short. When all
// attempts are used up it returns the last answer as it came.
func (t *Transport) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := t.o.Guard.admit(req, t.words)
	if err != nil {
		t.o.Ledger.refuse()
		return nil, err
	}
	if isBatch(req) {
		b, err := t.newBundle(req, body)
		if err != nil {
			return nil, err
		}
		return b.send()
	}
	return t.send(req, body, t.o.Units(req))
}

// send sends a request that the guard has admitted.
func (t *Transport) send(req *http.Request, body []byte, units int) (*http.Response, error) {
	tr := &trip{t: t, req: req, body: body, units: units, backoff: newBackoff(t.o.Pace)}
	for {
		resp, err := tr.attempt()
		wait, again := tr.again(resp, err)
		if !again {
			return resp, err
		}
		discard(resp)
		if err := sleep(req.Context(), wait); err != nil {
			return nil, err
		}
	}
}
