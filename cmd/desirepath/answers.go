package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/desirepath/desirepath/classify/needs"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/inventory"
)

type needsAnswerCmd struct {
	configFile
	System string `help:"The system that was changed." required:"" placeholder:"ID"`
	Need   string `help:"The need it was changed for, in any of the words that needs lists." required:"" placeholder:"WORD"`
	What   string `help:"What was changed, as you would tell the builders." required:"" placeholder:"TEXT"`
	By     string `help:"Your address." required:"" placeholder:"ADDRESS"`
}

// Run keeps what was changed and says whom to tell. desirepath tells nobody
// itself.
func (cmd needsAnswerCmd) Run(ctx context.Context, a *app) error {
	if !strings.Contains(cmd.By, "@") {
		return configError{fmt.Errorf("--by %q: give an address", cmd.By)}
	}
	_, readings, err := cmd.readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	lines, err := readings.Needs(ctx, cmd.System)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(lines, func(l inventory.NeedLine) bool { return needs.Same(l.Word, cmd.Need) })
	if i < 0 {
		return configError{fmt.Errorf("--need %q: nobody is known to need that of %s; desirepath needs --system %s shows what is", cmd.Need, cmd.System, cmd.System)}
	}
	answer, err := readings.ShipAnswer(ctx, lines[i], cmd.What, cmd.By, a.Now())
	if err != nil {
		return err
	}
	return tellWhom(ctx, a, readings, answer)
}

// tellWhom prints who had a need and has not been told.
func tellWhom(ctx context.Context, a *app, readings night.Readings, answer inventory.Answer) error {
	people, err := readings.Behind(ctx, answer)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "Kept as %s. To tell:\n", answer.ID)
	for _, p := range people {
		if answer.Standing(p.Address) == "" {
			fmt.Fprintf(a.Out, "  %s <%s>\n", p.Name, p.Address)
		}
	}
	_, err = fmt.Fprintf(a.Out, "When you told somebody: desirepath needs told %s --builder ADDRESS --by YOU\n", answer.ID)
	return err
}

type needsToldCmd struct {
	configFile
	ID      string `arg:"" help:"The answer's id, as needs answers prints it."`
	Builder string `help:"Who was told." required:"" placeholder:"ADDRESS"`
	By      string `help:"Who told them." required:"" placeholder:"ADDRESS"`
}

// Run keeps that a builder was told, once.
func (cmd needsToldCmd) Run(ctx context.Context, a *app) error {
	return takeAnswer(ctx, a, cmd.configFile, cmd.ID, inventory.AnswerStep{Act: inventory.AnswerTold, Builder: cmd.Builder, By: cmd.By, At: a.Now()})
}

type needsHeardCmd struct {
	configFile
	ID      string `arg:"" help:"The answer's id, as needs answers prints it."`
	Builder string `help:"Whose word it is." required:"" placeholder:"ADDRESS"`
	By      string `help:"Who puts it down." required:"" placeholder:"ADDRESS"`
	Helped  bool   `help:"It helped." xor:"word" required:""`
	NotYet  bool   `help:"It has not helped yet." xor:"word" required:""`
	Why     string `help:"In their words; needed unless they put it down themselves." placeholder:"TEXT"`
}

// Run keeps a builder's word on a change.
func (cmd needsHeardCmd) Run(ctx context.Context, a *app) error {
	act := inventory.AnswerHelped
	if cmd.NotYet {
		act = inventory.AnswerNotYet
	}
	return takeAnswer(ctx, a, cmd.configFile, cmd.ID, inventory.AnswerStep{Act: act, Builder: cmd.Builder, By: cmd.By, At: a.Now(), Why: cmd.Why})
}

func takeAnswer(ctx context.Context, a *app, file configFile, id string, step inventory.AnswerStep) error {
	_, readings, err := file.readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	err = readings.TakeAnswer(ctx, id, step)
	if errors.Is(err, inventory.ErrNotFound) {
		return configError{fmt.Errorf("there is no answer %s; desirepath needs answers shows what there is", id)}
	}
	return err
}

type needsAnswersCmd struct {
	configFile
	output
}

// Run lists answers in the order of their ids.
func (cmd needsAnswersCmd) Run(ctx context.Context, a *app) error {
	_, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	answers, err := store.Answers(ctx)
	if err != nil {
		return err
	}
	p, err := cmd.printer(a.Out, "ID", "SYSTEM", "NEED", "WHAT WAS CHANGED", "WHEN", "TOLD", "HELPED", "NOT YET")
	if err != nil {
		return err
	}
	for _, answer := range answers {
		s := answer.Sum()
		if err := p.row(answer, answer.ID, answer.System, answer.Word, clip(s.What, 40), s.At.Format(time.DateOnly),
			strconv.Itoa(s.Told), strconv.Itoa(s.Helped), strconv.Itoa(s.NotYet)); err != nil {
			return err
		}
	}
	return p.flush()
}
