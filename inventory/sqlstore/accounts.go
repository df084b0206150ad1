package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// SaveAccounts replaces a tenant's accounts with those listed. Accounts that
// are no longer listed are kept and marked as Left, so that what they built
// can still be told of; an address that was given to somebody else is theirs.
//
// The listing is written beside the one that counts, a thousand accounts at a
// time, and takes its place in one transaction at the end: a yielded error
// changes nothing, and a slow directory holds up no other writer.
func (s *Store) SaveAccounts(ctx context.Context, tenant string, accounts iter.Seq2[inventory.Account, error]) error {
	if err := s.saveAccounts(ctx, tenant, accounts); err != nil {
		return fmt.Errorf("accounts of tenant %s: %w", tenant, err)
	}
	return nil
}

func (s *Store) saveAccounts(ctx context.Context, tenant string, accounts iter.Seq2[inventory.Account, error]) error {
	listing, err := s.beginListing(ctx, tenant)
	if err != nil {
		return err
	}
	const batch = 1000
	var pending []inventory.Account
	for a, err := range accounts {
		if err != nil {
			return err
		}
		if pending = append(pending, a); len(pending) == batch {
			if err := s.writeAccounts(ctx, tenant, listing, pending); err != nil {
				return err
			}
			pending = pending[:0]
		}
	}
	if err := s.writeAccounts(ctx, tenant, listing, pending); err != nil {
		return err
	}
	return s.inTx(ctx, func(tx *sql.Tx) error { return switchListing(ctx, tx, tenant, listing) })
}

// beginListing gives the number of the next listing and clears away what
// listings that were cut off have left.
func (s *Store) beginListing(ctx context.Context, tenant string) (listing int64, err error) {
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, `SELECT listing FROM directories WHERE tenant = ?`, tenant).Scan(&listing)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		return dropListings(ctx, tx, tenant, listing)
	})
	return listing + 1, err
}

// dropListings removes all listings of a tenant but one.
func dropListings(ctx context.Context, tx *sql.Tx, tenant string, keep int64) error {
	for _, table := range []string{"accounts", "addresses"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE tenant = ? AND listing <> ?`, tenant, keep); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) writeAccounts(ctx context.Context, tenant string, listing int64, as []inventory.Account) error {
	return s.inTx(ctx, func(tx *sql.Tx) error {
		if err := s.heed(ctx, tx); err != nil {
			return err
		}
		for _, a := range as {
			if s.Erased(a) {
				continue
			}
			if err := writeAccount(ctx, tx, tenant, listing, a); err != nil {
				return fmt.Errorf("account %s: %w", a.ID, err)
			}
		}
		return nil
	})
}

// Erased reports whether an account is of somebody who was erased on request.
func (s *Store) Erased(a inventory.Account) bool {
	return slices.ContainsFunc(append([]string{a.Address}, a.Aliases...), func(address string) bool {
		return address != "" && s.graves.living(address) == ""
	})
}

// writeAccount stores an account; of repeated ones the last counts.
func writeAccount(ctx context.Context, tx *sql.Tx, tenant string, listing int64, a inventory.Account) error {
	aliases, err := toJSON(a.Aliases)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO accounts (tenant, listing, id, address, aliases, name, department, guest, gone)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (tenant, listing, id) DO UPDATE SET address = excluded.address,
		aliases = excluded.aliases, name = excluded.name, department = excluded.department, guest = excluded.guest, gone = excluded.gone`,
		tenant, listing, a.ID, a.Address, aliases, a.Name, a.Department, a.Guest, a.Left)
	if err != nil {
		return err
	}
	for _, address := range append([]string{a.Address}, a.Aliases...) {
		if address = inventory.FoldAddress(address); address == "" {
			continue
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO addresses (address, tenant, listing, account) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`,
			address, tenant, listing, a.ID)
		if err != nil {
			return err
		}
	}
	return nil
}

// switchListing makes a listing the one that counts and carries over the
// accounts that it lacks.
func switchListing(ctx context.Context, tx *sql.Tx, tenant string, listing int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO addresses (address, tenant, listing, account)
		SELECT o.address, o.tenant, o.listing + 1, o.account FROM addresses o WHERE o.tenant = ? AND o.listing = ?
		AND NOT EXISTS (SELECT 1 FROM accounts n WHERE n.tenant = o.tenant AND n.listing = o.listing + 1 AND n.id = o.account)
		AND NOT EXISTS (SELECT 1 FROM addresses n WHERE n.address = o.address AND n.tenant = o.tenant AND n.listing = o.listing + 1)`,
		tenant, listing-1)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO accounts (tenant, listing, id, address, aliases, name, department, guest, gone)
		SELECT o.tenant, o.listing + 1, o.id, o.address, o.aliases, o.name, o.department, o.guest, TRUE FROM accounts o
		WHERE o.tenant = ? AND o.listing = ?
		AND NOT EXISTS (SELECT 1 FROM accounts n WHERE n.tenant = o.tenant AND n.listing = o.listing + 1 AND n.id = o.id)`,
		tenant, listing-1)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO directories (tenant, listing) VALUES (?, ?)
		ON CONFLICT (tenant) DO UPDATE SET listing = excluded.listing`, tenant, listing)
	if err != nil {
		return err
	}
	return dropListings(ctx, tx, tenant, listing)
}

const accountColumns = `c.tenant, c.id, c.address, c.aliases, c.name, c.department, c.guest, c.gone`

func scanAccount(r row) (a inventory.Account, err error) {
	var aliases string
	if err := r.Scan(&a.Tenant, &a.ID, &a.Address, &aliases, &a.Name, &a.Department, &a.Guest, &a.Left); err != nil {
		return a, err
	}
	if err := json.Unmarshal([]byte(aliases), &a.Aliases); err != nil {
		return a, fmt.Errorf("aliases of account %s: %w", a.ID, err)
	}
	return a, nil
}

// AccountNames gives the full names of everybody in the directories, those
// who left too, so that they can be dropped where a workbook shows them.
func (s *Store) AccountNames(ctx context.Context) ([]string, error) {
	names, err := collect(ctx, s.read, func(r row) (name string, err error) {
		err = r.Scan(&name)
		return name, err
	}, `SELECT DISTINCT a.name FROM accounts a WHERE a.name <> '' ORDER BY a.name`)
	if err != nil {
		return nil, fmt.Errorf("names of accounts: %w", err)
	}
	return names, nil
}
