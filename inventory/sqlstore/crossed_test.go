package sqlstore_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// Two who write beside each other and wait for each other both come to an end:
// one is undone, and done again. They are two processes.
func TestCrossedTransactions(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inventory.db")
	a, b := openAt(t, path, sqlstore.Options{}), openAt(t, path, sqlstore.Options{})
	ways := []string{`UPDATE settings SET value = value || '.' WHERE name = 'here'`, `UPDATE settings SET value = value || '.' WHERE name = 'there'`}
	for _, name := range []string{"here", "there"} {
		if err := a.SaveSetting(t.Context(), name, "."); err != nil {
			t.Fatal(err)
		}
	}
	var together sync.WaitGroup
	errs := make([]error, 2)
	for i, s := range []*sqlstore.Store{a, b} {
		together.Go(func() {
			pause := func() { time.Sleep(200 * time.Millisecond) } // for the other to begin
			errs[i] = s.InSharedTx(t.Context(), pause, ways[i], ways[1-i])
		})
	}
	together.Wait()
	for _, name := range []string{"here", "there"} {
		if value, err := a.Setting(t.Context(), name); err != nil || value != "..." {
			t.Errorf("%s is %q, %v", name, value, errors.Join(append(errs, err)...))
		}
	}
}
