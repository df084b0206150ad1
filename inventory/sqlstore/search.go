package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// Search gives a page of the inventory, sorted. It goes by the cards: what
// changed since UpdateCards is found and sorted as it was then, and shown as
// it is now. It returns inventory.ErrCursor for a cursor of another search.
func (s *Store) Search(ctx context.Context, q inventory.Search) (inventory.Found, error) {
	found, err := s.search(ctx, q)
	if err != nil {
		return inventory.Found{}, fmt.Errorf("search: %w", err)
	}
	return found, nil
}

func (s *Store) search(ctx context.Context, q inventory.Search) (found inventory.Found, err error) {
	q.Limit = cmp.Or(max(0, q.Limit), 50)
	at, err := readCursor(q)
	if err != nil {
		return found, err
	}
	tx, err := s.read.BeginTx(ctx, nil) // all that follows reads one snapshot
	if err != nil {
		return found, err
	}
	defer tx.Rollback()
	p := s.newPlan(tx, q, at)
	if p.nothing {
		return found, nil
	}
	if err := p.choose(ctx); err != nil {
		return found, err
	}
	hits, err := p.hits(ctx)
	if err != nil {
		return found, err
	}
	if found.Total, err = p.total(ctx); err != nil {
		return found, err
	}
	hits, found.Previous, found.Next = page(q, at, hits)
	found.Records, err = s.recordsOf(ctx, tx, hits)
	return found, err
}

// A hit is a card that was found, and where it stands in the order.
type hit struct {
	n     int64
	key   any
	asset inventory.AssetID
}

// page cuts the one hit too many off that tells of a further page, and says
// where the pages before and after begin.
func page(q inventory.Search, at cursor, hits []hit) (shown []hit, previous, next string) {
	more := len(hits) > q.Limit
	hits = hits[:min(len(hits), q.Limit)]
	if len(hits) == 0 {
		return nil, "", ""
	}
	if at.Back {
		slices.Reverse(hits)
	}
	if more || at.Back {
		next = newCursor(q, hits[len(hits)-1], false)
	}
	if at.N != 0 && (more || !at.Back) {
		previous = newCursor(q, hits[0], true)
	}
	return hits, previous, next
}

// recordsOf gives the records of hits in their order. An asset that is gone
// since its card was made has none.
func (s *Store) recordsOf(ctx context.Context, tx *sql.Tx, hits []hit) ([]inventory.Record, error) {
	if len(hits) == 0 {
		return nil, nil
	}
	args, order := make([]any, len(hits)), make(map[inventory.AssetID]int, len(hits))
	for i, h := range hits {
		args[i], order[h.asset] = h.asset, i
	}
	rs, err := collect(ctx, tx, s.scanRecord, recordQuery(`assets a`)+` WHERE a.id IN (`+placeholders(len(args))+`)`, args...)
	if err != nil {
		return nil, err
	}
	paths := newPaths(tx)
	for i := range rs {
		if err := paths.tell(ctx, &rs[i].Asset); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(rs, func(a, b inventory.Record) int { return cmp.Compare(order[a.Asset.ID], order[b.Asset.ID]) })
	return rs, nil
}

func placeholders(n int) string { return strings.TrimSuffix(strings.Repeat(`?, `, n), `, `) }

// A plan is how a search is answered. There are two ways: to gather all cards
// that the narrowest condition leaves and sort them, or, where that leaves too
// many, to walk along the order of each part until there are enough.
type plan struct {
	tx       *sql.Tx
	q        inventory.Search
	at       cursor
	parts    clause // of parts p
	cards    clause // of cards k
	dialect  dialect
	match    string // for the index of words; "" for any
	narrow   clause // gives the numbers of the cards of the narrowest condition
	gathered bool   // these are so few that they are gathered
	exact    int    // how many cards the parts hold
	nothing  bool   // what was typed holds no word
	most     int    // as many cards as are gathered
}

// A clause is a piece of SQL with its arguments.
type clause struct {
	sql  string
	args []any
}

func (c *clause) and(on bool, condition string, args ...any) {
	if on {
		c.sql, c.args = c.sql+` AND `+condition, append(c.args, args...)
	}
}

// mostGathered is up to how many cards it takes less to gather and sort than
// to walk.
const mostGathered = 20_000

func (s *Store) newPlan(tx *sql.Tx, q inventory.Search, at cursor) *plan {
	p := &plan{tx: tx, q: q, at: at, parts: clause{sql: `TRUE`}, cards: clause{sql: `TRUE`}, dialect: s.dialect, most: s.mostGathered}
	p.match = p.dialect.matchQuery(termsOf(q.Text))
	if p.match == "" && strings.TrimSpace(q.Text) != "" {
		p.nothing = true
	}
	p.parts.and(q.Tenant != "", `p.tenant = ?`, q.Tenant)
	p.parts.and(q.Kind != "", `p.kind = ?`, q.Kind)
	p.parts.and(q.Capability != "", `p.capability = ?`, q.Capability)
	p.parts.and(q.System != "", `p.system = ?`, q.System)
	p.parts.and(q.Near, `p.capability <> ''`)
	p.cards.and(q.Place != "", placeOfCard, placeCardArgs(q)...)
	p.cards.and(q.State != "", `k.state <> '' AND k.state = ?`, q.State)
	p.cards.and(q.Orphaned, `k.orphaned`)
	p.cards.and(q.Certainty > 0, `k.score >= ?`, q.Certainty)
	p.cards.and(!q.Since.IsZero(), `k.modified >= ?`, micros(q.Since))
	return p
}

// placeOfCard is true of the cards of a place; see inPlace.
const placeOfCard = `k.asset > ? AND k.asset < ? AND k.place = ?`

func placeCardArgs(q inventory.Search) []any {
	key := inventory.Place{Tenant: q.Tenant, ID: q.Place}.Key()
	return []any{key + "/", key + "0", q.Place}
}

// choose finds the narrowest condition.
func (p *plan) choose(ctx context.Context) error {
	err := p.tx.QueryRowContext(ctx, `SELECT COALESCE(SUM(p.cards), 0) FROM parts p WHERE `+p.parts.sql, p.parts.args...).Scan(&p.exact)
	if err != nil {
		return err
	}
	p.narrow, p.gathered = p.inParts(clause{sql: `TRUE`}), p.exact <= p.most
	fewest := p.exact
	for _, c := range p.conditions() {
		var n int
		err := p.tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM (`+c.sql+` LIMIT ?) AS found`, append(slices.Clone(c.args), min(fewest, p.most)+1)...).Scan(&n)
		if err != nil {
			return err
		}
		if n <= min(fewest, p.most) {
			p.narrow, p.gathered, fewest = c, true, n
		}
	}
	return nil
}

// conditions are the queries, each along an index, that give the numbers of
// the cards which one condition leaves.
func (p *plan) conditions() (out []clause) {
	if p.match != "" {
		out = append(out, p.matching())
	}
	one := func(on bool, condition string, args ...any) {
		if on {
			out = append(out, clause{`SELECT k.n FROM cards k WHERE ` + condition, args})
		}
	}
	one(p.q.Place != "", placeOfCard, placeCardArgs(p.q)...)
	one(p.q.State != "", `k.state <> '' AND k.state = ?`, p.q.State)
	one(p.q.Orphaned, `k.orphaned`)
	if p.q.Certainty > 0 {
		out = append(out, p.inParts(clause{`k.score >= ?`, []any{p.q.Certainty}}))
	}
	if !p.q.Since.IsZero() {
		out = append(out, p.inParts(clause{`k.modified >= ?`, []any{micros(p.q.Since)}}))
	}
	return out
}

// matching gives the numbers of the cards that have the words.
func (p *plan) matching() clause {
	return clause{p.dialect.matching(), []any{p.match}}
}

// inParts gives the numbers of the cards in the parts that are asked for.
func (p *plan) inParts(c clause) clause {
	return clause{`SELECT k.n FROM parts p CROSS JOIN cards k WHERE k.part = p.id AND ` + p.parts.sql + ` AND ` + c.sql,
		slices.Concat(p.parts.args, c.args)}
}

// An order is a column of the cards and whether what is greatest comes first.
type order struct {
	column string
	down   bool
}

func (p *plan) order() order {
	o := order{down: true}
	switch p.q.Sort {
	case inventory.ByPeople:
		o.column = "people"
	case inventory.ByModified:
		o.column = "modified"
	case inventory.BySize:
		o.column = "size"
	case inventory.ByName:
		o = order{"name", false}
	default:
		o.column = "score"
	}
	o.down = o.down != p.q.Backward != p.at.Back
	return o
}

func (o order) by(table string) string {
	direction := ``
	if o.down {
		direction = ` DESC`
	}
	return ` ORDER BY ` + table + `.` + o.column + direction + `, ` + table + `.n` + direction + ` LIMIT ?`
}

// after are the conditions, one or the other, of what comes after the cursor.
// They are two because SQLite goes along an index for each, and not for both
// at once (https://sqlite.org/rowvalue.html#scrolling_window_queries, where
// the second column is no key of the table).
func (p *plan) after(o order) []clause {
	if p.at.N == 0 {
		return []clause{{sql: `TRUE`}}
	}
	than := ` > ?`
	if o.down {
		than = ` < ?`
	}
	return []clause{
		{`k.` + o.column + ` = ? AND k.n` + than, []any{p.at.Key, p.at.N}},
		{`k.` + o.column + than, []any{p.at.Key}},
	}
}

// hits gives the page's cards, and one more if there are more.
func (p *plan) hits(ctx context.Context) ([]hit, error) {
	query := p.walk()
	if p.gathered {
		query = p.gather()
	}
	return collect(ctx, p.tx, func(r row) (h hit, err error) {
		err = r.Scan(&h.n, &h.key, &h.asset)
		return h, err
	}, query.sql, query.args...)
}

func (p *plan) gather() clause {
	o := p.order()
	from := p.gathering(p.narrow)
	var either []string
	for _, c := range p.after(o) {
		either, from.args = append(either, c.sql), append(from.args, c.args...)
	}
	return clause{`SELECT k.n, k.` + o.column + `, k.asset ` + from.sql + ` AND (` + strings.Join(either, ` OR `) + `)` + o.by("k"),
		append(from.args, p.q.Limit+1)}
}

// gathering is all cards of some that every condition leaves.
func (p *plan) gathering(some clause) clause {
	c := clause{`FROM cards k WHERE k.n IN (` + some.sql + `) AND k.part IN (SELECT p.id FROM parts p WHERE ` + p.parts.sql + `) AND ` + p.cards.sql,
		slices.Concat(some.args, p.parts.args, p.cards.args)}
	// To look the words up once more takes as long as everything else.
	if matching := p.matching(); !strings.Contains(some.sql, matching.sql) {
		c.and(p.match != "", `k.n IN (`+matching.sql+`)`, matching.args...)
	}
	return c
}

// walk takes the beginning of every part's order; what is first among these
// is first of all.
func (p *plan) walk() clause {
	o := p.order()
	matching := p.matching()
	var first clause
	for i, after := range p.after(o) {
		if i > 0 {
			first.sql += ` UNION ALL `
		}
		some := clause{`SELECT k.n FROM cards k WHERE k.part = p.id AND ` + p.cards.sql, p.cards.args}
		some.and(true, after.sql, after.args...)
		// The words are looked up once for all parts; to ask the index for each
		// card was measured to take a hundred times as long.
		some.and(p.match != "", `k.n IN (`+matching.sql+`)`, matching.args...)
		first.sql += `SELECT n FROM (` + some.sql + o.by("k") + `) AS found`
		first.args = slices.Concat(first.args, some.args, []any{p.q.Limit + 1})
	}
	return clause{`SELECT c.n, c.` + o.column + `, c.asset FROM ` + p.dialect.ofEachPart(first.sql) + ` AND ` + p.parts.sql + o.by("c"),
		slices.Concat(first.args, p.parts.args, []any{p.q.Limit + 1})}
}

// total counts what the search leaves. Of what is not gathered it counts among
// the first cards only, and says that there are more.
func (p *plan) total(ctx context.Context) (t inventory.Total, err error) {
	if p.cards.sql == `TRUE` && p.match == "" {
		return inventory.NewTotal(p.exact, false), nil
	}
	among := p.narrow
	if !p.gathered {
		first := p.conditions()[0]
		among = clause{`SELECT n FROM (` + first.sql + ` LIMIT ?) AS found`, append(slices.Clone(first.args), p.most)}
	}
	from := p.gathering(among)
	err = p.tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 `+from.sql+` LIMIT ?) AS found`, append(from.args, inventory.MostCounted+1)...).Scan(&t.N)
	return inventory.NewTotal(t.N, !p.gathered), err
}
