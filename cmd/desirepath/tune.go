package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"text/tabwriter"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/classify/evaluation"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

type tuneCmd struct {
	configFile
	Apply  bool `help:"Judge by what was learnt, from the next scan on." xor:"do"`
	Forget bool `help:"Judge by the weights that come with desirepath again." xor:"do"`
	Show   int  `help:"How many verdicts that would change to print." default:"20" placeholder:"N"`
}

// tunedWeights is the setting under which an organisation's own weights are
// kept.
const tunedWeights = "weights"

// Run refits the weights with what people said, and shows what would change.
func (cmd tuneCmd) Run(ctx context.Context, a *app) error {
	c, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	if cmd.Forget {
		if err := store.SaveSetting(ctx, tunedWeights, ""); err != nil {
			return err
		}
		_, err = fmt.Fprintln(a.Out, "Forgotten. The next scan judges by the weights that come with desirepath.")
		return err
	}
	known, err := loadCatalogue(c.Catalogue)
	if err != nil {
		return err
	}
	t := tuning{store: store, catalogue: known}
	if err := t.learn(ctx); err != nil {
		return err
	}
	if err := t.compare(ctx); err != nil {
		return err
	}
	if err := t.print(a, cmd.Show); err != nil {
		return err
	}
	if !cmd.Apply {
		_, err = fmt.Fprintln(a.Out, "\nNothing is changed yet: desirepath tune --apply judges by this from the next scan on.")
		return err
	}
	text, err := json.Marshal(t.weights)
	if err != nil {
		return err
	}
	if err := store.SaveSetting(ctx, tunedWeights, string(text)); err != nil {
		return err
	}
	_, err = fmt.Fprintln(a.Out, "\nKept. The next scan judges by it; desirepath tune --forget goes back.")
	return err
}

// A tuning compares the weights in force with those that people's words would
// make of them.
type tuning struct {
	store          *sqlstore.Store
	catalogue      catalogue.Catalogue
	weights        classify.Weights
	before, after  *classify.Classifier
	cases          []evaluation.Case
	rightBefore    int // of the cases
	rightAfter     int
	changes        []change
	looked, others int // assets gone through, and how many of them change
}

type change struct {
	name, before, after string
	score               float64
}

// hear takes in the newest word on each asset that is still there. Members of
// one family are one group.
func (t *tuning) hear(ctx context.Context) error {
	said, err := t.store.Feedback(ctx, "")
	if err != nil {
		return err
	}
	for _, f := range said {
		r, err := t.store.Record(ctx, f.Asset)
		if errors.Is(err, inventory.ErrNotFound) || err == nil && r.Structure == nil {
			continue
		}
		if err != nil {
			return err
		}
		t.cases = append(t.cases, evaluation.Case{
			Label:   evaluation.Label{File: string(f.Asset), Answer: f.Answer(), Group: r.Family},
			Subject: subjectOf(r),
		})
	}
	if len(t.cases) == 0 {
		return errors.New("nobody has confirmed or disputed a verdict yet: desirepath feedback say keeps what people tell you")
	}
	return nil
}

// learn refits with what was heard.
func (t *tuning) learn(ctx context.Context) error {
	if err := t.hear(ctx); err != nil {
		return err
	}
	from, err := classify.DefaultWeights()
	if err != nil {
		return err
	}
	if t.before, err = tunedClassifier(ctx, t.store, t.catalogue); err != nil {
		return err
	}
	t.weights = classify.Refit(t.catalogue, classify.Background{}, from, t.cases, classify.Options{})
	t.after = classify.New(t.catalogue, classify.Background{}, t.weights)
	return nil
}

func subjectOf(r inventory.Record) inventory.Subject {
	s := inventory.Subject{Asset: r.Asset, Structure: *r.Structure}
	if r.Usage != nil {
		s.Usage = *r.Usage
	}
	return s
}

// compare judges everything that was looked into by both.
func (t *tuning) compare(ctx context.Context) error {
	for _, c := range t.cases {
		right := func(v inventory.Verdict) bool { return t.catalogue.Top(v.Capability) == t.catalogue.Top(c.Answer) }
		if right(t.before.Classify(c.Subject)) {
			t.rightBefore++
		}
		if right(t.after.Classify(c.Subject)) {
			t.rightAfter++
		}
	}
	for r, err := range t.store.Records(ctx, inventory.Filter{Looked: true}) {
		if err != nil {
			return err
		}
		t.looked++
		before, after := t.before.Classify(subjectOf(r)), t.after.Classify(subjectOf(r))
		if before.Capability == after.Capability {
			continue
		}
		t.others++
		t.changes = append(t.changes, change{r.Asset.Name, before.Capability, after.Capability, after.Score})
	}
	slices.SortStableFunc(t.changes, func(a, b change) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		}
		return 0
	})
	return nil
}

func (t *tuning) print(a *app, show int) error {
	fmt.Fprintf(a.Out, "%d verdicts were confirmed or disputed. Of these the weights in force get %d right by themselves, the refitted ones %d.\n"+
		"Of %d assets %d would be judged otherwise:\n\n", len(t.cases), t.rightBefore, t.rightAfter, t.looked, t.others)
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "ASSET\tNOW\tTHEN\tCERTAINTY")
	for _, c := range t.changes[:min(show, len(t.changes))] {
		fmt.Fprintf(w, "%s\t%s\t%s\t%.0f %%\n", clip(c.name, 50), orNone(c.before), orNone(c.after), 100*c.score)
	}
	return w.Flush()
}

// tunedClassifier judges by the organisation's own weights, if it has any.
func tunedClassifier(ctx context.Context, store *sqlstore.Store, known catalogue.Catalogue) (*classify.Classifier, error) {
	text, err := store.Setting(ctx, tunedWeights)
	if err != nil {
		return nil, err
	}
	if text == "" {
		return newClassifier(known)
	}
	var w classify.Weights
	if err := json.Unmarshal([]byte(text), &w); err != nil {
		return nil, fmt.Errorf("the inventory's own weights cannot be read: %w; desirepath tune --forget goes back to those that come with desirepath", err)
	}
	return classify.New(known, classify.Background{}, w), nil
}
