package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// Shared is where all processes that have this inventory open take what they
// may ask of one tenant. It goes by the database's clock, so that machines
// whose clocks differ agree. Nobody waits for pages that are being stored
// (SQLite has one writer, and there they do), nor for a process that stands
// still: no lock is held from one statement to the next. It is safe for
// concurrent use and implements [wire.Shared].
//
// [wire.Shared]: https://pkg.go.dev/github.com/desirepath/desirepath/scanners/wire#Shared
type Shared struct {
	store  *Store
	tenant string
}

// Shared gives the place where what a tenant may be asked is shared.
func (s *Store) Shared(tenant string) Shared { return Shared{s, tenant} }

// Lease takes units of a rate, all or none; none at all asks only whether there
// is a pause.
func (p Shared) Lease(ctx context.Context, r inventory.Rate, units int) (lease inventory.Lease, err error) {
	if units <= 0 {
		b, err := p.read(ctx, r.Name)
		if err != nil {
			return lease, p.told(r, err)
		}
		return b.Lease(b.now, r, 0), nil
	}
	err = p.change(ctx, r, func(b *inventory.Bucket, now time.Time) { lease = b.Lease(now, r, units) })
	return lease, err
}

// Slower lets no more than so many units a second be leased for d from now; 0
// is a pause.
func (p Shared) Slower(ctx context.Context, r inventory.Rate, perSecond float64, d time.Duration) error {
	return p.change(ctx, r, func(b *inventory.Bucket, now time.Time) { b.Slower(now, r, perSecond, d) })
}

// change reads a bucket, and writes it unless somebody else has meanwhile: then
// it begins anew.
func (p Shared) change(ctx context.Context, r inventory.Rate, do func(*inventory.Bucket, time.Time)) error {
	for tries := 1; ; tries++ {
		b, err := p.read(ctx, r.Name)
		if err != nil {
			return p.told(r, err)
		}
		do(&b.Bucket, b.now)
		done, err := p.write(ctx, r.Name, b)
		if err != nil || done {
			return p.told(r, err)
		}
		time.Sleep(time.Duration(rand.Int64N(int64(min(tries, 10)) * int64(time.Millisecond))))
	}
}

func (p Shared) told(r inventory.Rate, err error) error {
	if err != nil {
		err = fmt.Errorf("pace %s of %s: %w", r.Name, p.tenant, p.store.dialect.remedy(err))
	}
	return err
}

// A bucket is one as it is kept, with the database's time.
type bucket struct {
	inventory.Bucket
	turn int64 // 0: not kept yet
	now  time.Time
}

func (p Shared) read(ctx context.Context, name string) (b bucket, err error) {
	clock := p.store.dialect.clock()
	var held, slowed int64
	var spent string
	err = p.store.aside.QueryRowContext(ctx, `SELECT turn, at, tokens, held, slow, slowed, spent, `+clock+` FROM paces WHERE tenant = ? AND name = ?`,
		p.tenant, name).Scan(&b.turn, utc{&b.At}, &b.Tokens, &held, &b.Slow, &slowed, &spent, utc{&b.now})
	if errors.Is(err, sql.ErrNoRows) {
		return b, p.store.aside.QueryRowContext(ctx, `SELECT `+clock).Scan(utc{&b.now})
	}
	if err == nil {
		err = b.Spent.UnmarshalText([]byte(spent))
	}
	b.Held, b.Slowed = time.Duration(held)*time.Microsecond, time.Duration(slowed)*time.Microsecond
	return b, err
}

// write keeps a bucket, and reports whether it is as it was read.
func (p Shared) write(ctx context.Context, name string, b bucket) (done bool, err error) {
	spent, err := b.Spent.MarshalText()
	if err != nil {
		return false, err
	}
	query := `UPDATE paces SET turn = turn + 1, at = ?, tokens = ?, held = ?, slow = ?, slowed = ?, spent = ? WHERE tenant = ? AND name = ? AND turn = ?`
	if b.turn == 0 {
		query = `INSERT INTO paces (at, tokens, held, slow, slowed, spent, tenant, name, turn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ? + 1) ON CONFLICT DO NOTHING`
	}
	res, err := p.store.aside.ExecContext(ctx, query, micros(b.At), b.Tokens, b.Held.Microseconds(), b.Slow, b.Slowed.Microseconds(), string(spent), p.tenant, name, b.turn)
	if err != nil {
		return false, err
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// restedPace is how long a pace is kept that nobody takes from: over a day, for
// what was spent in it.
const restedPace = 26 * time.Hour

func forgetPaces(ctx context.Context, tx *sql.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, `DELETE FROM paces WHERE at < ?`, micros(now.Add(-restedPace)))
	return err
}
