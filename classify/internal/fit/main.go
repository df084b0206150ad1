// Fit learns the classifier's weights from labelled structures and prints them
// as weights.json. It reads the output of "desirepath inspect --output json"
// on its standard input, so that it depends on no reader (heads is as deep as
// a night looks):
//
//	desirepath inspect --depth heads --output json DIR/*.xlsx | go run ./classify/internal/fit --labels labels.csv > classify/weights.json
//
// What it prints on standard error is the honest figure: each file judged by
// weights that never saw its group.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/classify/evaluation"
	"github.com/desirepath/desirepath/inventory"
)

func main() {
	labels := flag.String("labels", "", "csv file with the columns file, label, also_acceptable, ambiguous, repo_group")
	folds := flag.Int("folds", 10, "parts for cross-validation")
	misses := flag.Bool("misses", false, "list what was judged otherwise, with the evidence")
	flag.Parse()
	if err := run(*labels, *folds, *misses, os.Stdin, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

func run(labels string, folds int, misses bool, in io.Reader, out, log io.Writer) error {
	f, err := os.Open(labels)
	if err != nil {
		return err
	}
	defer f.Close()
	known, err := evaluation.ReadLabels(labels, f)
	if err != nil {
		return err
	}
	cases, err := readCases(in, known)
	if err != nil {
		return err
	}
	cat, err := catalogue.Load(catalogue.Builtin())
	if err != nil {
		return err
	}
	report := classify.CrossValidate(cat, classify.Background{}, cases, classify.Options{}, folds)
	if err := report.WriteText(log); err != nil {
		return err
	}
	if misses {
		listMisses(log, report, cases, cat)
	}
	enc := json.NewEncoder(out)
	enc.SetIndent("", " ")
	return enc.Encode(classify.Fit(cat, classify.Background{}, cases, classify.Options{}))
}

// An inspected is a line of "desirepath inspect".
type inspected struct {
	Path  string `json:"path"`
	Error string `json:"error"`
	inventory.Structure
}

// readCases joins structures with their labels by the end of their path.
func readCases(in io.Reader, labels []evaluation.Label) ([]evaluation.Case, error) {
	var cases []evaluation.Case
	dec := json.NewDecoder(bufio.NewReader(in))
	for {
		var x inspected
		if err := dec.Decode(&x); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		for _, l := range labels {
			if p := filepath.ToSlash(x.Path); p == l.File || strings.HasSuffix(p, "/"+l.File) {
				cases = append(cases, evaluation.Case{Label: l, Subject: inventory.Subject{Structure: x.Structure}})
			}
		}
	}
	if len(cases) == 0 {
		return nil, errors.New("no structure on standard input has a label")
	}
	return cases, nil
}

func listMisses(log io.Writer, r evaluation.Report, cases []evaluation.Case, cat catalogue.Catalogue) {
	c := classify.New(cat, classify.Background{}, classify.Fit(cat, classify.Background{}, cases, classify.Options{}))
	for _, m := range r.Misses {
		for _, x := range cases {
			if x.File == m.File {
				v := c.Classify(x.Subject)
				fmt.Fprintf(log, "%s is %s (also %v), given %s %.2f; after fitting %q %.2f %v\n", m.File, m.Label, x.Also, m.Given, m.Score, v.Capability, v.Score, v.Evidence)
			}
		}
	}
}
