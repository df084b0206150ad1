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
	r, err := s.scanRecord(s.read.QueryRowContext(ctx, recordQuery(`assets a`)+` WHERE a.id = ?`, id))
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
		query := recordsQuery(f)
		rs, err := collect(ctx, tx, s.scanRecord, query.sql, append(query.args, batch)...)
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

// recordsQuery goes along the key of the table that holds the fewest of what
// the filter passes: most assets were never looked into, and of the members of
// a family there is one range.
func recordsQuery(f Filter) clause {
	from, key := `assets a`, `a.id`
	switch {
	case f.Family != "":
		from, key = `family_members m CROSS JOIN assets a`, `m.asset`
	case f.Near || f.Judged || f.Capability != "" || f.System != "":
		from, key = `verdicts v CROSS JOIN assets a`, `v.asset`
	case f.Looked:
		from, key = `structures s CROSS JOIN assets a`, `s.asset`
	}
	c := clause{sql: recordQuery(from) + ` WHERE a.id = ` + key}
	c.narrow(f, key)
	c.sql += ` ORDER BY ` + key + ` LIMIT ?`
	return c
}

// narrow adds the conditions of a filter.
func (c *clause) narrow(f Filter, key string) {
	if f.Tenant != "" { // ids begin with it: a walk along the key
		prefix := f.Tenant
		if f.Place != "" {
			prefix = inventory.Place{Tenant: f.Tenant, ID: f.Place}.Key()
		}
		c.and(true, key+` > ? AND `+key+` < ? AND a.tenant = ?`, prefix+"/", prefix+"0", f.Tenant)
	}
	c.and(f.Place != "", `a.place = ?`, f.Place)
	c.and(f.Kind != "", `a.kind = ?`, f.Kind)
	c.and(f.Capability != "", `v.capability = ?`, f.Capability)
	c.and(f.System != "", `v.system = ?`, f.System)
	c.and(f.Family != "", `m.family = ?`, f.Family)
	c.and(f.Near, `v.capability <> ''`)
	c.and(f.Judged, `v.asset IS NOT NULL`)
	c.and(f.Looked, `s.asset IS NOT NULL`)
	c.and(f.After != "", key+` > ?`, f.After)
}

// holdsText looks for text here, not in SQL, where case folds differently from
// database to database.
func holdsText(f Filter, a inventory.Asset) bool {
	return f.Text == "" || strings.Contains(strings.ToLower(a.Path+"/"+a.Name), strings.ToLower(f.Text))
}

// recordQuery asks for records from assets a, or from a table that is walked
// and assets beside it. What that does not name is joined where there is any.
func recordQuery(from string) string {
	query := `SELECT ` + assetColumns + `, ` + placeColumns + `, COALESCE(s.body, ''), COALESCE(d.reason, ''),
		COALESCE(u.body, ''), COALESCE(u.revision, ''), u.observed, COALESCE(v.body, ''), COALESCE(m.family, '')
		FROM ` + from + ` JOIN places p ON p.tenant = a.tenant AND p.id = a.place`
	for _, table := range []string{`structures s`, `due d`, `usages u`, `verdicts v`, `family_members m`} {
		if !strings.HasPrefix(from, table) {
			query += ` LEFT JOIN ` + table + ` ON ` + table[len(table)-1:] + `.asset = a.id`
		}
	}
	return query
}

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
