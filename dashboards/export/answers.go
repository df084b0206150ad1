package export

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/desirepath/desirepath/inventory"
)

// An Answer is a row of an outreach list that came back from a partner.
type Answer struct {
	Line         int // in the file, from 1
	Conversation string
	Status       inventory.State
	Was          inventory.State // when the list was written; "" when the list does not say, as csv
	Note         string
}

// Answers reads a list that was edited, as xlsx or csv. Columns may have been
// moved, added and removed, and rows sorted and filtered; only those of the
// conversation and the status are needed. Rows without an id are left out.
func Answers(b []byte) ([]Answer, error) {
	rows, err := rowsOf(b)
	if err != nil {
		return nil, err
	}
	if len(rows) == 0 {
		return nil, errors.New("the list is empty")
	}
	at := map[string]int{}
	for i, h := range rows[0] {
		at[strings.ToLower(strings.TrimSpace(strings.TrimPrefix(h, "\ufeff")))] = i
	}
	for _, need := range []string{columnID, columnStatus} {
		if _, ok := at[need]; !ok {
			return nil, fmt.Errorf("it has no column %s: give a list that desirepath wrote, with its first line", need)
		}
	}
	var out []Answer
	for n, row := range rows[1:] {
		cell := func(column string) string {
			if i, ok := at[column]; ok && i < len(row) {
				return strings.TrimPrefix(strings.TrimSpace(row[i]), "'")
			}
			return ""
		}
		a := Answer{Line: n + 2, Conversation: cell(columnID), Note: cell(columnNote),
			Status: inventory.State(strings.ToLower(cell(columnStatus))), Was: inventory.State(cell(columnWas))}
		if a.Conversation != "" {
			out = append(out, a)
		}
	}
	return out, nil
}

// maxAnswers bounds what a list that comes back may unpack to, in bytes.
const maxAnswers = 256 << 20

func rowsOf(b []byte) ([][]string, error) {
	if !bytes.HasPrefix(b, []byte("PK")) {
		r := csv.NewReader(bytes.NewReader(b))
		r.FieldsPerRecord = -1
		if first, _, _ := bytes.Cut(b, []byte("\n")); bytes.Count(first, []byte(";")) > bytes.Count(first, []byte(",")) {
			r.Comma = ';' // as Excel saves it in much of Europe
		}
		rows, err := r.ReadAll()
		if err != nil {
			return nil, fmt.Errorf("it is neither a workbook nor csv: %w", err)
		}
		return rows, nil
	}
	f, err := excelize.OpenReader(bytes.NewReader(b), excelize.Options{UnzipSizeLimit: maxAnswers, UnzipXMLSizeLimit: maxAnswers / 4})
	if err != nil {
		return nil, fmt.Errorf("the workbook cannot be opened: %w", err)
	}
	defer f.Close()
	name := sheet
	if !slices.Contains(f.GetSheetList(), sheet) {
		name = f.GetSheetName(0)
	}
	return f.GetRows(name)
}
