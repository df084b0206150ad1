// Package post sends a partner's invitations: those that it is good manners to
// send now, each once, whatever happens on the way.
package post

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/letters"
	"github.com/desirepath/desirepath/inventory"
)

// A Ledger keeps letters and conversations.
type Ledger interface {
	Conversation(ctx context.Context, id string) (inventory.Conversation, error)
	// BeginLetter returns an error that wraps inventory.ErrLetter when the
	// letter may not be sent.
	BeginLetter(context.Context, inventory.Letter, inventory.LetterLimits) error
	LetterSent(ctx context.Context, id string, c inventory.Conversation, at time.Time) error
	EndLetter(ctx context.Context, id string, fate inventory.LetterFate, why string, at time.Time) error
}

// An Office sends letters.
type Office struct {
	Ledger Ledger
	Write  func(inventory.Opening) (letters.Letter, error)
	Limits inventory.LetterLimits
	Server Server
	Now    func() time.Time
	Log    *slog.Logger
}

// A Result is what became of one letter.
type Result struct {
	Opening inventory.Opening
	Letter  string               // its Message-ID; "" when none was begun
	Fate    inventory.LetterFate // "" when none was begun
	Why     string
}

// ErrServer is wrapped where the mail server is the matter, and it is pointless
// to try the next letter.
var ErrServer = errors.New("the mail server")

// Send sends an invitation for each opening in turn, and tells what became of
// each through done. It stops where the server does not answer any more: then
// the letters that are left were not begun.
func (o Office) Send(ctx context.Context, openings []inventory.Opening, done func(Result)) error {
	if len(openings) == 0 {
		return nil
	}
	line, err := o.Server.dial(ctx)
	if err != nil {
		return err
	}
	defer line.close()
	for _, opening := range openings {
		result, err := o.send(ctx, line, opening)
		if result.Fate != "" || result.Why != "" {
			done(result)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// send writes the letter down, gives it to the server, and writes down what
// the server said. Where the program ends between the two, nobody knows, and
// the letter is not sent again until somebody says that it did not leave.
func (o Office) send(ctx context.Context, line *line, opening inventory.Opening) (Result, error) {
	result := Result{Opening: opening}
	letter, err := o.Write(opening)
	if err == nil && !strings.EqualFold(domainOf(letter.From.Address), o.Server.Domain) {
		err = fmt.Errorf("%w: the server does not send for %s, only for %s", letters.ErrNoLetter, domainOf(letter.From.Address), o.Server.Domain)
	}
	if errors.Is(err, letters.ErrNoLetter) {
		result.Why = err.Error()
		return result, nil
	}
	if err != nil {
		return result, err
	}
	result.Letter = strings.ToLower(rand.Text()) + "@" + o.Server.Domain
	begun := inventory.Letter{ID: result.Letter, Conversation: opening.Conversation.ID, By: letter.From.Address, Begun: o.Now()}
	err = o.Ledger.BeginLetter(ctx, begun, o.Limits)
	if errors.Is(err, inventory.ErrLetter) {
		result.Letter, result.Why = "", err.Error()
		return result, nil
	}
	if err != nil {
		return result, err
	}
	// Once the server has it, what is written down must not hang on whether
	// somebody interrupts the program.
	settle := context.WithoutCancel(ctx)
	fate, sendErr := line.send(letter, result.Letter, o.Now())
	result.Fate = fate
	if sendErr != nil {
		result.Why = strings.ReplaceAll(sendErr.Error(), letter.To.Address, "the keeper")
	}
	switch fate {
	case inventory.LetterSent:
		return result, o.sent(settle, begun)
	case inventory.LetterBegun:
		return result, sendErr
	}
	if err := o.Ledger.EndLetter(settle, result.Letter, fate, result.Why, o.Now()); err != nil {
		return result, err
	}
	if errors.Is(sendErr, ErrServer) {
		return result, sendErr
	}
	return result, nil
}

// Settle writes down what somebody found out about a letter.
func (o Office) Settle(ctx context.Context, l inventory.Letter, fate inventory.LetterFate) error {
	if fate == inventory.LetterSent {
		return o.sent(ctx, l)
	}
	return o.Ledger.EndLetter(ctx, l.ID, fate, l.Why, o.Now())
}

// sent takes the step that a letter was. A conversation that went on by itself
// meanwhile stays where it is.
func (o Office) sent(ctx context.Context, l inventory.Letter) error {
	c, err := o.Ledger.Conversation(ctx, l.Conversation)
	if err != nil {
		return err
	}
	d := inventory.Decision{Conversation: c.ID, To: inventory.Invited, By: inventory.FoldAddress(l.By), At: l.Begun, Why: "a letter went out: " + l.ID}
	if err := c.Decide(d); err != nil {
		o.Log.Warn("a letter went out, and its conversation had gone on", "conversation", c.ID, "err", err)
	}
	return o.Ledger.LetterSent(ctx, l.ID, c, o.Now())
}

func domainOf(address string) string { return address[strings.LastIndexByte(address, '@')+1:] }
