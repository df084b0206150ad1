// Package google lists a Google Workspace domain: every person's My Drive, each shared drive, the accounts of its directory, and what is
// inside spreadsheets, through Google's own clients for Drive, Sheets and the Admin SDK's Directory.
//
// # Acting for people
//
// Drive has no view of a whole domain: files.list and changes.list know no administrator's access. So the scanner acts for each person
// in turn, by domain-wide delegation, with read-only scopes and one short-lived token for each person and set of scopes. Whoever must not
// be acted for is left out before: [Scanner.Places] acts for the administrator alone, and excluded places are never asked for Pages.
// A shared drive is read as one of its members.
//
// A suspended or archived person cannot be acted for. Their My Drive stays a place of the tenant, so that what is known of it stays in
// the inventory, but nothing new is seen there until somebody opens the account or transfers the files.
//
// # Credentials
//
// A service account with domain-wide delegation, either by its key or, better, without one: by a Principal that the credentials this
// machine already has may sign for. The keyless way goes through Google's impersonate package, whose hosts are fixed: it is tested
// with a stand-in for those hosts and not against the emulator.
package google

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/drive/v3"
	"google.golang.org/api/option"
	"google.golang.org/api/sheets/v4"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// Options describe the domain and how to reach it.
type Options struct {
	Tenant     string // the name chosen in the configuration
	Credential Credential
	// Depth is a second service account, which alone looks inside files: see ForDepth. Without one, Credential does both.
	Depth     Credential
	Admin     string    // the address of an administrator, in whose name the directory and the shared drives are listed
	Endpoints Endpoints // Google's own where empty
	// Share is the part of the published quotas that we take: half when 0, because a project's other programs live there too.
	Share    float64
	OldQuota bool     // the project has Drive's quota of before May 2026, which counts calls
	Features Features // what is scanned besides files, spreadsheets and people
	// Transport is what wire.New makes of Wire.
	Transport *wire.Transport

	Read   Read  // reads a workbook file
	Build  Build // turns the grid of a native spreadsheet into a Structure; usually workbook.Build
	Reader int   // the version of both, noted in every Structure

	Personal func(string) bool // tells the names that are dropped; may be nil
	Private  bool              // what lies in a My Drive and is shared with nobody may be opened, as by inventory.Scope

	PageSize int   // files on a page of a listing; Drive's largest, 1000, when 0
	Budget   int64 // bytes that are read of one file at most; 64 MiB when 0

	// Avoid tells by their My Drive the people whom no shared drive is read as, because they are excluded. Nil for none.
	Avoid func(inventory.Place) bool
	Log   *slog.Logger // nil for none
	Now   func() time.Time

	exportSlice int // rows of the exported inventory that one query sorts; sliceRows when 0
}

// Endpoints are the base URLs of the services; Drive's ends in /drive/v3/, the others in /.
type Endpoints struct {
	Drive, Sheets, Directory string
	Forms, Reports, Studio   string // Reports is the Admin SDK's; Studio is Looker Studio's
	BigQuery, Labels         string
}

// At are the endpoints of an emulator that serves all of them below one address.
func At(base string) Endpoints {
	base = strings.TrimSuffix(base, "/") + "/"
	return Endpoints{Drive: base + "drive/v3/", Sheets: base, Directory: base, Forms: base, Reports: base, Studio: base, BigQuery: base, Labels: base}
}

// Read reads the structure of a workbook file from its bytes; the name tells the format.
type Read func(ctx context.Context, r io.ReaderAt, size int64, name string, want inventory.Depth) (inventory.Structure, error)

// Build turns a grid into a structure.
type Build func(workbook.Grid, workbook.Meta) inventory.Structure

// A Scanner scans one Google Workspace domain. It is safe for concurrent use.
type Scanner struct {
	o         Options
	tokens    *tokens
	client    *http.Client // puts on every request the token of who it is for
	drive     *drive.Service
	sheets    *sheets.Service
	directory *admin.Service
	clients   clients // of services that only features ask
	members   members
	staff     staff
	export    export
	book      labelBook
	buffers   sync.Pool // of *bytes.Buffer: pages are large, and alike in size
	robots    []robot
}

// New makes the scanner of a domain. It makes no request.
func New(o Options) (*Scanner, error) {
	if o.Tenant == "" || o.Admin == "" || o.Transport == nil {
		return nil, errors.New("google: a tenant needs a name, the address of an administrator and a transport")
	}
	if o.Features.Labels && o.Features.InventoryExport != (InventoryExport{}) {
		return nil, errBothLabels
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.PageSize, o.Budget, o.Share = cmp.Or(o.PageSize, 1000), cmp.Or(o.Budget, 64<<20), cmp.Or(o.Share, half)
	hosts, err := o.Endpoints.hosts()
	if err != nil {
		return nil, err
	}
	tokens, err := newTokens(o)
	if err != nil {
		return nil, err
	}
	robots, err := o.robots()
	if err != nil {
		return nil, err
	}
	o.Credential, o.Depth = Credential{}, Credential{} // of no more use, and secret
	s := &Scanner{o: o, tokens: tokens, robots: robots, buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }}}
	s.client = &http.Client{
		Transport:     &bearer{tokens: tokens, hosts: hosts, next: o.Transport},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if err := s.connect(); err != nil {
		return nil, err
	}
	return s, nil
}

// connect makes the clients. Their background context is that of their construction only; every call brings its own.
func (s *Scanner) connect() (err error) {
	ctx := context.Background()
	with := func(base string) []option.ClientOption {
		opts := []option.ClientOption{option.WithHTTPClient(s.client)}
		if base != "" {
			opts = append(opts, option.WithEndpoint(base))
		}
		return opts
	}
	if s.drive, err = drive.NewService(ctx, with(s.o.Endpoints.Drive)...); err != nil {
		return fmt.Errorf("google: drive: %w", err)
	}
	if s.sheets, err = sheets.NewService(ctx, with(s.o.Endpoints.Sheets)...); err != nil {
		return fmt.Errorf("google: sheets: %w", err)
	}
	if s.directory, err = admin.NewService(ctx, with(s.o.Endpoints.Directory)...); err != nil {
		return fmt.Errorf("google: directory: %w", err)
	}
	if err = s.connectFeatures(with); err != nil {
		return err
	}
	// Google compresses for clients that also say so here.
	// https://developers.google.com/workspace/drive/api/guides/performance#gzip
	s.drive.UserAgent, s.sheets.UserAgent, s.directory.UserAgent = userAgent, userAgent, userAgent
	return nil
}

const userAgent = "desirepath (gzip)"

// Tenant is the domain.
func (s *Scanner) Tenant() inventory.Tenant {
	return inventory.Tenant{Name: s.o.Tenant, Suite: inventory.Google}
}
