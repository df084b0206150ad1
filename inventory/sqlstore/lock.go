package sqlstore

import (
	"errors"
	"fmt"
	"os"

	"github.com/desirepath/desirepath/inventory"
)

// Lock takes the inventory for one run. It returns inventory.ErrLocked when
// another process, or another Store of this one, has it. The operating system
// gives it back when the process ends, however it ends; so the file beside the
// inventory may be there without anybody holding it.
func (s *Store) Lock() (release func() error, err error) {
	name := s.path + ".lock"
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("lock: %w", err)
	}
	if err := lockFile(f); err != nil {
		f.Close()
		if errors.Is(err, inventory.ErrLocked) {
			return nil, fmt.Errorf("inventory %s: %w", s.path, err)
		}
		return nil, fmt.Errorf("lock %s: %w", name, err)
	}
	return f.Close, nil
}
