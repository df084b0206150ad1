package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// Place gives one place. It returns inventory.ErrNotFound when there is none.
func (s *Store) Place(ctx context.Context, tenant, id string) (inventory.Place, error) {
	p, err := scanPlace(s.read.QueryRowContext(ctx, `SELECT `+placeColumns+` FROM places p WHERE p.tenant = ? AND p.id = ?`, tenant, id))
	if err != nil {
		return p, fmt.Errorf("place %s/%s: %w", tenant, id, notFound(err))
	}
	return p, nil
}

// Places gives all places, sorted by tenant and id.
func (s *Store) Places(ctx context.Context) ([]inventory.Place, error) {
	ps, err := collect(ctx, s.read, scanPlace, `SELECT `+placeColumns+` FROM places p ORDER BY p.tenant, p.id`)
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	return ps, nil
}

// SeenPlaces tells all places that a tenant has. Other places of the tenant
// and all they held are gone.
func (s *Store) SeenPlaces(ctx context.Context, tenant string, places []inventory.Place) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		gone, err := s.unlisted(ctx, tx, tenant, places)
		if err != nil {
			return err
		}
		for _, p := range gone {
			if err := removePlace(ctx, tx, p); err != nil {
				return err
			}
		}
		for _, p := range places {
			p.Via = s.graves.living(p.Via)
			if err := savePlace(ctx, tx, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("places of tenant %s: %w", tenant, err)
	}
	return nil
}

// KnowPlace keeps a place if it is not known yet.
func (s *Store) KnowPlace(ctx context.Context, p inventory.Place) error {
	_, err := s.Place(ctx, p.Tenant, p.ID)
	if !errors.Is(err, inventory.ErrNotFound) {
		return err
	}
	p.Via = s.graves.living(p.Via)
	return s.inTx(ctx, func(tx *sql.Tx) error { return savePlace(ctx, tx, p) })
}

func (s *Store) unlisted(ctx context.Context, tx *sql.Tx, tenant string, listed []inventory.Place) ([]inventory.Place, error) {
	seen := make(map[string]bool, len(listed))
	for _, p := range listed {
		if p.Tenant != tenant {
			return nil, fmt.Errorf("place %s is another tenant's", p.Key())
		}
		seen[p.ID] = true
	}
	stored, err := collect(ctx, tx, scanString[string], `SELECT id FROM places WHERE tenant = ? ORDER BY id`, tenant)
	if err != nil {
		return nil, err
	}
	var gone []inventory.Place
	for _, id := range stored {
		if !seen[id] {
			gone = append(gone, inventory.Place{Tenant: tenant, ID: id})
		}
	}
	return gone, nil
}

func savePlace(ctx context.Context, tx *sql.Tx, p inventory.Place) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO places (tenant, id, kind, name, url, site, owner, unit, geo, via) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (tenant, id) DO UPDATE SET kind = excluded.kind, name = excluded.name, url = excluded.url,
		site = excluded.site, owner = excluded.owner, unit = excluded.unit, geo = excluded.geo, via = excluded.via`,
		p.Tenant, p.ID, p.Kind, p.Name, p.URL, p.Site, p.Owner, p.Unit, p.Geo, p.Via)
	return err
}

func removePlace(ctx context.Context, tx *sql.Tx, p inventory.Place) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM assets WHERE `+inPlace, placeArgs(p)...); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM folders WHERE tenant = ? AND place = ?`, p.Tenant, p.ID); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM places WHERE tenant = ? AND id = ?`, p.Tenant, p.ID)
	return err
}

// inPlace is true of the assets of a place. The range makes it a walk along
// the key; tenant and place keep out places whose id goes on with a slash.
const inPlace = `id > ? AND id < ? AND tenant = ? AND place = ?`

func placeArgs(p inventory.Place, more ...any) []any {
	// "0" follows "/", so this spans every id that begins with the key and a slash.
	return append([]any{p.Key() + "/", p.Key() + "0", p.Tenant, p.ID}, more...)
}

const placeColumns = `p.tenant, p.id, p.kind, p.name, p.url, p.site, p.owner, p.unit, p.geo, p.via`

func scanPlace(r row) (p inventory.Place, err error) {
	err = r.Scan(placeDest(&p)...)
	return p, err
}

func placeDest(p *inventory.Place) []any {
	return []any{&p.Tenant, &p.ID, &p.Kind, &p.Name, &p.URL, &p.Site, &p.Owner, &p.Unit, &p.Geo, &p.Via}
}

func notFound(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return inventory.ErrNotFound
	}
	return err
}
