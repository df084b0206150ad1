package night

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners/wire"
)

func TestFailure(t *testing.T) {
	now := time.Date(2026, 3, 1, 2, 0, 0, 0, time.UTC)
	n := Night{Now: func() time.Time { return now }}
	for _, c := range []struct {
		err      error
		attempts int
		reason   string
		final    bool
		wait     time.Duration
	}{
		{errors.New("connection reset"), 0, "error", false, 15 * time.Minute},
		{errors.New("connection reset"), 2, "error", false, time.Hour},
		{errors.New("connection reset"), 99, "error", false, 7 * 24 * time.Hour},
		{fmt.Errorf("asset: %w", inventory.ErrStale), 0, "changing", false, 15 * time.Minute},
		{fmt.Errorf("asset: %w", inventory.ErrNotPermitted), 0, "forbidden", false, 15 * time.Minute},
		{fmt.Errorf("%w: %w", inventory.ErrUnreadable, wire.ErrBudget), 0, "too-large", true, 15 * time.Minute},
		{fmt.Errorf("%w: held back", inventory.ErrUnreadable), 0, "unreadable", true, 15 * time.Minute},
		{fmt.Errorf("%w: %w", inventory.ErrUnreadable, inventory.ErrMalware), 0, "malware", true, 15 * time.Minute},
		{fmt.Errorf("asset: %w", inventory.ErrPrivate), 0, "private", false, 15 * time.Minute},
	} {
		f := n.failure(c.err, c.attempts)
		if f.Reason != c.reason || f.Final != c.final || f.Retry.Sub(now) != c.wait {
			t.Errorf("%v after %d attempts: %+v", c.err, c.attempts, f)
		}
	}
}

func TestNames(t *testing.T) {
	var n Names
	if n.Known("Ana Ruru") {
		t.Error("somebody is known before the directory was read")
	}
	n.learn([]string{"Ana Ruru", "Grade", "José  María López"}, nil)
	for s, known := range map[string]bool{
		"ana ruru": true, "Ruru, Ana": true, " Ana   Ruru ": true, "José María López": true, "López, José María": true,
		"Grade": false, "Ana": false, "Ruru": false, "": false,
	} {
		if n.Known(s) != known {
			t.Errorf("%q is known: %v", s, !known)
		}
	}
}

// The names of people who were erased are kept nowhere, and another process
// drops them all the same.
func TestNamesKeptNowhere(t *testing.T) {
	ctx := t.Context()
	store, err := sqlstore.Open(ctx, filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	lists, helps := Night{Store: store, Names: &Names{}}, Night{Store: store, Names: &Names{}}
	lists.Names.also("Ana  Ruru")
	if err := lists.markNames(ctx); err != nil {
		t.Fatal(err)
	}
	if err := helps.knowNames(ctx, 1); err != nil {
		t.Fatal(err)
	}
	for s, known := range map[string]bool{"ana ruru": true, "Ruru, Ana": true, "Ana": false, "Ana Rurus": false} {
		if helps.Names.Known(s) != known {
			t.Errorf("%q is known: %v", s, !known)
		}
	}
	if kept, err := store.Setting(ctx, "names of people who were erased"); err != nil || kept == "" || strings.Contains(strings.ToLower(kept), "ruru") {
		t.Errorf("kept %q, %v", kept, err)
	}
}
