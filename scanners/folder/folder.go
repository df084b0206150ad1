// Package folder scans a folder tree: a file share or a synced folder. There
// is no change feed, so every night lists all names again; only files that
// changed are looked into. Nothing is ever written, and symbolic links are
// never followed.
package folder

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// Options say what is scanned and how.
type Options struct {
	Tenant inventory.Tenant // Suite is inventory.Share
	Root   string           // the folder as this machine sees it
	Name   string           // what people call it; "" for the last part of Root
	// URL is the address under which people open the folder, such as
	// "file://fs1.example.edu/finance"; "" for Root as a file address.
	URL string
	// Scope is the one that the sink counts by. Folders its path rules
	// exclude are not entered: each is reported as one thing, to be counted.
	Scope inventory.Scope
	Read  Reader // looks inside files; nil if nobody will Inspect

	PageSize int           // changes a page; 0: 1,000
	Patience time.Duration // how long to wait for one answer of the file system, or for one file to be looked into; 0: two minutes
}

// A Reader tells the structure of a file's content. The name is for its
// ending alone. Errors wrap inventory.ErrUnreadable when the content is at fault.
type Reader func(ctx context.Context, r io.ReaderAt, size int64, name string, want inventory.Depth) (inventory.Structure, error)

// A Scanner lists one folder tree as one place. It implements
// scanners.Scanner, scanners.Inspector and scanners.Planner. An asset's
// vendor id is its path below the root with slashes, so a file that is renamed
// or moved is another asset.
type Scanner struct {
	Options
	place inventory.Place
}

// New makes a scanner. It touches nothing yet: a share that is down must not
// keep other sources from being scanned.
func New(o Options) (*Scanner, error) {
	if o.Tenant.Name == "" {
		return nil, errors.New("folder: the tenant has no name")
	}
	if o.Root == "" {
		return nil, fmt.Errorf("folder %s: no path: say which folder to scan", o.Tenant.Name)
	}
	root, err := filepath.Abs(o.Root)
	if err != nil {
		return nil, fmt.Errorf("folder %s: %w", o.Root, err)
	}
	o.Root = root
	o.Name = cmp.Or(o.Name, filepath.Base(root))
	o.URL = strings.TrimSuffix(cmp.Or(o.URL, fileURL(root)), "/")
	o.PageSize = max(cmp.Or(o.PageSize, 1000), 1)
	o.Patience = cmp.Or(o.Patience, 2*time.Minute)
	return &Scanner{o, inventory.Place{
		Tenant: o.Tenant.Name, ID: "root", Kind: inventory.PlaceShare, Name: o.Name, URL: o.URL,
	}}, nil
}

// Tenant implements scanners.Scanner.
func (s *Scanner) Tenant() inventory.Tenant { return s.Options.Tenant }

// Places implements scanners.Scanner: the root is the only place.
func (s *Scanner) Places(context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) { yield(s.place, nil) }
}

// fileURL is the file address of an absolute path, a Windows share's included.
func fileURL(abs string) string {
	p := filepath.ToSlash(abs)
	if host, ok := strings.CutPrefix(p, "//"); ok {
		return "file://" + escape(host)
	}
	return "file:///" + escape(strings.TrimPrefix(p, "/"))
}

// escape writes a path as part of an address.
func escape(p string) string { return (&url.URL{Path: p}).EscapedPath() }

// Apart implements scanners.Divisible: whoever has the share mounted where the
// configuration says can list it.
func (s *Scanner) Apart(inventory.Place) bool { return true }

// Begin implements scanners.Divisible.
func (s *Scanner) Begin() {}
