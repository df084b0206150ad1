package sqlstore

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"iter"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// A Filter says which records to give.
type Filter = inventory.Filter

// Records streams the records that a filter passes, sorted by id, byte by
// byte. They are of one moment, whatever is written meanwhile.
func (s *Store) Records(ctx context.Context, f Filter) iter.Seq2[inventory.Record, error] {
	return func(yield func(inventory.Record, error) bool) {
		if err := s.eachRecord(ctx, f, func(r inventory.Record) bool { return yield(r, nil) }); err != nil {
			yield(inventory.Record{}, fmt.Errorf("records: %w", err))
		}
	}
}

// Record gives all that is known of one asset. It returns
// inventory.ErrNotFound when there is none of that id.
func (s *Store) Record(ctx context.Context, id inventory.AssetID) (inventory.Record, error) {
	r, err := s.scanRecord(s.read.QueryRowContext(ctx, recordQuery+` WHERE a.id = ?`, id))
	if err == nil {
		err = newPaths(s.read).tell(ctx, &r.Asset)
	}
	if err != nil {
		return inventory.Record{}, fmt.Errorf("asset %s: %w", id, notFound(err))
	}
	return r, nil
}

// eachRecord calls do until it returns false. It reads a batch at a time, in
// one transaction, so that the folders can be asked for in between.
func (s *Store) eachRecord(ctx context.Context, f Filter, do func(inventory.Record) bool) error {
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	const batch = 200
	paths, left := newPaths(tx), f.Limit
	for {
		where, args := where(f)
		rs, err := collect(ctx, tx, s.scanRecord, recordQuery+where+` ORDER BY a.id LIMIT ?`, append(args, batch)...)
		if err != nil {
			return err
		}
		for _, r := range rs {
			if err := paths.tell(ctx, &r.Asset); err != nil {
				return err
			}
			if !holdsText(f, r.Asset) {
				continue
			}
			if left--; !do(r) || left == 0 {
				return nil
			}
		}
		if len(rs) < batch {
			return nil
		}
		f.After = rs[len(rs)-1].Asset.ID
	}
}

func where(f Filter) (string, []any) {
	conditions, args := []string{"TRUE"}, []any(nil)
	add := func(on bool, condition string, value ...any) {
		if on {
			conditions, args = append(conditions, condition), append(args, value...)
		}
	}
	if f.Tenant != "" { // ids begin with it: a walk along the key
		prefix := f.Tenant
		if f.Place != "" {
			prefix = inventory.Place{Tenant: f.Tenant, ID: f.Place}.Key()
		}
		add(true, `a.id > ? AND a.id < ? AND a.tenant = ?`, prefix+"/", prefix+"0", f.Tenant)
	}
	add(f.Place != "", `a.place = ?`, f.Place)
	add(f.Kind != "", `a.kind = ?`, f.Kind)
	add(f.Capability != "", `v.capability = ?`, f.Capability)
	add(f.System != "", `v.system = ?`, f.System)
	add(f.Family != "", `m.family = ?`, f.Family)
	add(f.Near, `v.capability <> ''`)
	add(f.Judged, `v.asset IS NOT NULL`)
	add(f.Looked, `s.asset IS NOT NULL`)
	add(f.After != "", `a.id > ?`, f.After)
	return ` WHERE ` + strings.Join(conditions, ` AND `), args
}

// holdsText looks for text here, not in SQL, where case folds differently from
// database to database.
func holdsText(f Filter, a inventory.Asset) bool {
	return f.Text == "" || strings.Contains(strings.ToLower(a.Path+"/"+a.Name), strings.ToLower(f.Text))
}

const recordQuery = `SELECT ` + assetColumns + `, ` + placeColumns + `, COALESCE(s.body, ''), COALESCE(d.reason, ''),
	COALESCE(u.body, ''), COALESCE(u.revision, ''), u.observed, COALESCE(v.body, ''), COALESCE(m.family, '')
	FROM assets a JOIN places p ON p.tenant = a.tenant AND p.id = a.place
	LEFT JOIN structures s ON s.asset = a.id LEFT JOIN due d ON d.asset = a.id LEFT JOIN usages u ON u.asset = a.id
	LEFT JOIN verdicts v ON v.asset = a.id LEFT JOIN family_members m ON m.asset = a.id`

func (s *Store) scanRecord(r row) (rec inventory.Record, err error) {
	var p inventory.Place
	var structure, usage, revision, verdict string
	var observed sql.NullInt64
	dest := append(assetDest(&rec.Asset), placeDest(&p)...)
	if err := r.Scan(append(dest, &structure, &rec.Unread, &usage, &revision, &observed, &verdict, &rec.Family)...); err != nil {
		return rec, err
	}
	tellVendorID(&rec.Asset)
	rec.PlaceName, rec.PlaceOwner = p.Name, p.Owner
	if rec.Structure, err = fromJSON[inventory.Structure](structure); err != nil {
		return rec, fmt.Errorf("structure of %s: %w", rec.Asset.ID, err)
	}
	if rec.Verdict, err = fromJSON[inventory.Verdict](verdict); err != nil {
		return rec, fmt.Errorf("verdict of %s: %w", rec.Asset.ID, err)
	}
	if rec.Usage, err = readUsage(usage, revision, observed.Int64); err != nil {
		return rec, fmt.Errorf("usage of %s: %w", rec.Asset.ID, err)
	}
	if rec.Structure == nil && rec.Asset.Kind.Inspectable() && !s.scope.OpensContent(p, rec.Asset) {
		rec.Unread = UnreadPrivate
	}
	return rec, nil
}

// UnreadPrivate is why an asset was not opened that lies in a personal place
// and is shared with nobody.
const UnreadPrivate = "private"

// fromJSON gives nil for "".
func fromJSON[T any](body string) (*T, error) {
	if body == "" {
		return nil, nil
	}
	v := new(T)
	if err := json.Unmarshal([]byte(body), v); err != nil {
		return nil, err
	}
	return v, nil
}
