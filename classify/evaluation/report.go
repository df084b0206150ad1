package evaluation

import (
	"fmt"
	"io"
	"text/tabwriter"
)

// WriteText writes a report for people.
func (r Report) WriteText(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "cases\t%d\t(%d ambiguous left out)\n", r.Cases, r.Ambiguous)
	fmt.Fprintf(w, "accuracy\t%.3f %s\t%d of %d\n", r.Accuracy.Share, r.Intervals.Accuracy, r.Accuracy.Right, r.Accuracy.Of)
	fmt.Fprintf(w, "accuracy, alternates accepted\t%.3f %s\t%d of %d\n", r.WithAlso.Share, r.Intervals.WithAlso, r.WithAlso.Right, r.WithAlso.Of)
	fmt.Fprintf(w, "macro-F1\t%.3f %s\tover %d labels with at least %d groups\n", r.MacroF1, r.Intervals.MacroF1, r.MacroLabels, minGroups)
	fmt.Fprintf(w, "any system: precision\t%s\n", r.Any.Precision)
	fmt.Fprintf(w, "any system: recall\t%s\n", r.Any.Recall)
	fmt.Fprintf(w, "none: recall\t%s\n", r.Any.None)
	fmt.Fprintf(w, "none: recall, duplicates right in 0.95\t%.3f %s\n", r.NoneAt95, r.Intervals.NoneAt95)
	fmt.Fprintf(w, "calibration error, %d bins\t%.3f %s\n", len(r.Bins), r.Calibration, r.Intervals.Calibration)
	fmt.Fprintf(w, "Brier score, log-loss\t%.3f, %.3f\n", r.Brier, r.LogLoss)
	fmt.Fprintf(w, "\t\tintervals: 95 in 100 resamples of whole groups\n\n")
	fmt.Fprintf(w, "label\tgroups\trecall\tprecision\tF1\n")
	for _, l := range r.Labels {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%.2f\n", l.Label, l.Groups, l.Recall, l.Precision, l.F1)
	}
	fmt.Fprintf(w, "\nlabelled\ttaken for\ttimes\n")
	for _, p := range r.Confusion {
		fmt.Fprintf(w, "%s\t%s\t%d\n", p.Label, p.Given, p.N)
	}
	fmt.Fprintf(w, "\nscore\tright\n")
	for _, b := range r.Bins {
		fmt.Fprintf(w, "%.2f\t%s\n", b.Score, b.Right)
	}
	return w.Flush()
}

// String gives "0.873 (0.82 to 0.91, 163 of 187)".
func (r Rate) String() string {
	return fmt.Sprintf("%.3f (%.2f to %.2f, %d of %d)", r.Share, r.Low, r.High, r.Right, r.Of)
}

// String gives "(0.82 to 0.91)".
func (i Interval) String() string { return fmt.Sprintf("(%.2f to %.2f)", i.Low, i.High) }
