package sqlstore

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// A Tombstone keeps what was erased from coming back. Its mark says nothing to
// whoever does not know the name already.
type Tombstone struct {
	Kind inventory.ErasedKind
	Mark string // a keyed hash of the folded address, or of the asset's id
	Laid time.Time
}

// tombstoneKey is the setting that holds the key of the marks. It is made with
// the first of them.
const tombstoneKey = "tombstone key"

// graves are the tombstones, held in memory: every row that is written asks
// them.
type graves struct {
	mu    sync.RWMutex
	key   []byte
	marks map[Tombstone]bool // Laid is zero
}

// erased reports whether a name was erased on request.
func (g *graves) erased(kind inventory.ErasedKind, name string) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return len(g.marks) > 0 && g.marks[Tombstone{Kind: kind, Mark: mark(g.key, kind, name)}]
}

// mark is what recognises a name and does not tell it.
func (g *graves) mark(kind inventory.ErasedKind, name string) string {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return mark(g.key, kind, name)
}

// living gives an address, or "" when its person was erased.
func (g *graves) living(address string) string {
	if address != "" && g.erased(inventory.ErasedPerson, address) {
		return ""
	}
	return address
}

func mark(key []byte, kind inventory.ErasedKind, name string) string {
	if kind == inventory.ErasedPerson || kind == inventory.Uninvited {
		name = inventory.FoldAddress(name)
	}
	h := hmac.New(sha256.New, key)
	h.Write([]byte(string(kind) + "\x00" + name))
	return hex.EncodeToString(h.Sum(nil))
}

// Heeding gives a scope that stays out of what was erased, too.
func (s *Store) Heeding(scope inventory.Scope) inventory.Scope {
	scope.Erased = s.graves.erased
	return scope
}

// Tombstones gives all tombstones, sorted, and the key of their marks, so that
// they can be carried over to where the inventory is restored or moved to.
func (s *Store) Tombstones(ctx context.Context) (key string, ts []Tombstone, err error) {
	if key, err = setting(ctx, s.read, tombstoneKey); err == nil {
		ts, err = tombstones(ctx, s.read)
	}
	if err != nil {
		return "", nil, fmt.Errorf("tombstones: %w", err)
	}
	return key, ts, nil
}

// CarryTombstones adds tombstones that were laid in another copy of this
// inventory, and erases anew what they stand for and this copy still holds.
func (s *Store) CarryTombstones(ctx context.Context, key string, ts []Tombstone) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if err := carry(ctx, tx, key, ts); err != nil {
			return err
		}
		return s.heed(ctx, tx)
	})
	if err == nil {
		err = s.eraseAfterCarry(ctx)
	}
	if err != nil {
		return fmt.Errorf("carry tombstones over: %w", err)
	}
	return nil
}

// eraseSetting says that tombstones came to an older copy, and that what they
// stand for may be in it still.
const eraseSetting = "erase again"

// carry lays tombstones in an older copy of the inventory they were laid in.
func carry(ctx context.Context, tx *sql.Tx, key string, ts []Tombstone) error {
	if len(ts) == 0 {
		return nil
	}
	own, err := setting(ctx, tx, tombstoneKey)
	if err == nil {
		err = sameKey(own, key)
	}
	if err != nil {
		return err
	}
	for name, value := range map[string]string{tombstoneKey: key, eraseSetting: "yes"} {
		if err := saveSetting(ctx, tx, name, value); err != nil {
			return err
		}
	}
	for _, t := range ts {
		if err := layTombstone(ctx, tx, t); err != nil {
			return err
		}
	}
	return nil
}

// sameKey makes sure that tombstones can stand beside others: marks of another
// key would say nothing.
func sameKey(own, key string) error {
	if own != "" && own != key {
		return fmt.Errorf("%w: their key is not this one's; nothing was changed", ErrOtherInventory)
	}
	return nil
}

// eraseAfterCarry erases what tombstones that were carried over stand for. If
// it is cut, it is done when the inventory is opened the next time.
func (s *Store) eraseAfterCarry(ctx context.Context) error {
	wanted, err := setting(ctx, s.read, eraseSetting)
	if err != nil || wanted == "" {
		return err
	}
	if err := s.eraseAgain(ctx); err != nil {
		return err
	}
	return s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `DELETE FROM settings WHERE name = ?`, eraseSetting)
		return err
	})
}

// resumeErasing does what eraseAfterCarry did not finish, unless whoever has
// the inventory is about to.
func (s *Store) resumeErasing(ctx context.Context) error {
	wanted, err := setting(ctx, s.read, eraseSetting)
	if err != nil || wanted == "" {
		return err
	}
	release, err := s.dialect.lock(ctx, s.read)
	if errors.Is(err, inventory.ErrLocked) {
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(s.eraseAfterCarry(ctx), release())
}

func tombstones(ctx context.Context, q querier) ([]Tombstone, error) {
	return collect(ctx, q, func(r row) (t Tombstone, err error) {
		err = r.Scan(&t.Kind, &t.Mark, utc{&t.Laid})
		return t, err
	}, `SELECT kind, mark, laid FROM tombstones ORDER BY kind, mark`)
}

func layTombstone(ctx context.Context, tx *sql.Tx, t Tombstone) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO tombstones (kind, mark, laid) VALUES (?, ?, ?) ON CONFLICT (kind, mark) DO NOTHING`, t.Kind, t.Mark, micros(t.Laid))
	return err
}

// bury lays tombstones for names, with a new key if these are the first.
func (s *Store) bury(ctx context.Context, tx *sql.Tx, kind inventory.ErasedKind, names []string) error {
	text, err := setting(ctx, tx, tombstoneKey)
	if err != nil {
		return err
	}
	if text == "" {
		fresh := make([]byte, sha256.Size)
		rand.Read(fresh) // never fails
		text = hex.EncodeToString(fresh)
		if err := saveSetting(ctx, tx, tombstoneKey, text); err != nil {
			return err
		}
	}
	key, err := hex.DecodeString(text)
	if err != nil {
		return fmt.Errorf("the key of the tombstones: %w", err)
	}
	for _, name := range names {
		if err := layTombstone(ctx, tx, Tombstone{Kind: kind, Mark: mark(key, kind, name), Laid: s.now()}); err != nil {
			return err
		}
	}
	return s.heed(ctx, tx)
}

// heed takes in tombstones that somebody else laid meanwhile: a night lasts
// for hours, and people erase while it runs.
func (s *Store) heed(ctx context.Context, q querier) error {
	var n int
	if err := q.QueryRowContext(ctx, `SELECT COUNT(*) FROM tombstones`).Scan(&n); err != nil {
		return err
	}
	s.graves.mu.RLock()
	known := len(s.graves.marks)
	s.graves.mu.RUnlock()
	if n == known { // they are only ever added to
		return nil
	}
	text, err := setting(ctx, q, tombstoneKey)
	if err != nil {
		return err
	}
	key, err := hex.DecodeString(text)
	if err != nil {
		return fmt.Errorf("the key of the tombstones: %w", err)
	}
	all, err := tombstones(ctx, q)
	if err != nil {
		return err
	}
	marks := make(map[Tombstone]bool, len(all))
	for _, t := range all {
		marks[Tombstone{Kind: t.Kind, Mark: t.Mark}] = true
	}
	s.graves.mu.Lock()
	defer s.graves.mu.Unlock()
	s.graves.key, s.graves.marks = key, marks
	return nil
}

// withoutErased leaves out of what was observed who asked to be forgotten.
func (s *Store) withoutErased(u inventory.Usage) inventory.Usage {
	u.Editors = slices.DeleteFunc(slices.Clone(u.Editors), func(e inventory.Editor) bool { return s.graves.living(e.Address) == "" && e.Address != "" })
	return u
}
