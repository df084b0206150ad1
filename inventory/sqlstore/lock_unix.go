//go:build unix

package sqlstore

import (
	"errors"
	"os"
	"syscall"

	"github.com/desirepath/desirepath/inventory"
)

func lockFile(f *os.File) error {
	err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return inventory.ErrLocked
	}
	return err
}
