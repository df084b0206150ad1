package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/desirepath/desirepath/inventory"
)

// A card is what an asset is found and sorted by. Cards are kept beside the
// assets, so that pages of a listing cost nothing more to store, and are
// brought up to date in a step of their own, which costs what changed.
type card struct {
	n        int64 // its number; 0 before it is written
	asset    inventory.Asset
	verdict  inventory.Verdict // no more than its capability, system and score
	people   int
	state    inventory.State
	keeper   string
	orphaned bool
	words    string // headings and names of sheets
}

// cardBatch is how many cards one transaction writes.
const cardBatch = 2000

// UpdateCards brings what Search goes by up to date with the inventory, and
// counts anew what KeptSummary tells. It tells how many cards it wrote. It is for
// the end of a night, and costs little when nothing changed.
func (s *Store) UpdateCards(ctx context.Context) (int, error) {
	n, err := s.updateCards(ctx)
	if err != nil {
		return n, fmt.Errorf("cards of the inventory: %w", err)
	}
	return n, nil
}

// EnsureCards makes the cards of an inventory that has none, because no night
// was done since it was brought up to date.
func (s *Store) EnsureCards(ctx context.Context) error {
	kept, err := s.Setting(ctx, summaryName)
	if err != nil || kept != "" {
		return err
	}
	_, err = s.UpdateCards(ctx)
	return err
}

func (s *Store) updateCards(ctx context.Context) (int, error) {
	if err := s.inTx(ctx, func(tx *sql.Tx) error { return markTalks(ctx, tx) }); err != nil {
		return 0, err
	}
	if err := s.markOrphans(ctx); err != nil {
		return 0, err
	}
	missing, err := s.addMissing(ctx)
	if err != nil {
		return missing, err
	}
	stale, err := s.renewStale(ctx)
	if err != nil {
		return missing + stale, err
	}
	err = s.inTx(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE parts SET cards = (SELECT COUNT(*) FROM cards WHERE part = parts.id)`)
		return err
	})
	if err != nil {
		return missing + stale, err
	}
	return missing + stale, s.keepSummary(ctx)
}

// markTalks finds cards that tell of another state of their conversation than
// it has: families are put together anew every night.
func markTalks(ctx context.Context, tx *sql.Tx) error {
	for _, query := range []string{
		`INSERT INTO stale (asset) SELECT k.asset FROM conversations c JOIN family_members m ON m.family = c.family JOIN cards k ON k.asset = m.asset
			WHERE c.joined = '' AND k.state <> c.state ON CONFLICT DO NOTHING`,
		`INSERT INTO stale (asset) SELECT k.asset FROM cards k WHERE k.state <> ''
			AND NOT EXISTS (SELECT 1 FROM family_members m JOIN conversations c ON c.family = m.family WHERE m.asset = k.asset) ON CONFLICT DO NOTHING`,
	} {
		if _, err := tx.ExecContext(ctx, query); err != nil {
			return err
		}
	}
	return nil
}

// markOrphans finds cards of keepers who left, or came back, since.
func (s *Store) markOrphans(ctx context.Context) error {
	left := s.leavers()
	for keeper := ""; ; {
		next, err := scanString[string](s.read.QueryRowContext(ctx, `SELECT keeper FROM cards WHERE keeper > ? ORDER BY keeper LIMIT 1`, keeper))
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		keeper = next
		gone, err := left(ctx, keeper)
		if err != nil {
			return err
		}
		var wrong bool
		err = s.read.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM cards WHERE keeper = ? AND orphaned = ?)`, keeper, !gone).Scan(&wrong)
		if err != nil {
			return err
		}
		if !wrong {
			continue
		}
		err = s.inTx(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `INSERT INTO stale (asset) SELECT asset FROM cards WHERE keeper = ? AND orphaned = ? ON CONFLICT DO NOTHING`, keeper, !gone)
			return err
		})
		if err != nil {
			return err
		}
	}
}

// leavers tells of addresses whether whoever they belong to has left, and
// remembers it.
func (s *Store) leavers() func(context.Context, string) (bool, error) {
	known := map[string]bool{}
	return func(ctx context.Context, address string) (bool, error) {
		if left, ok := known[address]; ok || address == "" {
			return left, nil
		}
		p, err := s.Person(ctx, address)
		if err == nil {
			known[address] = p.Left()
		}
		return known[address], err
	}
}

// addMissing makes the cards of assets that have none.
func (s *Store) addMissing(ctx context.Context) (int, error) {
	places, err := collect(ctx, s.read, scanPlace, `SELECT `+placeColumns+` FROM places p WHERE p.behind ORDER BY p.tenant, p.id`)
	if err != nil || len(places) == 0 {
		return 0, err
	}
	restore, err := s.setSortsAside(ctx)
	if err != nil {
		return 0, err
	}
	w, n := s.newCardWriter(), 0
	for _, p := range places {
		made, err := s.addMissingOf(ctx, w, p)
		n += made
		if err != nil {
			return n, errors.Join(err, restore())
		}
	}
	return n, restore()
}

func (s *Store) addMissingOf(ctx context.Context, w *cardWriter, p inventory.Place) (n int, err error) {
	args := placeArgs(p, cardBatch)
	for done := false; !done; {
		err := s.inTx(ctx, func(tx *sql.Tx) error {
			cards, err := collect(ctx, tx, scanCard, cardQuery+` WHERE a.id > ? AND a.id < ? AND a.tenant = ? AND a.place = ?
				AND k.n IS NULL ORDER BY a.id LIMIT ?`, args...)
			if err != nil {
				return err
			}
			if done = len(cards) < cardBatch; done {
				_, err = tx.ExecContext(ctx, `UPDATE places SET behind = FALSE WHERE tenant = ? AND id = ?`, p.Tenant, p.ID)
			} else {
				args[0] = cards[len(cards)-1].asset.ID
			}
			n += len(cards)
			return errors.Join(err, w.write(ctx, tx, cards))
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// renewStale makes the cards anew that are no longer right.
func (s *Store) renewStale(ctx context.Context) (n int, err error) {
	w := s.newCardWriter()
	for done := false; !done; {
		err := s.inTx(ctx, func(tx *sql.Tx) error {
			last, err := scanString[string](tx.QueryRowContext(ctx, `SELECT COALESCE(MAX(asset), '') FROM (SELECT asset FROM stale ORDER BY asset LIMIT ?) AS found`, cardBatch))
			if done = last == ""; done || err != nil {
				return err
			}
			cards, err := collect(ctx, tx, scanCard, cardQuery+` WHERE a.id IN (SELECT asset FROM stale WHERE asset <= ?) ORDER BY a.id`, last)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `DELETE FROM stale WHERE asset <= ?`, last); err != nil {
				return err
			}
			n += len(cards)
			return w.write(ctx, tx, cards)
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// markStale says that the cards of assets are no longer right.
func markStale(ctx context.Context, tx *sql.Tx, ids ...inventory.AssetID) error {
	for _, id := range ids {
		if _, err := tx.ExecContext(ctx, `INSERT INTO stale (asset) VALUES (?) ON CONFLICT DO NOTHING`, id); err != nil {
			return err
		}
	}
	return nil
}

// cardQuery goes no further where nothing was looked into, which is most of an
// inventory: what was never read has no verdict, and no family.
const cardQuery = `SELECT ` + assetColumns + `, COALESCE(s.body, ''), COALESCE(u.body, ''),
	COALESCE(v.capability, ''), COALESCE(v.system, ''), COALESCE(v.score, 0), COALESCE(c.state, ''), COALESCE(c.keeper, ''), COALESCE(k.n, 0)
	FROM assets a LEFT JOIN cards k ON k.asset = a.id LEFT JOIN structures s ON s.asset = a.id LEFT JOIN verdicts v ON v.asset = s.asset
	LEFT JOIN usages u ON u.asset = s.asset LEFT JOIN family_members m ON m.asset = s.asset
	LEFT JOIN conversations c ON c.id = (SELECT o.id FROM conversations o WHERE o.family = m.family ORDER BY o.joined, o.since DESC, o.id LIMIT 1)`

func scanCard(r row) (c card, err error) {
	var structure, usage string
	err = r.Scan(append(assetDest(&c.asset), &structure, &usage, &c.verdict.Capability, &c.verdict.System, &c.verdict.Score, &c.state, &c.keeper, &c.n)...)
	if err != nil {
		return c, err
	}
	if usage != "" {
		var u struct{ People int }
		if err := json.Unmarshal([]byte(usage), &u); err != nil {
			return c, fmt.Errorf("usage of %s: %w", c.asset.ID, err)
		}
		c.people = u.People
	}
	if c.words, err = wordsInside(structure); err != nil {
		return c, fmt.Errorf("structure of %s: %w", c.asset.ID, err)
	}
	return c, nil
}

// wordsInside takes headings and names of sheets from a stored structure, and
// leaves the rest of it unread.
func wordsInside(body string) (string, error) {
	if body == "" {
		return "", nil
	}
	var inside struct {
		Sheets []struct {
			Name    string
			Regions []struct{ Headings []string }
		}
	}
	if err := json.Unmarshal([]byte(body), &inside); err != nil {
		return "", err
	}
	const most = 8000 // bytes of one asset
	var b strings.Builder
	for _, sheet := range inside.Sheets {
		b.WriteString(sheet.Name + "\n")
		for _, region := range sheet.Regions {
			b.WriteString(strings.Join(region.Headings, "\n") + "\n")
		}
		if b.Len() > most {
			break
		}
	}
	return clip(b.String(), most), nil
}

// clip keeps whole characters of at most so many bytes.
func clip(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// sortName is a name as names are sorted: without regard to case.
func sortName(name string) string {
	const most = 80 // bytes: enough to sort by, and an index holds it
	return clip(strings.ToValidUTF8(strings.ToLower(strings.TrimSpace(name)), "\uFFFD"), most)
}

// score is 0 of what comes close to nothing, however sure that is.
func (c card) score() float64 {
	if c.verdict.None() {
		return 0
	}
	return c.verdict.Score
}

// findKeeper names who keeps an asset: of those who have to do with it the
// first who is still there. Where nobody is, it is orphaned.
func (c *card) findKeeper(ctx context.Context, left func(context.Context, string) (bool, error)) error {
	known := []string{c.keeper, c.asset.ModifiedBy, c.asset.Owner, c.asset.CreatedBy}
	for _, address := range known {
		if address = inventory.FoldAddress(address); address == "" {
			continue
		}
		gone, err := left(ctx, address)
		if err != nil {
			return err
		}
		if !gone {
			c.keeper = address
			return nil
		}
	}
	c.keeper = inventory.FoldAddress(cmp.Or(known...))
	c.orphaned = c.keeper != ""
	return nil
}
