package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// BeginLetter writes down that a letter is about to leave. It returns an error
// that wraps inventory.ErrLetter when its conversation is not waiting for an
// invitation, when another letter about it has left or may have, and when one
// of the limits is reached: whoever else is sending at the same time.
func (s *Store) BeginLetter(ctx context.Context, l inventory.Letter, limits inventory.LetterLimits) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if err := mayBegin(ctx, tx, l, limits); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO letters (`+letterColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			l.ID, l.Conversation, inventory.FoldAddress(l.By), micros(l.Begun), inventory.LetterBegun, micros(time.Time{}), "")
		return err
	})
	if err != nil {
		return fmt.Errorf("letter about conversation %s: %w", l.Conversation, err)
	}
	return nil
}

func mayBegin(ctx context.Context, tx *sql.Tx, l inventory.Letter, limits inventory.LetterLimits) error {
	c, err := scanConversation(tx.QueryRowContext(ctx, `SELECT `+conversationColumns+` FROM conversations WHERE id = ?`, l.Conversation))
	if err != nil {
		return notFound(err)
	}
	if c.State != inventory.Proposed {
		return fmt.Errorf("%w: the conversation is %s by now", inventory.ErrLetter, c.State)
	}
	const open = ` FROM letters l JOIN conversations c ON c.id = l.conversation WHERE l.fate <> 'lost' AND `
	for _, held := range []struct {
		most  int
		why   string
		query string
		args  []any
	}{
		{1, "there is one already; settle it first", `l.conversation = ?`, []any{l.Conversation}},
		{limits.Daily, "no more may go out today", `l.begun > ?`, []any{micros(l.Begun.Add(-24 * time.Hour))}},
		{limits.Weekly, "the partner has no more time this week", `l.sent_by = ? AND l.begun > ?`, []any{inventory.FoldAddress(l.By), micros(l.Begun.AddDate(0, 0, -7))}},
		{1, "the keeper got one not long ago", `c.keeper = ? AND l.begun > ?`, []any{c.Keeper, micros(l.Begun.Add(-limits.Quiet))}},
	} {
		var n int
		if err := tx.QueryRowContext(ctx, `SELECT COUNT(*)`+open+held.query, held.args...).Scan(&n); err != nil {
			return err
		}
		if n >= held.most {
			return fmt.Errorf("%w: %s", inventory.ErrLetter, held.why)
		}
	}
	return nil
}

// LetterSent writes down that a mail server took a letter, and with it the
// step of its conversation that this was.
func (s *Store) LetterSent(ctx context.Context, id string, c inventory.Conversation, at time.Time) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if err := endLetter(ctx, tx, id, inventory.LetterSent, "", at); err != nil {
			return err
		}
		return continueConversation(ctx, tx, c)
	})
	if err != nil {
		return fmt.Errorf("letter %s: %w", id, err)
	}
	return nil
}

// EndLetter writes down what became of a letter that was not sent.
func (s *Store) EndLetter(ctx context.Context, id string, fate inventory.LetterFate, why string, at time.Time) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error { return endLetter(ctx, tx, id, fate, why, at) })
	if err != nil {
		return fmt.Errorf("letter %s: %w", id, err)
	}
	return nil
}

func endLetter(ctx context.Context, tx *sql.Tx, id string, fate inventory.LetterFate, why string, at time.Time) error {
	result, err := tx.ExecContext(ctx, `UPDATE letters SET fate = ?, why = ?, ended = ? WHERE id = ? AND fate IN ('begun', 'refused')`, fate, why, micros(at), id)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return notFound(orNoRows(err))
	}
	return nil
}

func orNoRows(err error) error {
	if err == nil {
		return sql.ErrNoRows
	}
	return err
}

// Letters gives all letters, in the order they were begun.
func (s *Store) Letters(ctx context.Context) ([]inventory.Letter, error) {
	ls, err := collect(ctx, s.read, func(r row) (l inventory.Letter, err error) {
		err = r.Scan(&l.ID, &l.Conversation, &l.By, utc{&l.Begun}, &l.Fate, utc{&l.Ended}, &l.Why)
		return l, err
	}, `SELECT `+letterColumns+` FROM letters ORDER BY begun, id`)
	if err != nil {
		return nil, fmt.Errorf("letters: %w", err)
	}
	return ls, nil
}

const letterColumns = `id, conversation, sent_by, begun, fate, ended, why`

// Spare keeps that somebody asked not to be invited. It is for good: it goes
// along when tombstones are carried over, and says nothing to whoever does not
// know the address. People can still talk with each other.
func (s *Store) Spare(ctx context.Context, address string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error { return s.bury(ctx, tx, inventory.Uninvited, []string{address}) })
	if err != nil {
		return fmt.Errorf("not to be invited: %w", err)
	}
	return nil
}

// Spared reports whether somebody asked not to be invited.
func (s *Store) Spared(address string) bool {
	return s.graves.erased(inventory.Uninvited, address) || s.graves.erased(inventory.ErasedPerson, address)
}
