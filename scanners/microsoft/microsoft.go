// Package microsoft scans a Microsoft 365 tenant through Microsoft Graph: all
// sites with their libraries, everybody's OneDrive, what changed in them, and
// who is in the directory. It asks through the vendor's SDK, and every request
// passes the tenant's wire.Transport, which lets reads alone leave.
//
// The calls that are made once a site or a person use the SDK's types. The
// change feeds, which are nine tenths of all answers, go through the SDK's
// adapter as bytes and are decoded here: its models cost ten times as much.
package microsoft

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// Endpoint is Microsoft Graph for everybody but the national clouds.
const Endpoint = "https://graph.microsoft.com/v1.0"

// ReadFunc looks inside a workbook. Of content that cannot be read it returns
// an error that wraps inventory.ErrUnreadable.
type ReadFunc func(ctx context.Context, r io.ReaderAt, size int64, name string, want inventory.Depth) (inventory.Structure, error)

// Options say which tenant is scanned, and how.
type Options struct {
	Tenant    string            // the name it has in the configuration
	Endpoint  string            // "": Endpoint
	Tokens    Tokens            // see NewTokens and StaticToken
	Content   ContentTokens     // see NewContentTokens; nil: download addresses must carry their own right
	Transport *wire.Transport   // made of WireOptions
	Read      ReadFunc          // nil: Inspect is not supported
	Reader    int               // the version of Read
	Personal  func(string) bool // tells names that are dropped from lists; may be nil
	Features  Features          // what is scanned besides files and people
	Private   bool              // what lies in a OneDrive and is shared with nobody may be opened, as by inventory.Scope
	PageSize  int               // items asked for in a page of changes; 0: 999
	Parallel  int               // sites asked for at once; 0: 8
	Budget    int64             // bytes read of one file at most; 0: 64 MiB
	Now       func() time.Time
	Log       *slog.Logger

	// Wire makes the transports of the services beside Graph; nil: no feature
	// that asks them may be switched on.
	Wire  func(wire.Options) (*wire.Transport, error)
	Share float64 // of the quotas of these services; 0: 0.5
	// Excluded tells the places that are not asked about, not even beside
	// others in one request; nil: each is asked about alone.
	Excluded func(inventory.Place) bool
	Poll     time.Duration // the first wait for what a service works out; 0: 1 s
}

// A Scanner scans one tenant. It is safe for concurrent use.
type Scanner struct {
	o         Options
	graph     *client
	directory directory
	power     map[string]*caller // of the services beside Graph, by their keys
	scans     scans
}

// New makes the scanner of a tenant. It sends no request.
func New(o Options) (*Scanner, error) {
	if o.Endpoint == "" {
		o.Endpoint = Endpoint
	}
	if o.Transport == nil || o.Tokens == nil {
		return nil, fmt.Errorf("tenant %s: a scanner needs a transport and tokens", o.Tenant)
	}
	base, err := parseEndpoint(o.Endpoint)
	if err != nil {
		return nil, fmt.Errorf("tenant %s: %w", o.Tenant, err)
	}
	o.PageSize = cmp.Or(o.PageSize, 999)
	o.Parallel = cmp.Or(o.Parallel, 8)
	o.Budget = cmp.Or(o.Budget, 64<<20)
	o.Share = cmp.Or(o.Share, 0.5)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	graph, err := newClient(base, o.Tokens, o.Transport)
	if err != nil {
		return nil, fmt.Errorf("tenant %s: %w", o.Tenant, err)
	}
	power, err := newCallers(o, base)
	if err != nil {
		return nil, fmt.Errorf("tenant %s: %w", o.Tenant, err)
	}
	return &Scanner{o: o, graph: graph, power: power, directory: directory{turn: make(chan struct{}, 1)}}, nil
}

// Tenant implements scanners.Scanner.
func (s *Scanner) Tenant() inventory.Tenant {
	return inventory.Tenant{Name: s.o.Tenant, Suite: inventory.Microsoft}
}

// parseEndpoint accepts https addresses, and http on this machine.
func parseEndpoint(endpoint string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSuffix(endpoint, "/"))
	if err != nil || u.Host == "" || u.RawQuery != "" || u.User != nil {
		return nil, fmt.Errorf("endpoint %q: write it like %s", endpoint, Endpoint)
	}
	if u.Scheme != "https" && !(u.Scheme == "http" && wire.Loopback(u.Host)) {
		return nil, fmt.Errorf("endpoint %q: only https, or http on this machine", endpoint)
	}
	return u, nil
}

// errGone says that what was asked for is no longer there.
var errGone = errors.New("it is no longer there")
