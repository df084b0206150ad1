package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/inventory"
)

// ids samples the columns that --keys names.
func (cmd catalogueLearnCmd) ids() ([]inventory.IDSet, error) {
	if len(cmd.Keys) == 0 {
		return nil, nil
	}
	key, err := config.IDKey(cmd.KeyFile)
	if err != nil {
		return nil, err
	}
	if !key.On() {
		return nil, errors.New("--keys needs a key that only desirepath knows: head -c 32 /dev/urandom | base64 > ids.key, then give --key-file ids.key here and scan.id_key_file in the configuration")
	}
	var out []inventory.IDSet
	for _, k := range cmd.Keys {
		i := strings.LastIndexByte(k, ':')
		if i <= 0 || i == len(k)-1 {
			return nil, fmt.Errorf("--keys %q: write a file, a colon and the heading of a column, such as students.csv:Student ID", k)
		}
		set, err := learnIDs(key, k[:i], k[i+1:])
		if err != nil {
			return nil, err
		}
		out = append(out, set)
	}
	return out, nil
}

// minIDs is how many ids a column has at least: of fewer, a sample would be
// the column.
const minIDs = 20

// learnIDs reads the ids of a column and keeps a sample of their hashes.
func learnIDs(key inventory.IDKey, path, column string) (inventory.IDSet, error) {
	var hashes []uint64
	var numbers numberRange
	err := eachValue(path, column, func(v string) {
		if id, ok := inventory.FoldID(v); ok {
			hashes = append(hashes, key.Hash(id))
			numbers.add(id)
		}
	})
	if err != nil {
		return inventory.IDSet{}, err
	}
	slices.Sort(hashes)
	hashes = slices.Compact(hashes)
	if len(hashes) < minIDs {
		return inventory.IDSet{}, fmt.Errorf("%s: column %q holds %d ids, at least %d are needed; an id has five characters and three digits at least, since shorter ones number the rows of anything",
			path, column, len(hashes), minIDs)
	}
	return inventory.IDSet{
		Name: idsName(column), Key: key.Which(), Distinct: len(hashes), Chance: numbers.chance(len(hashes)),
		Sample: inventory.NewIDSample(hashes, inventory.SystemIDs),
	}, nil
}

// A numberRange is between which numbers ids lie, where all are numbers.
type numberRange struct {
	low, high uint64
	words     bool // some are no numbers
	some      bool
}

func (r *numberRange) add(id string) {
	n, err := strconv.ParseUint(id, 10, 64)
	switch {
	case err != nil:
		r.words = true
	case !r.some:
		r.low, r.high, r.some = n, n, true
	default:
		r.low, r.high = min(r.low, n), max(r.high, n)
	}
}

// chance is how probable it is that a number in the range is one of so many
// ids: invoices may be numbered like students.
func (r numberRange) chance(ids int) float64 {
	if r.words || !r.some {
		return 0
	}
	return math.Round(1000*min(1, float64(ids)/(float64(r.high-r.low)+1))) / 1000
}

// idsName is what ids are called, made from a heading.
func idsName(heading string) string {
	words := strings.Fields(heading)
	for i, w := range words {
		if strings.ToUpper(w) != w {
			words[i] = strings.ToLower(w)
		}
	}
	last := &words[len(words)-1]
	switch strings.ToLower(strings.TrimRight(*last, ".:")) {
	case "id", "number", "code", "key", "identifier":
		*last += "s"
	case "no", "nr":
		*last = "numbers"
	default:
		return strings.TrimSpace(heading)
	}
	return strings.Join(words, " ")
}

// eachValue calls do for every value under a heading of a csv or xlsx file.
func eachValue(path, column string, do func(string)) error {
	if info, err := os.Stat(path); err != nil || info.Size() > maxLearnt || !info.Mode().IsRegular() {
		return fmt.Errorf("%s: not there, no file, or larger than 64 MiB", path)
	}
	c := columnReader{heading: column, do: do}
	var err error
	if strings.EqualFold(filepath.Ext(path), ".xlsx") {
		err = c.readXLSX(path)
	} else {
		err = c.readCSV(path)
	}
	if err == nil && !c.found {
		err = fmt.Errorf("no column is headed %q in its first %d rows", column, headingRows)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// headingRows is how far down the row of headings may be.
const headingRows = 20

// A columnReader gives the values below a heading.
type columnReader struct {
	heading string
	do      func(string)
	rows    int
	at      int
	found   bool
}

// row takes the next row of a table.
func (c *columnReader) row(cells []string) {
	c.rows++
	if c.found {
		if c.at < len(cells) {
			c.do(cells[c.at])
		}
		return
	}
	if c.rows > headingRows {
		return
	}
	c.at = slices.IndexFunc(cells, func(s string) bool { return strings.EqualFold(strings.TrimSpace(s), strings.TrimSpace(c.heading)) })
	c.found = c.at >= 0
}

func (c *columnReader) readCSV(path string) error {
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	text := strings.TrimPrefix(string(b), "\ufeff")
	first, _, _ := strings.Cut(text, "\n")
	r := csv.NewReader(strings.NewReader(text))
	r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = -1, true, true
	for _, comma := range ";\t|" {
		if strings.Count(first, string(comma)) > strings.Count(first, string(r.Comma)) {
			r.Comma = comma
		}
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		c.row(row)
	}
}

func (c *columnReader) readXLSX(path string) error {
	f, err := excelize.OpenFile(path, excelize.Options{RawCellValue: true, UnzipSizeLimit: 1 << 30})
	if err != nil {
		return err
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		if c.found {
			return nil
		}
		c.rows = 0
		if err := c.readSheet(f, sheet); err != nil {
			return err
		}
	}
	return nil
}

func (c *columnReader) readSheet(f *excelize.File, sheet string) error {
	rows, err := f.Rows(sheet)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		cells, err := rows.Columns()
		if err != nil {
			return err
		}
		c.row(cells)
	}
	return rows.Error()
}

// What a sheet that is looked at shows of ids: its first rows.
const sheetIDs = 200

// writeIDs writes samples as part of a system, with what can be told by them.
func writeIDs(b *strings.Builder, sets []inventory.IDSet) error {
	if len(sets) == 0 {
		return nil
	}
	b.WriteString("  # Keyed samples of ids: not the ids, but numbers that only the key makes of them. Who has this file and\n" +
		"  # the key can try any id and see whether it is in the sample, so keep the key where nobody else reads it.\n  ids:\n")
	for _, s := range sets {
		sample, err := s.Sample.MarshalText()
		if err != nil {
			return err
		}
		fmt.Fprintf(b, "    - name: %s # what people call them, in the plural\n      key: %s\n      distinct: %d\n", strconv.Quote(s.Name), strconv.Quote(s.Key), s.Distinct)
		enough := max(10, int(math.Ceil(10*float64(s.Distinct)/inventory.SystemIDs)))
		fmt.Fprintf(b, "      # a sheet is recognised when it shows about %d of them in its first %d rows\n", enough, sheetIDs)
		if enough > sheetIDs {
			b.WriteString("      # THAT IS TOO MANY: learn a column of fewer, such as those of this year, once or several times\n")
		}
		fmt.Fprintf(b, "      chance: %v # how probable it is that a number of that range is one of them\n", s.Chance)
		if s.Chance > 0.5 {
			b.WriteString("      # THAT IS MUCH: other things numbered in the same range look the same, so little will be said by these\n")
		}
		b.WriteString("      sample: >-\n")
		for line := range slices.Chunk(sample, 96) {
			fmt.Fprintf(b, "        %s\n", line)
		}
	}
	return nil
}
