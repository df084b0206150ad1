package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"github.com/desirepath/desirepath/inventory"
)

// ErrRewritten is wrapped by SaveConversation when the history it is given is
// not a continuation of the one that is stored.
var ErrRewritten = errors.New("the history of a conversation can only be added to")

// Conversations gives all conversations, sorted by id.
func (s *Store) Conversations(ctx context.Context) (all []inventory.Conversation, err error) {
	for c, err := range s.EachConversation(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// EachConversation streams all conversations, sorted by id. Of one that begins
// meanwhile it may or may not tell.
func (s *Store) EachConversation(ctx context.Context) iter.Seq2[inventory.Conversation, error] {
	return func(yield func(inventory.Conversation, error) bool) {
		for after, more := "", true; more; {
			cs, err := s.conversationsAfter(ctx, after)
			if err != nil {
				yield(inventory.Conversation{}, fmt.Errorf("conversations: %w", err))
				return
			}
			for _, c := range cs {
				if !yield(c, nil) {
					return
				}
				after = c.ID
			}
			more = len(cs) > 0
		}
	}
}

// conversationsAfter gives some that follow an id, with their steps, at one
// moment.
func (s *Store) conversationsAfter(ctx context.Context, after string) ([]inventory.Conversation, error) {
	const batch = 500
	tx, err := s.read.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer tx.Rollback()
	cs, err := collect(ctx, tx, scanConversation, `SELECT `+conversationColumns+` FROM conversations WHERE id > ? ORDER BY id LIMIT ?`, after, batch)
	if err != nil || len(cs) == 0 {
		return nil, err
	}
	at := make(map[string]int, len(cs))
	for i, c := range cs {
		at[c.ID] = i
	}
	steps, err := collect(ctx, tx, scanStep, `SELECT `+stepColumns+` FROM steps WHERE conversation > ? AND conversation <= ? ORDER BY conversation, n`, after, cs[len(cs)-1].ID)
	for _, st := range steps {
		c := &cs[at[st.conversation]]
		c.Steps = append(c.Steps, st.Step)
	}
	return cs, err
}

// Examples gives the conversations whose keepers said yes to being told of, by
// family, without their steps.
func (s *Store) Examples(ctx context.Context) ([]inventory.Conversation, error) {
	cs, err := collect(ctx, s.read, scanConversation, `SELECT `+conversationColumns+` FROM conversations WHERE example AND joined = '' ORDER BY family, id`)
	if err != nil {
		return nil, fmt.Errorf("examples: %w", err)
	}
	return cs, nil
}

// ConversationOf gives the newest conversation about a family that goes on
// nowhere else. It returns inventory.ErrNotFound when there is none.
func (s *Store) ConversationOf(ctx context.Context, family string) (inventory.Conversation, error) {
	id, err := scanString[string](s.read.QueryRowContext(ctx, `SELECT id FROM conversations WHERE family = ? ORDER BY joined, since DESC, id LIMIT 1`, family))
	if err != nil {
		return inventory.Conversation{}, fmt.Errorf("conversation about family %s: %w", family, notFound(err))
	}
	return s.Conversation(ctx, id)
}

// Conversation gives one conversation. It returns inventory.ErrNotFound when
// there is none of that id.
func (s *Store) Conversation(ctx context.Context, id string) (inventory.Conversation, error) {
	c, err := scanConversation(s.read.QueryRowContext(ctx, `SELECT `+conversationColumns+` FROM conversations WHERE id = ?`, id))
	if err != nil {
		return c, fmt.Errorf("conversation %s: %w", id, notFound(err))
	}
	if c.Steps, err = stepsOf(ctx, s.read, id); err != nil {
		return c, fmt.Errorf("conversation %s: %w", id, err)
	}
	return c, nil
}

// SaveConversation stores a conversation, new or gone on. It refuses one whose
// steps are fewer than the stored ones or differ from them, and one that is
// not where its last step led.
func (s *Store) SaveConversation(ctx context.Context, c inventory.Conversation) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error { return continueConversation(ctx, tx, c) })
	if err != nil {
		return fmt.Errorf("conversation %s: %w", c.ID, err)
	}
	return nil
}

func continueConversation(ctx context.Context, tx *sql.Tx, c inventory.Conversation) error {
	stored, err := stepsOf(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	if err := continues(c, stored); err != nil {
		return err
	}
	if err := saveConversation(ctx, tx, c); err != nil {
		return err
	}
	for n := len(stored); n < len(c.Steps); n++ {
		if err := saveStep(ctx, tx, c.ID, n, c.Steps[n]); err != nil {
			return err
		}
	}
	return tellCards(ctx, tx, c)
}

// tellCards has the cards of what a conversation is about tell its state at
// once: who decides something looks for it where it belongs.
func tellCards(ctx context.Context, tx *sql.Tx, c inventory.Conversation) error {
	if c.Joined != "" {
		return nil // the one that it goes on in tells
	}
	_, err := tx.ExecContext(ctx, `UPDATE cards SET state = ? WHERE asset IN (SELECT asset FROM family_members WHERE family = ?)`, c.State, c.Family)
	return err
}

func continues(c inventory.Conversation, stored []inventory.Step) error {
	if len(c.Steps) == 0 || c.State != c.Steps[len(c.Steps)-1].To {
		return fmt.Errorf("its state %q is not where its last step led", c.State)
	}
	if len(c.Steps) < len(stored) {
		return fmt.Errorf("%w: it has %d steps, %d are stored", ErrRewritten, len(c.Steps), len(stored))
	}
	for n, old := range stored {
		if !sameStep(c.Steps[n], old) {
			return fmt.Errorf("%w: step %d is another", ErrRewritten, n+1)
		}
	}
	return nil
}

func sameStep(a, b inventory.Step) bool {
	sameTime := micros(a.At) == micros(b.At)
	a.At = b.At
	return sameTime && a == b
}

func saveConversation(ctx context.Context, tx *sql.Tx, c inventory.Conversation) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO conversations (`+conversationColumns+`) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (id) DO UPDATE SET family = excluded.family, system = excluded.system, partner_name = excluded.partner_name,
		partner_address = excluded.partner_address, keeper = excluded.keeper, state = excluded.state, since = excluded.since,
		later = excluded.later, helped = excluded.helped, joined = excluded.joined, example = excluded.example`,
		c.ID, c.Family, c.System, c.Partner.Name, c.Partner.Address, c.Keeper, c.State, micros(c.Since), micros(c.Until), c.Helped, c.Joined, c.Example)
	return err
}

func saveStep(ctx context.Context, tx *sql.Tx, id string, n int, st inventory.Step) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO steps (conversation, n, from_state, to_state, decided_by, decided_at, why, act, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		id, n, st.From, st.To, st.By, micros(st.At), st.Why, st.Act, st.Detail)
	return err
}

const conversationColumns = `id, family, system, partner_name, partner_address, keeper, state, since, later, helped, joined, example`

func scanConversation(r row) (c inventory.Conversation, err error) {
	err = r.Scan(&c.ID, &c.Family, &c.System, &c.Partner.Name, &c.Partner.Address, &c.Keeper, &c.State, utc{&c.Since}, utc{&c.Until}, &c.Helped, &c.Joined, &c.Example)
	return c, err
}

const stepColumns = `conversation, from_state, to_state, decided_by, decided_at, why, act, detail`

type storedStep struct {
	conversation string
	inventory.Step
}

func scanStep(r row) (s storedStep, err error) {
	err = r.Scan(&s.conversation, &s.From, &s.To, &s.By, utc{&s.At}, &s.Why, &s.Act, &s.Detail)
	return s, err
}

func stepsOf(ctx context.Context, q querier, id string) ([]inventory.Step, error) {
	return collect(ctx, q, func(r row) (inventory.Step, error) {
		s, err := scanStep(r)
		return s.Step, err
	}, `SELECT `+stepColumns+` FROM steps WHERE conversation = ? ORDER BY n`, id)
}
