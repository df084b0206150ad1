package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// SaveFamilies replaces all families in one transaction. A family that shares
// members with stored ones keeps the id of the oldest of these; when a stored
// family falls apart, its id stays with the part that claims it, or else with
// the one that has most of its members. A file that was handed on to another
// place takes the family it had along, if that was talked about. Members that
// are no longer in the inventory are left out, and so is a family that has
// none. The conversations of a family that went into another go along: there
// may be two about it then, and people join them.
func (s *Store) SaveFamilies(ctx context.Context, fs []inventory.Family) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		old, err := collect(ctx, tx, oldMembers(), `SELECT m.asset, m.family, f.born FROM family_members m JOIN families f ON f.id = m.family`)
		if err != nil {
			return err
		}
		moved, err := collect(ctx, tx, oldMembers(), movedMembers)
		if err != nil {
			return err
		}
		named := nameFamilies(fs, append(old, moved...))
		if _, err := tx.ExecContext(ctx, `DELETE FROM families`); err != nil {
			return err
		}
		for _, f := range named {
			if err := saveFamily(ctx, tx, f); err != nil {
				return fmt.Errorf("family %s: %w", f.ID, err)
			}
		}
		if _, err = tx.ExecContext(ctx, `DELETE FROM families WHERE id NOT IN (SELECT family FROM family_members)`); err != nil {
			return err
		}
		if err := followMembers(ctx, tx, old, named); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, rememberMembers)
		return err
	})
	if err != nil {
		return fmt.Errorf("families: %w", err)
	}
	return nil
}

// followMembers takes conversations along to where most of what they were
// about has gone, when no family goes by the id they know.
func followMembers(ctx context.Context, tx *sql.Tx, old []oldMember, named []bornFamily) error {
	now := map[inventory.AssetID]string{}
	still := map[string]bool{}
	for _, f := range named {
		still[f.ID] = true
		for _, m := range f.Members {
			now[m] = f.ID
		}
	}
	went := map[string]map[string]int{} // from what family to what families, with how many members
	for _, m := range old {
		if to := now[m.asset]; to != "" && !still[m.family] {
			if went[m.family] == nil {
				went[m.family] = map[string]int{}
			}
			went[m.family][to]++
		}
	}
	for from, to := range went {
		most := slices.SortedFunc(maps.Keys(to), func(a, b string) int { return cmp.Or(cmp.Compare(to[b], to[a]), cmp.Compare(a, b)) })[0]
		if _, err := tx.ExecContext(ctx, `UPDATE conversations SET family = ? WHERE family = ?`, most, from); err != nil {
			return err
		}
	}
	return nil
}

// PartedFrom gives the family that was talked about and that members of this
// one belonged to; "" if there is none.
func (s *Store) PartedFrom(ctx context.Context, family string) (string, error) {
	from, err := scanString[string](s.read.QueryRowContext(ctx, `SELECT k.family FROM family_members m JOIN assets a ON a.id = m.asset
		JOIN family_keys k ON k.tenant = a.tenant AND k.vendor = `+vendorOf+`
		WHERE m.family = ? AND k.family <> m.family AND k.family IN (SELECT family FROM conversations) ORDER BY k.family LIMIT 1`, family))
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("what family %s was part of: %w", family, err)
	}
	return from, nil
}

// An asset's id is its tenant, its place and what its vendor calls it.
const vendorOf = `SUBSTR(a.id, LENGTH(a.tenant) + LENGTH(a.place) + 3)`

// rememberMembers keeps under what vendors' ids the families go that were
// talked about; movedMembers finds assets that are new here and go by one.
const (
	rememberMembers = `INSERT INTO family_keys (tenant, vendor, family)
		SELECT a.tenant, ` + vendorOf + `, MIN(m.family) FROM family_members m JOIN assets a ON a.id = m.asset
		WHERE m.family IN (SELECT family FROM conversations) GROUP BY a.tenant, ` + vendorOf + `
		ON CONFLICT (tenant, vendor) DO UPDATE SET family = excluded.family`
	movedMembers = `SELECT a.id, k.family, COALESCE(f.born, 0) FROM assets a
		JOIN family_keys k ON k.tenant = a.tenant AND k.vendor = ` + vendorOf + `
		LEFT JOIN families f ON f.id = k.family
		WHERE NOT EXISTS (SELECT 1 FROM family_members m WHERE m.asset = a.id)`
)

// Families gives all families, sorted by id.
func (s *Store) Families(ctx context.Context) ([]inventory.Family, error) {
	var fs []inventory.Family
	_, err := collect(ctx, s.read, func(r row) (struct{}, error) {
		var f inventory.Family
		var member inventory.AssetID
		err := r.Scan(&f.ID, &f.Kind, &f.Representative, &member)
		if n := len(fs) - 1; n >= 0 && fs[n].ID == f.ID {
			fs[n].Members = append(fs[n].Members, member)
		} else {
			f.Members = []inventory.AssetID{member}
			fs = append(fs, f)
		}
		return struct{}{}, err
	}, `SELECT f.id, f.kind, f.representative, m.asset FROM families f JOIN family_members m ON m.family = f.id ORDER BY f.id, m.asset`)
	if err != nil {
		return nil, fmt.Errorf("families: %w", err)
	}
	for i := range fs {
		mend(&fs[i])
	}
	return fs, nil
}

// Untold gives the ids, sorted, of the families that come close to a capability
// and were never talked about.
func (s *Store) Untold(ctx context.Context) ([]string, error) {
	ids, err := collect(ctx, s.read, scanString[string], `SELECT DISTINCT m.family FROM verdicts v JOIN family_members m ON m.asset = v.asset
		WHERE v.capability > '' AND m.family NOT IN (SELECT family FROM conversations) ORDER BY m.family`)
	if err != nil {
		return nil, fmt.Errorf("families that were never talked about: %w", err)
	}
	return ids, nil
}

// mend makes good what removed assets have left of a family.
func mend(f *inventory.Family) {
	if !slices.Contains(f.Members, f.Representative) {
		f.Representative = f.Members[0]
	}
	if len(f.Members) == 1 {
		f.Kind = inventory.FamilySingle
	}
}

// Family gives one family. It returns inventory.ErrNotFound when there is none
// of that id.
func (s *Store) Family(ctx context.Context, id string) (inventory.Family, error) {
	f := inventory.Family{ID: id}
	err := s.read.QueryRowContext(ctx, `SELECT kind, representative FROM families WHERE id = ?`, id).Scan(&f.Kind, &f.Representative)
	if err == nil {
		f.Members, err = collect(ctx, s.read, scanString[inventory.AssetID], `SELECT asset FROM family_members WHERE family = ? ORDER BY asset`, id)
	}
	if err == nil && len(f.Members) == 0 {
		err = sql.ErrNoRows // all of it is gone
	}
	if err != nil {
		return inventory.Family{}, fmt.Errorf("family %s: %w", id, notFound(err))
	}
	mend(&f)
	return f, nil
}

func saveFamily(ctx context.Context, tx *sql.Tx, f bornFamily) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO families (id, kind, representative, born) VALUES (?, ?, ?, ?)`, f.ID, f.Kind, f.Representative, f.born)
	if err != nil {
		return err
	}
	for _, m := range f.Members {
		_, err := tx.ExecContext(ctx, `INSERT INTO family_members (asset, family) SELECT a.id, CAST(? AS TEXT) FROM assets a WHERE a.id = ?`, f.ID, m)
		if err != nil {
			return err
		}
	}
	return nil
}

// A bornFamily is a family and its place in the order of age.
type bornFamily struct {
	inventory.Family
	born int64
}

type oldMember struct {
	asset  inventory.AssetID
	family string
	born   int64
}

// oldMembers reads members of families, and holds the id of each family once.
func oldMembers() func(row) (oldMember, error) {
	ids := map[string]string{}
	return func(r row) (m oldMember, err error) {
		err = r.Scan(&m.asset, &m.family, &m.born)
		if id, known := ids[m.family]; known {
			m.family = id
		} else {
			ids[m.family] = m.family
		}
		return m, err
	}
}

// A claim is a new family's on the id of an old one that it shares members with.
type claim struct {
	old    string
	born   int64
	family int // index
	shared int
}

// nameFamilies gives every family its id and age.
func nameFamilies(fs []inventory.Family, old []oldMember) []bornFamily {
	named := make([]bornFamily, len(fs))
	taken := map[string]bool{}
	for _, c := range claims(fs, old) {
		if named[c.family].ID == "" && !taken[c.old] {
			named[c.family] = bornFamily{Family: fs[c.family], born: c.born}
			named[c.family].ID = c.old
			taken[c.old] = true
		}
	}
	next := int64(1)
	for _, m := range old {
		next = max(next, m.born+1)
	}
	for i, f := range fs {
		if named[i].ID == "" {
			f.ID = freeID(f, taken)
			named[i] = bornFamily{Family: f, born: next}
			taken[f.ID] = true
			next++
		}
	}
	return named
}

// claims are sorted in the order in which they are met: the oldest id first;
// among the families that share its members the one that goes by it, then the
// one that shares most.
func claims(fs []inventory.Family, old []oldMember) []claim {
	of := make(map[inventory.AssetID]oldMember, len(old))
	for _, m := range old {
		of[m.asset] = m
	}
	var all []claim
	for i, f := range fs {
		shared := map[string]*claim{}
		for _, m := range f.Members {
			o, ok := of[m]
			if !ok {
				continue
			}
			if shared[o.family] == nil {
				shared[o.family] = &claim{old: o.family, born: o.born, family: i}
			}
			shared[o.family].shared++
		}
		for _, c := range shared {
			all = append(all, *c)
		}
	}
	slices.SortFunc(all, func(a, b claim) int {
		return cmp.Or(cmp.Compare(a.born, b.born), cmp.Compare(a.old, b.old),
			-compareBool(fs[a.family].ID == a.old, fs[b.family].ID == b.old),
			-cmp.Compare(a.shared, b.shared), cmp.Compare(a.family, b.family))
	})
	return all
}

func compareBool(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

// freeID is the family's own id, or a member's when another family kept that.
func freeID(f inventory.Family, taken map[string]bool) string {
	if !taken[f.ID] {
		return f.ID
	}
	for _, m := range f.Members {
		if !taken[string(m)] {
			return string(m)
		}
	}
	for n := 2; ; n++ {
		if id := fmt.Sprintf("%s~%d", f.ID, n); !taken[id] {
			return id
		}
	}
}
