package sqlstore

import (
	"context"
	"database/sql"

	"github.com/desirepath/desirepath/inventory"
)

// enforceScope brings the inventory in line with the scope when that is not
// the one which was enforced last.
func (s *Store) enforceScope(ctx context.Context, tx *sql.Tx) error {
	rules, err := assetRules(s.scope)
	if err != nil {
		return err
	}
	last, err := setting(ctx, tx, "scope")
	if err != nil || last == rules {
		return err
	}
	if err := s.applyScope(ctx, tx); err != nil {
		return err
	}
	return saveSetting(ctx, tx, "scope", rules)
}

// assetRules are the rules of a scope that say which assets are kept. The
// engine holds those for places, and Due what may be opened.
func assetRules(s inventory.Scope) (string, error) {
	s.Private, s.Exclude.Places, s.Pilot.Places, s.Pilot.People = false, nil, nil, nil
	s.Exclude.Units, s.Pilot.Units = nil, nil
	return toJSON(s)
}

func (s *Store) applyScope(ctx context.Context, tx *sql.Tx) error {
	ps, err := collect(ctx, tx, scanPlace, `SELECT `+placeColumns+` FROM places p ORDER BY p.tenant, p.id`)
	if err != nil {
		return err
	}
	removed := 0
	for _, p := range ps {
		l, _, err := s.listing(ctx, tx, p)
		if err != nil {
			return err
		}
		n, err := l.removeOutside(ctx)
		if err != nil {
			return err
		}
		removed += n
	}
	if len(ps) > 0 {
		s.log.Info("the scope was changed: all places are listed from scratch", "removed", removed)
	}
	_, err = tx.ExecContext(ctx, `UPDATE places SET resume = ''`)
	return err
}
