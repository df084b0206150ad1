package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/inventory"
)

type evalCmd struct {
	output
	catalogueDir
	NoNames bool   `help:"Hide file and folder names from the classifier."`
	Folds   int    `help:"Cross-validate instead: judge each file by weights that were learned without its group, in so many parts." placeholder:"N"`
	Labels  string `help:"CSV file with columns file, label and, if there are any, also_acceptable, ambiguous and repo_group." required:"" placeholder:"FILE"`
	Dir     string `arg:"" help:"The folder that the labels' files lie in." type:"existingdir"`
}

// Run classifies every labelled file and prints how often it was right.
func (cmd evalCmd) Run(ctx context.Context, a *app) error {
	cases, err := cmd.cases(ctx, a)
	if err != nil {
		return err
	}
	known, err := loadCatalogue(cmd.Catalogue)
	if err != nil {
		return err
	}
	report, err := cmd.measure(cases, known)
	if err != nil {
		return err
	}
	if cmd.Output == "json" {
		return newEncoder(a.Out).Encode(report)
	}
	return report.WriteText(a.Out)
}

func (cmd evalCmd) measure(cases []classify.Case, known catalogue.Catalogue) (classify.Report, error) {
	if cmd.Folds > 1 {
		return classify.CrossValidate(known, classify.Background{}, cases, classify.Options{}, cmd.Folds), nil
	}
	classifier, err := newClassifier(known)
	if err != nil {
		return classify.Report{}, err
	}
	judge := func(c classify.Case) inventory.Verdict { return classifier.Classify(c.Subject) }
	return classify.Evaluate(slices.Values(cases), judge, known.Top), nil
}

// cases looks into every labelled file. One that cannot be read is said on
// standard error and counts for nothing.
func (cmd evalCmd) cases(ctx context.Context, a *app) ([]classify.Case, error) {
	f, err := os.Open(cmd.Labels)
	if err != nil {
		return nil, configError{fmt.Errorf("labels: %w", err)}
	}
	defer f.Close()
	labels, err := classify.ReadLabels(cmd.Labels, f)
	if err != nil {
		return nil, configError{err}
	}
	var cases []classify.Case
	for _, l := range labels {
		subject, err := localSubject(ctx, filepath.Join(cmd.Dir, filepath.FromSlash(l.File)), cmd.NoNames)
		if err != nil {
			fmt.Fprintf(a.Err, "%s: %v\n", l.File, err)
			continue
		}
		cases = append(cases, classify.Case{Label: l, Subject: subject})
	}
	if len(cases) == 0 {
		return nil, configError{fmt.Errorf("labels %s: none of its files could be read below %s", cmd.Labels, cmd.Dir)}
	}
	return cases, nil
}
