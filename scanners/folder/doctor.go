package folder

import (
	"context"
	"errors"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

// Needs implements scanners.Checker.
func (s *Scanner) Needs() []scanners.Need {
	return []scanners.Need{{Feature: "files", Name: "read access to " + s.Root, Purpose: "list files, and look at the structure of workbooks", Cost: "no file is seen"}}
}

// Check implements scanners.Checker. It opens the folder and lists its first
// level; it writes nothing, not even to find out whether it could.
func (s *Scanner) Check(ctx context.Context) []scanners.Check {
	c := scanners.Check{Feature: "files", Need: "read access to " + s.Root, State: scanners.Held, Found: "it can be read"}
	if err := s.readable(ctx); err != nil {
		c.State, c.Found, c.Cost, c.Remedy = scanners.Failed, "", "without it no file is seen", err.Error()
		if errors.Is(err, inventory.ErrNotPermitted) {
			c.State = scanners.Missing
		}
		return []scanners.Check{c}
	}
	return []scanners.Check{c, s.unwritable()}
}

func (s *Scanner) readable(ctx context.Context) error {
	root, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer root.Close()
	entries, err := s.walker(root).entries(ctx, ".")
	if err == nil && len(entries) == 0 {
		err = errEmpty
	}
	return err
}

func (s *Scanner) unwritable() scanners.Check {
	c := scanners.Check{Feature: "beyond", Need: "no right to write", State: scanners.Good, Found: "this account cannot write there"}
	switch may, known := writable(s.Root); {
	case !known:
		c.State, c.Found = scanners.Unknown, "this system does not tell without trying, and we do not try"
	case may:
		c.State, c.Found, c.Cost = scanners.Warning, "this account could write there", "desirepath never does, but it does not need the right"
		c.Remedy = "mount the share read-only, or run as an account that may only read it"
	}
	return c
}
