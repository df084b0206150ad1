package classify_test

import (
	"cmp"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/classify/evaluation"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// TestLabelledWorkbooks holds the classifier to what it reached on real
// workbooks, read as deep as a night reads them, each judged by weights that never saw its group.
func TestLabelledWorkbooks(t *testing.T) {
	dir := sharedWorkbooks(t)
	f, err := os.Open(filepath.Join(dir, "labels.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	labels, err := evaluation.ReadLabels("labels.csv", f)
	if err != nil {
		t.Fatal(err)
	}
	var cases []evaluation.Case
	for _, l := range labels {
		cases = append(cases, evaluation.Case{Label: l, Subject: inventory.Subject{Structure: look(t, filepath.Join(dir, l.File), inventory.DepthHeads)}})
	}
	cat, err := catalogue.Load(catalogue.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	r := classify.CrossValidate(cat, classify.Background{}, cases, classify.Options{}, 10)
	t.Logf("accuracy %s, with alternates %s, macro-F1 %.3f", r.Accuracy, r.WithAlso, r.MacroF1)
	if r.WithAlso.Share < 0.88 || r.MacroF1 < 0.79 || r.Any.Precision.Share < 0.93 || r.Calibration > 0.12 {
		t.Errorf("worse than it was: any system %s, calibration error %.3f", r.Any.Precision, r.Calibration)
	}
}

func sharedWorkbooks(t *testing.T) string {
	t.Helper()
	dir := filepath.Join(cmp.Or(os.Getenv("DESIREPATH_SHARED"), "../../shared"), "data", "workbooks")
	if _, err := os.Stat(dir); err != nil {
		say := t.Skip
		if strings.Contains(os.Getenv("DESIREPATH_REQUIRE"), "shared") {
			say = t.Fatal
		}
		say("labelled workbooks are not there (DESIREPATH_SHARED): accuracy is not measured")
	}
	return dir
}

func look(t *testing.T, path string, depth inventory.Depth) inventory.Structure {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	s, err := workbook.Read(context.Background(), f, info.Size(), filepath.Base(path), workbook.Options{Depth: depth})
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return s
}
