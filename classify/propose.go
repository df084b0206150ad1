package classify

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/inventory"
)

// A Policy is what an organisation decided about proposing conversations. How
// many people a partner invites a week is decided when inviting, not here:
// proposals are a list to choose from.
type Policy struct {
	MinScore float64       // a verdict of less is not worth bothering anybody
	Quiet    time.Duration // nobody hears of a second proposal within this time of an invitation
}

// DefaultPolicy proposes what is more likely right than three to one, and
// leaves people alone for four months.
func DefaultPolicy() Policy { return Policy{MinScore: 0.6, Quiet: 120 * 24 * time.Hour} }

// A History is what has been said so far.
type History struct {
	Conversations []inventory.Conversation // about this family, in any state
	Keeper        string                   // the address of who keeps it now; "" when nobody was found
	LastInvited   time.Time                // when this keeper was last invited, about anything
	QuietUntil    time.Time                // until when they asked not to be
	Now           time.Time
}

// A Proposal is a conversation that does not exist yet and the decision that
// begins it.
type Proposal struct {
	Conversation inventory.Conversation
	Decision     inventory.Decision
}

// Propose gives the next conversations for a family: at most one, about the
// system most of its verdicts name. A family that was ever talked about, in
// whatever state or with whatever outcome, is not proposed again: people take
// that up, not a program.
func Propose(f inventory.Family, vs []inventory.Verdict, h History, p Policy, cat catalogue.Catalogue) []Proposal {
	if len(h.Conversations) > 0 || h.Now.Before(h.QuietUntil) || !h.LastInvited.IsZero() && h.Now.Sub(h.LastInvited) < p.Quiet {
		return nil
	}
	system, score := leading(vs)
	s, ok := cat.System(system)
	if !ok || s.Partner.Address == "" || score < p.MinScore {
		return nil
	}
	c := inventory.Conversation{ID: ConversationID(f.ID, s.ID), Family: f.ID, System: s.ID, Partner: s.Partner, Keeper: h.Keeper}
	why := fmt.Sprintf("does what %s is for; certainty %d %%; %s", s.Name, min(int(100*score+0.5), 99), count(len(f.Members), "asset"))
	return []Proposal{{c, inventory.Decision{Conversation: c.ID, To: inventory.Proposed, By: inventory.Program, At: h.Now, Why: why}}}
}

// ConversationID names the conversation about a family and a system. It stays
// the same in every run.
func ConversationID(family, system string) string {
	h := sha256.Sum256([]byte(family + "\x00" + system))
	return hex.EncodeToString(h[:8])
}

// leading is the system that most of the verdicts' probability names, and how
// probable it is on average over all of them.
func leading(vs []inventory.Verdict) (system string, score float64) {
	bySystem := map[string]float64{}
	for _, v := range vs {
		if v.System != "" {
			bySystem[v.System] += v.Score
		}
	}
	for id, x := range bySystem {
		if x > score || x == score && strings.Compare(id, system) < 0 {
			system, score = id, x
		}
	}
	return system, score / float64(max(1, len(vs)))
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
