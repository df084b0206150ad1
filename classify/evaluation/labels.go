package evaluation

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// A Label is what a person says one file duplicates.
type Label struct {
	File      string   // path relative to the folder of the files
	Answer    string   // a capability's id, "" for none
	Also      []string // answers that are right too
	Ambiguous bool     // people disagree: left out of the figures
	Group     string   // files of one group are never split between learning and testing
}

// A Case is a labelled subject.
type Case struct {
	Label
	Subject inventory.Subject
}

// ReadLabels reads a csv file with the columns file, label, also_acceptable (a
// comma list), ambiguous (1 or 0) and repo_group, in any order; only the first
// two are needed. The label of what duplicates nothing is "none" or empty.
func ReadLabels(name string, r io.Reader) ([]Label, error) {
	rows := csv.NewReader(r)
	head, err := rows.Read()
	if err != nil {
		return nil, fmt.Errorf("%s: no header row: %w", name, err)
	}
	if len(head) > 0 {
		head[0] = strings.TrimPrefix(head[0], "\ufeff")
	}
	column := func(row []string, name string) string {
		if i := slices.Index(head, name); i >= 0 {
			return strings.TrimSpace(row[i])
		}
		return ""
	}
	if !slices.Contains(head, "file") || !slices.Contains(head, "label") {
		return nil, fmt.Errorf("%s: the first row is %q: it needs the columns file and label", name, strings.Join(head, ","))
	}
	var out []Label
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		l := Label{File: column(row, "file"), Answer: answer(column(row, "label")), Ambiguous: column(row, "ambiguous") == "1", Group: column(row, "repo_group")}
		for a := range strings.SplitSeq(column(row, "also_acceptable"), ",") {
			if a = strings.TrimSpace(a); a != "" {
				l.Also = append(l.Also, answer(a))
			}
		}
		out = append(out, l)
	}
}

func answer(label string) string {
	if label == "none" {
		return ""
	}
	return label
}
