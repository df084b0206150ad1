package folder

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/desirepath/desirepath/inventory"
)

// Inspect implements scanners.Inspector. It returns an error that wraps
// inventory.ErrStale when the file is gone or not the revision that is due,
// or changed while it was read.
func (s *Scanner) Inspect(ctx context.Context, d inventory.Due) (inventory.Structure, error) {
	st, err := patiently(ctx, s.Patience, func(ctx context.Context) (inventory.Structure, error) { return s.inspect(ctx, d) })
	if err != nil {
		return inventory.Structure{}, fmt.Errorf("file %s: %w", d.Asset.VendorID, err)
	}
	return st, nil
}

func (s *Scanner) inspect(ctx context.Context, d inventory.Due) (inventory.Structure, error) {
	var none inventory.Structure
	if s.Read == nil {
		return none, errors.New("no reader is set up")
	}
	// The root is opened each time: a share may have been mounted anew since.
	root, err := os.OpenRoot(s.Root)
	if err != nil {
		return none, err
	}
	defer root.Close()
	name := filepath.FromSlash(d.Asset.VendorID)
	if err := unchanged(root, name, d.Asset.Revision); err != nil {
		return none, err
	}
	f, err := root.Open(name)
	if err != nil {
		return none, translated(err)
	}
	defer f.Close()
	st, err := s.Read(ctx, attentive(ctx, f), d.Asset.Size, d.Asset.Name, d.Depth)
	// First this: a file that changes while it is read looks damaged.
	if err := unchanged(root, name, d.Asset.Revision); err != nil {
		return none, err
	}
	st.Revision = d.Asset.Revision
	return st, translated(err)
}

// unchanged checks that a name still is the file that was listed. Links are
// not followed here either.
func unchanged(root *os.Root, name, want string) error {
	info, err := root.Lstat(name)
	if err != nil {
		return translated(err)
	}
	if !info.Mode().IsRegular() || revision(info.Size(), info.ModTime()) != want {
		return inventory.ErrStale
	}
	return nil
}

// translated puts a file system's error into the inventory's words.
func translated(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%w: it is no longer there", inventory.ErrStale)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("%w: let this account read it", inventory.ErrNotPermitted)
	default:
		return err
	}
}

// readerAt is a function that reads.
type readerAt func(p []byte, off int64) (int, error)

func (r readerAt) ReadAt(p []byte, off int64) (int, error) { return r(p, off) }

// attentive reads from a file for as long as somebody waits for it.
func attentive(ctx context.Context, f *os.File) readerAt {
	return func(p []byte, off int64) (int, error) {
		if ctx.Err() != nil {
			return 0, context.Cause(ctx)
		}
		return f.ReadAt(p, off)
	}
}
