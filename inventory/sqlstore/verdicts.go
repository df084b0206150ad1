package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// Unjudged names at most limit assets that were looked into and have no
// verdict on that basis, or were read, observed or renamed since. Saving their
// verdicts and asking again gives the next ones.
func (s *Store) Unjudged(ctx context.Context, basis string, limit int) ([]inventory.AssetID, error) {
	var all []inventory.AssetID
	// Two ranges of the index, either side of the basis, instead of a walk
	// past everything that is judged already.
	for _, side := range []string{`s.judged < ?`, `s.judged > ?`} {
		ids, err := collect(ctx, s.read, scanString[inventory.AssetID], unjudgedQuery(side), basis, limit-len(all))
		if err != nil {
			return nil, fmt.Errorf("what is to be judged: %w", err)
		}
		all = append(all, ids...)
	}
	return all, nil
}

func unjudgedQuery(side string) string {
	return `SELECT s.asset FROM structures s WHERE ` + side + ` ORDER BY s.judged, s.asset LIMIT ?`
}

// Subjects gives what verdicts on assets are formed from, sorted by id. Assets
// that are gone meanwhile are passed over.
func (s *Store) Subjects(ctx context.Context, ids []inventory.AssetID) ([]inventory.Subject, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	only, args := onlyOf("s.asset", ids)
	all, err := collect(ctx, s.read, scanSubject, subjectsQuery+only, args...)
	if err != nil {
		return nil, fmt.Errorf("subjects to judge: %w", err)
	}
	paths := newPaths(s.read)
	for i := range all {
		if err := paths.tell(ctx, &all[i].Asset); err != nil {
			return nil, fmt.Errorf("subjects to judge: %w", err)
		}
	}
	slices.SortFunc(all, func(a, b inventory.Subject) int { return cmp.Compare(a.Asset.ID, b.Asset.ID) })
	return all, nil
}

const subjectsQuery = `SELECT ` + assetColumns + `, s.body, s.id_key, s.ids, COALESCE(u.body, ''), COALESCE(u.revision, ''), u.observed
	FROM structures s JOIN assets a ON a.id = s.asset LEFT JOIN usages u ON u.asset = s.asset WHERE TRUE`

// SaveVerdicts stores verdicts in one transaction. Those of assets that are
// gone meanwhile are passed over.
func (s *Store) SaveVerdicts(ctx context.Context, vs map[inventory.AssetID]inventory.Verdict) error {
	err := s.inSharedTx(ctx, func(tx *sql.Tx) error {
		hands, err := newHands(ctx, tx)
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(vs)) {
			if err := saveVerdict(ctx, tx, hands, id, vs[id]); err != nil {
				return fmt.Errorf("asset %s: %w", id, err)
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("verdicts: %w", err)
	}
	return nil
}

func saveVerdict(ctx context.Context, tx *sql.Tx, hands *hands, id inventory.AssetID, v inventory.Verdict) error {
	if v.Basis == "" {
		return fmt.Errorf("a verdict without a basis")
	}
	n, err := changed(ctx, tx, `UPDATE structures SET judged = ? WHERE asset = ?`, v.Basis, id)
	if err != nil || n == 0 {
		return err
	}
	body, err := toJSON(v)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO verdicts (asset, capability, system, score, body) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (asset) DO UPDATE SET capability = excluded.capability, system = excluded.system, score = excluded.score, body = excluded.body`,
		id, v.Capability, v.System, v.Score, body)
	if err != nil {
		return err
	}
	if err := markStale(ctx, tx, id); err != nil {
		return err
	}
	return hands.save(ctx, id)
}

// Nearness gives what the members of a family come close to, and how closely;
// of their verdicts no more than that.
func (s *Store) Nearness(ctx context.Context, family string) ([]inventory.Verdict, error) {
	vs, err := collect(ctx, s.read, func(r row) (v inventory.Verdict, err error) {
		err = r.Scan(&v.Capability, &v.System, &v.Score)
		return v, err
	}, `SELECT v.capability, v.system, v.score FROM family_members m JOIN verdicts v ON v.asset = m.asset
		WHERE m.family = ? AND v.capability > '' ORDER BY v.asset`, family)
	if err != nil {
		return nil, fmt.Errorf("what family %s comes close to: %w", family, err)
	}
	return vs, nil
}

// Scores gives how sure the verdicts are that are not none, in no order.
func (s *Store) Scores(ctx context.Context) ([]float64, error) {
	scores, err := collect(ctx, s.read, func(r row) (score float64, err error) {
		err = r.Scan(&score)
		return score, err
	}, `SELECT v.score FROM verdicts v WHERE v.capability > ''`)
	if err != nil {
		return nil, fmt.Errorf("how sure the verdicts are: %w", err)
	}
	return scores, nil
}

func scanSubject(r row) (s inventory.Subject, err error) {
	var structure, key, ids, usage, revision string
	var observed sql.NullInt64
	if err := r.Scan(append(assetDest(&s.Asset), &structure, &key, &ids, &usage, &revision, &observed)...); err != nil {
		return s, err
	}
	tellVendorID(&s.Asset)
	if err := json.Unmarshal([]byte(structure), &s.Structure); err != nil {
		return s, fmt.Errorf("structure of %s: %w", s.Asset.ID, err)
	}
	if s.Structure.IDs, err = readIDs(key, ids); err != nil {
		return s, fmt.Errorf("ids of %s: %w", s.Asset.ID, err)
	}
	u, err := readUsage(usage, revision, observed.Int64)
	if err != nil {
		return s, fmt.Errorf("usage of %s: %w", s.Asset.ID, err)
	}
	if u != nil {
		s.Usage = *u
	}
	return s, nil
}
