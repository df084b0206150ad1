package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// Talks gives a page of the conversations that go on nowhere else and about
// whose family there is still something, by SaveWorth's order. It returns
// inventory.ErrCursor for a cursor of another search.
func (s *Store) Talks(ctx context.Context, q inventory.TalkSearch) (inventory.FoundTalks, error) {
	found, err := s.talks(ctx, q)
	if err != nil {
		return inventory.FoundTalks{}, fmt.Errorf("conversations: %w", err)
	}
	return found, nil
}

func (s *Store) talks(ctx context.Context, q inventory.TalkSearch) (found inventory.FoundTalks, err error) {
	q.Limit = cmp.Or(max(0, q.Limit), 50)
	at, err := readTalkCursor(q)
	if err != nil {
		return found, err
	}
	tx, err := s.read.BeginTx(ctx, nil) // all that follows reads one snapshot
	if err != nil {
		return found, err
	}
	defer tx.Rollback()
	from := talkClause(q)
	n := 0
	err = tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM (SELECT 1 `+from.sql+` LIMIT ?) AS found`, append(slices.Clone(from.args), inventory.MostCounted+1)...).Scan(&n)
	if err != nil {
		return found, err
	}
	found.Total = inventory.NewTotal(n, false)
	order := ` ORDER BY worth DESC, id DESC LIMIT ?`
	switch {
	case q.Plain:
		from.and(at.ID != "", `id > ?`, at.ID)
		order = ` ORDER BY id LIMIT ?`
	default:
		from.and(at.ID != "", `(worth, id) < (?, ?)`, at.Worth, at.ID)
	}
	all, err := collect(ctx, tx, scanTalk, `SELECT `+conversationColumns+`, worth `+from.sql+order, append(from.args, q.Limit+1)...)
	if err != nil {
		return found, err
	}
	if len(all) > q.Limit {
		all = all[:q.Limit]
		found.Next = newTalkCursor(q, all[q.Limit-1])
	}
	for _, t := range all {
		if t.Steps, err = stepsOf(ctx, tx, t.ID); err != nil {
			return found, err
		}
		found.Conversations = append(found.Conversations, t.Conversation)
	}
	return found, nil
}

// A talk is a conversation and what it promises.
type talk struct {
	inventory.Conversation
	worth float64
}

// scanTalk reads conversationColumns, and the worth after them.
func scanTalk(r row) (t talk, err error) {
	t.Conversation, err = scanConversation(withMore{r, &t.worth})
	return t, err
}

// withMore reads one column more than whoever scans knows of.
type withMore struct {
	row
	more any
}

func (w withMore) Scan(dest ...any) error { return w.row.Scan(append(dest, w.more)...) }

func talkClause(q inventory.TalkSearch) clause {
	c := clause{sql: `FROM conversations WHERE joined = ''`}
	states := make([]any, len(q.States))
	for i, state := range q.States {
		states[i] = state
	}
	c.and(len(states) > 0, `state IN (`+placeholders(len(states))+`)`, states...)
	c.and(q.System != "", `system = ?`, q.System)
	c.and(q.Partner != "", `partner_address = ?`, q.Partner)
	if len(q.Of) > 0 {
		of := talksOfQuery(q.Of)
		c.and(true, `id IN (`+of.sql+`)`, of.args...)
	}
	c.and(!q.Before.IsZero(), `since <= ?`, micros(q.Before))
	c.and(q.Unsaid, `helped = FALSE`)
	c.and(true, `EXISTS (SELECT 1 FROM family_members m WHERE m.family = conversations.family)`)
	return c
}

// talksOfQuery gives the conversations that people with one of these addresses
// keep, and those about a family of which they have a hand in a member.
func talksOfQuery(addresses []string) clause {
	folded := make([]any, len(addresses))
	for i, a := range addresses {
		folded[i] = inventory.FoldAddress(a)
	}
	in := `(` + placeholders(len(folded)) + `)`
	return clause{sql: `SELECT k.id FROM conversations k WHERE k.keeper IN ` + in + `
		UNION SELECT k.id FROM hands h JOIN family_members m ON m.asset = h.asset JOIN conversations k ON k.family = m.family WHERE h.address IN ` + in,
		args: slices.Concat(folded, folded)}
}

// SaveWorth keeps what conversations promise, which lists are sorted by.
func (s *Store) SaveWorth(ctx context.Context, worth map[string]float64) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		save, err := tx.PrepareContext(ctx, `UPDATE conversations SET worth = ? WHERE id = ? AND worth <> ?`)
		if err != nil {
			return err
		}
		for _, id := range slices.Sorted(maps.Keys(worth)) {
			if _, err := save.ExecContext(ctx, worth[id], id, worth[id]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("worth of conversations: %w", err)
	}
	return nil
}

// Partners gives everybody who is the partner of a conversation, by name.
func (s *Store) Partners(ctx context.Context) ([]inventory.Partner, error) {
	all, err := collect(ctx, s.read, func(r row) (p inventory.Partner, err error) {
		err = r.Scan(&p.Name, &p.Address)
		return p, err
	}, partnersQuery)
	if err != nil {
		return nil, fmt.Errorf("partners: %w", err)
	}
	slices.SortFunc(all, func(a, b inventory.Partner) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.Address, b.Address))
	})
	return all, nil
}

// partnersQuery jumps from one partner to the next along the index.
const partnersQuery = `WITH RECURSIVE partner (address) AS (
	SELECT MIN(partner_address) FROM conversations WHERE partner_address > ''
	UNION SELECT (SELECT MIN(c.partner_address) FROM conversations c WHERE c.partner_address > p.address) FROM partner p WHERE p.address IS NOT NULL)
	SELECT (SELECT c.partner_name FROM conversations c WHERE c.partner_address = p.address LIMIT 1), p.address FROM partner p WHERE p.address IS NOT NULL`

// InvitedSince counts whom a partner invited after a time.
func (s *Store) InvitedSince(ctx context.Context, partner string, since time.Time) (n int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT COUNT(DISTINCT s.conversation) FROM steps s JOIN conversations c ON c.id = s.conversation
		WHERE s.to_state = ? AND s.decided_at > ? AND s.from_state <> ? AND c.partner_address = ? AND c.joined = ''`,
		inventory.Invited, micros(since), inventory.Invited, partner).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("invitations: %w", err)
	}
	return n, nil
}

// LastInvited tells when each keeper was last invited, about anything.
func (s *Store) LastInvited(ctx context.Context) (map[string]time.Time, error) {
	last := map[string]time.Time{}
	_, err := collect(ctx, s.read, func(r row) (struct{}, error) {
		var keeper string
		var at time.Time
		err := r.Scan(&keeper, utc{&at})
		last[keeper] = at
		return struct{}{}, err
	}, `SELECT c.keeper, MAX(s.decided_at) FROM steps s JOIN conversations c ON c.id = s.conversation WHERE s.to_state = ? GROUP BY c.keeper`, inventory.Invited)
	if err != nil {
		return nil, fmt.Errorf("who was invited when: %w", err)
	}
	return last, nil
}

// A talkCursor is the last conversation of a page.
type talkCursor struct {
	Of    string  `json:"of"`
	Worth float64 `json:"worth"`
	ID    string  `json:"id"`
}

func newTalkCursor(q inventory.TalkSearch, last talk) string {
	if q.Plain {
		last.worth = 0 // it is not for everybody
	}
	return encodeCursor(talkCursor{talkSearchName(q), last.worth, last.ID})
}

func readTalkCursor(q inventory.TalkSearch) (c talkCursor, err error) {
	if q.Cursor == "" {
		return c, nil
	}
	if err := decodeCursor(q.Cursor, &c); err != nil || c.Of != talkSearchName(q) || c.ID == "" {
		return c, inventory.ErrCursor
	}
	return c, nil
}

func talkSearchName(q inventory.TalkSearch) string {
	q.Cursor, q.Limit = "", 0
	return hashed(q)
}
