package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// A cardWriter writes cards, one transaction after the other.
type cardWriter struct {
	store *Store
	left  func(context.Context, string) (bool, error)
	parts map[partKey]int64
}

// A partKey is what the cards of a part have in common.
type partKey struct {
	tenant             string
	kind               inventory.Kind
	capability, system string
}

func (s *Store) newCardWriter() *cardWriter {
	return &cardWriter{store: s, left: s.leavers(), parts: map[partKey]int64{}}
}

// The columns of a card after its number, in the order of the writer.
const (
	insertCard = `INSERT INTO cards (n, asset, place, part, name, modified, size, people, score, state, keeper, orphaned) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
	onSameCard = ` ON CONFLICT (n) DO UPDATE SET part = excluded.part, name = excluded.name, modified = excluded.modified, size = excluded.size,
		people = excluded.people, score = excluded.score, state = excluded.state, keeper = excluded.keeper, orphaned = excluded.orphaned`
)

func (w *cardWriter) write(ctx context.Context, tx *sql.Tx, cards []card) error {
	if len(cards) == 0 {
		return nil
	}
	insert, err := tx.PrepareContext(ctx, insertCard+onSameCard)
	if err != nil {
		return err
	}
	index, err := newIndexer(ctx, tx, w.store.dialect)
	if err != nil {
		return err
	}
	var last int64
	if err := tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(n), 0) FROM cards`).Scan(&last); err != nil {
		return err
	}
	paths := newPaths(tx)
	for _, c := range cards {
		if err := errors.Join(paths.tell(ctx, &c.asset), c.findKeeper(ctx, w.left)); err != nil {
			return err
		}
		fresh := c.n == 0
		if fresh {
			last++
			c.n = last
		}
		part, err := w.part(ctx, tx, c)
		if err != nil {
			return err
		}
		_, err = insert.ExecContext(ctx, c.n, c.asset.ID, c.asset.Place, part, sortName(c.asset.Name), micros(c.asset.Modified), c.asset.Size,
			c.people, c.score(), c.state, c.keeper, c.orphaned)
		if err != nil {
			return err
		}
		if err := index.put(ctx, fresh, c.n, c.asset.Name, c.asset.Path, c.words); err != nil {
			return err
		}
	}
	return nil
}

// part gives the number of a card's part, and makes the part if need be.
func (w *cardWriter) part(ctx context.Context, tx *sql.Tx, c card) (id int64, err error) {
	k := partKey{c.asset.Tenant, c.asset.Kind, c.verdict.Capability, c.verdict.System}
	if id, ok := w.parts[k]; ok {
		return id, nil
	}
	const find = `SELECT id FROM parts WHERE tenant = ? AND kind = ? AND capability = ? AND system = ?`
	err = tx.QueryRowContext(ctx, find, k.tenant, k.kind, k.capability, k.system).Scan(&id)
	if errors.Is(err, sql.ErrNoRows) {
		err = tx.QueryRowContext(ctx, `INSERT INTO parts (id, tenant, kind, capability, system)
			SELECT COALESCE(MAX(id), 0) + 1, CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT) FROM parts RETURNING id`,
			k.tenant, k.kind, k.capability, k.system).Scan(&id)
	}
	if err == nil {
		w.parts[k] = id
	}
	return id, err
}

// The orders that cards are kept in, each within its part, and what the names
// of keepers are found by.
func cardIndexes() map[string]string {
	return map[string]string{
		"cards_name": "part, name", "cards_modified": "part, modified", "cards_size": "part, size",
		"cards_people": "part, people", "cards_score": "part, score", "cards_keeper": "keeper, orphaned",
	}
}

// setSortsAside takes the orders away while very many cards are written, when
// making them anew costs less than keeping them true. A run that is cut off in
// between leaves them to the next. The function it gives puts them back.
func (s *Store) setSortsAside(ctx context.Context) (restore func() error, err error) {
	var assets, cards int
	const few = 50_000
	for into, query := range map[*int]string{&assets: `SELECT COUNT(*) FROM assets`, &cards: `SELECT COUNT(*) FROM cards`} {
		if err := s.read.QueryRowContext(ctx, query).Scan(into); err != nil {
			return nil, err
		}
	}
	restore = func() error { return s.sorts(context.WithoutCancel(ctx), createSort) }
	if assets-cards < max(few, cards/2) {
		return restore, nil
	}
	return restore, s.sorts(ctx, func(name, _ string) string { return `DROP INDEX IF EXISTS ` + name })
}

func createSort(name, columns string) string {
	return `CREATE INDEX IF NOT EXISTS ` + name + ` ON cards (` + columns + `)`
}

// mendSorts puts back what a night that was cut has left out. Where nothing is
// missing it writes nothing, so that whoever only reads waits for nobody.
func (s *Store) mendSorts(ctx context.Context) error {
	have, err := collect(ctx, s.read, scanString[string], s.dialect.indexes())
	if err != nil {
		return err
	}
	for name := range cardIndexes() {
		if !slices.Contains(have, name) {
			return s.sorts(ctx, createSort)
		}
	}
	return nil
}

// sorts runs a statement for each of the indexes. It does so alone: two who
// make an index at once are refused, although either would take it as it is.
func (s *Store) sorts(ctx context.Context, statement func(name, columns string) string) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		for name, columns := range cardIndexes() {
			if _, err := tx.ExecContext(ctx, statement(name, columns)); err != nil {
				return err
			}
		}
		return nil
	})
}
