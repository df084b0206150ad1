package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

type classifyCmd struct {
	output
	catalogueDir
	NoNames bool     `help:"Hide file and folder names from the classifier."`
	Paths   []string `arg:"" name:"path" help:"Workbooks, csv files, Access databases and folders of them."`
}

// A classification is one line of "classify --output json".
type classification struct {
	Path         string                  `json:"path"`
	Error        string                  `json:"error"`
	Capability   string                  `json:"capability"`
	System       string                  `json:"system"`
	Score        float64                 `json:"score"`
	Alternatives []inventory.Alternative `json:"alternatives"`
	Evidence     []reason                `json:"evidence"`
	Needs        []string                `json:"needs"`
}

// A reason is a piece of evidence in words.
type reason struct {
	Signal string  `json:"signal"`
	Weight float64 `json:"weight"`
	Text   string  `json:"text"`
}

// Run classifies every workbook it is given.
func (cmd classifyCmd) Run(ctx context.Context, a *app) error {
	known, err := loadCatalogue(cmd.Catalogue)
	if err != nil {
		return err
	}
	classifier, err := newClassifier(known)
	if err != nil {
		return err
	}
	p, err := cmd.printer(a.Out, "FILE", "COMES CLOSE TO", "SCORE", "WHY")
	if err != nil {
		return err
	}
	for _, root := range cmd.Paths {
		err := eachWorkbook(root, func(path string) error {
			subject, err := localSubject(ctx, path, cmd.NoNames)
			if errors.Is(err, errOneColumn) {
				return nil
			}
			answer := newClassification(path, inventory.Verdict{}, err)
			if err == nil {
				answer = newClassification(path, classifier.Classify(subject), nil)
			}
			if err := p.row(answer, answer.cells()...); err != nil {
				return err
			}
			return ctx.Err()
		})
		if err != nil {
			return errors.Join(err, p.flush())
		}
	}
	return p.flush()
}

func newClassification(path string, v inventory.Verdict, err error) classification {
	c := classification{
		Path: path, Capability: v.Capability, System: v.System, Score: v.Score,
		Alternatives: v.Alternatives, Evidence: []reason{}, Needs: []string{},
	}
	if err != nil {
		c.Error = err.Error()
	}
	if c.Alternatives == nil {
		c.Alternatives = []inventory.Alternative{}
	}
	for _, e := range v.Evidence {
		c.Evidence = append(c.Evidence, reason{e.Signal, e.Weight, words.Sentence(e, "en")})
	}
	for _, n := range v.Needs {
		c.Needs = append(c.Needs, n.Word)
	}
	return c
}

func (c classification) cells() []string {
	if c.Error != "" {
		return []string{c.Path, "", "", "not read: " + c.Error}
	}
	near, why := c.Capability, ""
	if near == "" {
		near = "-"
	}
	if len(c.Evidence) > 0 {
		why = c.Evidence[0].Text
	}
	return []string{c.Path, near, fmt.Sprintf("%.2f", c.Score), clip(why, 100)}
}

// errOneColumn tells that a csv file is a list of words rather than a table.
var errOneColumn = errors.New("a single column")

// localSubject looks into a local file for the classifier, as deep as a
// night's scan does.
func localSubject(ctx context.Context, path string, noNames bool) (inventory.Subject, error) {
	structure, err := inspectFile(ctx, path, inventory.DepthHeads)
	if err != nil {
		return inventory.Subject{}, err
	}
	kind := inventory.KindOfName(path)
	if kind == inventory.KindTable && (len(structure.Sheets) == 0 || structure.Sheets[0].Columns < 2) {
		return inventory.Subject{}, errOneColumn
	}
	subject := inventory.Subject{Asset: inventory.Asset{Kind: kind}, Structure: structure}
	if !noNames {
		subject.Asset.Name = filepath.Base(path)
		subject.Asset.Path = filepath.ToSlash(filepath.Dir(path))
	}
	return subject, nil
}

// eachWorkbook calls do for a file, or for every workbook and csv file below
// a folder. A folder that cannot be read gets its turn too: opening it says why.
func eachWorkbook(root string, do func(path string) error) error {
	info, err := os.Stat(root)
	if err != nil || !info.IsDir() {
		return do(root)
	}
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return do(path)
		}
		if d.IsDir() || strings.HasPrefix(d.Name(), "~$") || !inventory.KindOfName(path).Inspectable() {
			return nil
		}
		return do(path)
	})
}
