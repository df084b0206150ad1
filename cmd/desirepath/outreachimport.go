package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

type outreachImportCmd struct {
	configFile
	By     string `help:"The address of the partner whose list it is." required:"" placeholder:"ADDRESS"`
	DryRun bool   `help:"Say what would be taken over, and take over nothing."`
	File   string `arg:"" help:"The list that came back: xlsx or csv." type:"existingfile"`
}

// errConflicts ends an import of which some rows could not be taken over.
var errConflicts = errors.New("some rows could not be taken over; the others were")

// maxList bounds a list that is read, in bytes.
const maxList = 64 << 20

// Run takes over what a partner wrote to a list: new states and notes. A list
// that was taken over already changes nothing; a conversation that went on in
// the meantime is told, and left as it is.
func (cmd outreachImportCmd) Run(ctx context.Context, a *app) error {
	if !strings.Contains(cmd.By, "@") {
		return configError{fmt.Errorf("--by %q: give an address", cmd.By)}
	}
	info, err := os.Stat(cmd.File)
	if err != nil {
		return configError{err}
	}
	if info.Size() > maxList {
		return configError{fmt.Errorf("%s: larger than 64 MiB; is it the right file?", cmd.File)}
	}
	b, err := os.ReadFile(cmd.File)
	if err != nil {
		return configError{err}
	}
	answers, err := export.Answers(b)
	if err != nil {
		return configError{fmt.Errorf("%s: %w", cmd.File, err)}
	}
	_, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	taken, refused := 0, 0
	for _, answer := range answers {
		steps, err := cmd.take(ctx, a, store, answer)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			refused++
			fmt.Fprintf(a.Err, "line %d: %v\n", answer.Line, err)
		case steps > 0:
			taken++
		}
	}
	verb := "taken over"
	if cmd.DryRun {
		verb = "to take over"
	}
	fmt.Fprintf(a.Out, "%d conversations %s, %d as they were, %d refused\n", taken, verb, len(answers)-taken-refused, refused)
	if refused > 0 {
		return errConflicts
	}
	return nil
}

// take brings one conversation to where the list has it, and tells how many
// steps that took.
func (cmd outreachImportCmd) take(ctx context.Context, a *app, store *sqlstore.Store, answer export.Answer) (steps int, err error) {
	c, err := store.Conversation(ctx, answer.Conversation)
	if errors.Is(err, inventory.ErrNotFound) {
		return 0, fmt.Errorf("conversation %s is not in this inventory", answer.Conversation)
	}
	if err != nil {
		return 0, err
	}
	decisions, err := cmd.decisions(c, answer)
	if err != nil {
		return 0, err
	}
	for _, d := range decisions {
		d.By, d.At = inventory.FoldAddress(cmd.By), a.Now()
		if err := c.Decide(d); err != nil {
			return 0, err
		}
	}
	if len(decisions) == 0 || cmd.DryRun {
		return len(decisions), nil
	}
	return len(decisions), store.SaveConversation(ctx, c)
}

// decisions are what a row asks for and the conversation does not have yet.
func (cmd outreachImportCmd) decisions(c inventory.Conversation, answer export.Answer) (out []inventory.Decision, err error) {
	if !slices.Contains(inventory.States(), answer.Status) {
		return nil, fmt.Errorf("conversation %s: %q is no status; choose one of those that the list offers", c.ID, answer.Status)
	}
	if answer.Was == "" { // a list that does not say: a state it was in before is an old one
		answer.Was = c.State
		if slices.ContainsFunc(c.Steps, func(s inventory.Step) bool { return s.To == answer.Status }) {
			answer.Was = answer.Status
		}
	}
	noted := slices.ContainsFunc(c.Steps, func(s inventory.Step) bool { return s.Why == answer.Note })
	switch {
	case answer.Status == answer.Was && (answer.Note == "" || noted), answer.Status == c.State && noted:
		return nil, nil // nothing was written, or it is here already
	case answer.Status == answer.Was || answer.Status == c.State:
		if answer.Note == "" {
			return nil, nil
		}
		return []inventory.Decision{{Act: inventory.ActNote, Why: answer.Note}}, nil
	case c.State != answer.Was:
		i := slices.IndexFunc(c.Steps, func(s inventory.Step) bool { return s.To == c.State && s.At.Equal(c.Since) })
		return nil, fmt.Errorf("conversation %s: the list says from %s to %s, and meanwhile %s took it to %s on %s: look at it in desirepath, then write a new list",
			c.ID, answer.Was, answer.Status, c.Steps[max(i, 0)].By, c.State, c.Since.Format(time.DateOnly))
	}
	return []inventory.Decision{{To: answer.Status, Why: answer.Note}}, nil
}
