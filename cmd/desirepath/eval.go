package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/classify/evaluation"
	"github.com/desirepath/desirepath/inventory"
)

type evalCmd struct {
	output
	catalogueDir
	NoNames bool   `help:"Hide file and folder names from the classifier."`
	Folds   int    `help:"Cross-validate instead: judge each file by weights that were learned without its group, in so many parts." placeholder:"N"`
	Labels  string `help:"CSV file with columns file, label and, if there are any, also_acceptable, ambiguous and repo_group." placeholder:"FILE" xor:"labels"`
	Config  string `help:"Report on what people said of the verdicts in this configuration's inventory instead." placeholder:"FILE" type:"existingfile" xor:"labels"`
	Dir     string `arg:"" optional:"" help:"The folder that the labels' files lie in." type:"existingdir"`
}

// Run classifies every labelled file and prints how often it was right.
func (cmd evalCmd) Run(ctx context.Context, a *app) error {
	if cmd.Config != "" {
		return cmd.runSaid(ctx, a)
	}
	if cmd.Labels == "" || cmd.Dir == "" {
		return configError{errors.New("give --labels FILE and the folder that its files lie in, or --config FILE")}
	}
	cases, err := cmd.cases(ctx, a)
	if err != nil {
		return err
	}
	known, err := loadCatalogue(cmd.Catalogue)
	if err != nil {
		return err
	}
	return cmd.report(a, cases, known)
}

// runSaid reports on what people said: how often the classifier is right by
// itself, before it is told.
func (cmd evalCmd) runSaid(ctx context.Context, a *app) error {
	c, store, err := configFile{cmd.Config}.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	known, err := loadCatalogue(cmp.Or(cmd.Catalogue, c.Catalogue))
	if err != nil {
		return err
	}
	t := tuning{store: store, catalogue: known}
	if err := t.hear(ctx); err != nil {
		return err
	}
	return cmd.report(a, t.cases, known)
}

func (cmd evalCmd) report(a *app, cases []evaluation.Case, known catalogue.Catalogue) error {
	report, err := cmd.measure(cases, known)
	if err != nil {
		return err
	}
	if cmd.Output == "json" {
		return newEncoder(a.Out).Encode(report)
	}
	return report.WriteText(a.Out)
}

func (cmd evalCmd) measure(cases []evaluation.Case, known catalogue.Catalogue) (evaluation.Report, error) {
	if cmd.Folds > 1 {
		return classify.CrossValidate(known, classify.Background{}, cases, classify.Options{}, cmd.Folds), nil
	}
	classifier, err := newClassifier(known)
	if err != nil {
		return evaluation.Report{}, err
	}
	judge := func(c evaluation.Case) inventory.Verdict { return classifier.Classify(c.Subject) }
	return evaluation.Evaluate(slices.Values(cases), judge, known.Top), nil
}

// cases looks into every labelled file. One that cannot be read is said on
// standard error and counts for nothing.
func (cmd evalCmd) cases(ctx context.Context, a *app) ([]evaluation.Case, error) {
	f, err := os.Open(cmd.Labels)
	if err != nil {
		return nil, configError{fmt.Errorf("labels: %w", err)}
	}
	defer f.Close()
	labels, err := evaluation.ReadLabels(cmd.Labels, f)
	if err != nil {
		return nil, configError{err}
	}
	var cases []evaluation.Case
	for _, l := range labels {
		subject, err := localSubject(ctx, filepath.Join(cmd.Dir, filepath.FromSlash(l.File)), cmd.NoNames)
		if err != nil {
			fmt.Fprintf(a.Err, "%s: %v\n", l.File, err)
			continue
		}
		cases = append(cases, evaluation.Case{Label: l, Subject: subject})
	}
	if len(cases) == 0 {
		return nil, configError{fmt.Errorf("labels %s: none of its files could be read below %s", cmd.Labels, cmd.Dir)}
	}
	return cases, nil
}
