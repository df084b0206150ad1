package alderbay

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// A column is one line of a table as told: "Heading | values", with "_" for no heading. The values are a kind and its argument, and may end in " ?" for a
// column that is mostly empty. A formula is "=..." with {Heading} for the cell of the same row, {Heading:} for the whole column
// and {^Heading} for the cell above, and may say after " ~ " what values it comes to.
//
//	id S####@        digits for #, letters for @        first, last, name, lastfirst, initials, email, mail, phone, login; other: somebody else
//	seq 1            1, 2, 3 ...                        staff, stafflogin, staffmail, team
//	int 1..9, dec, dec2, money, pct                     date, dates (in order), datetext 2025-01-01..2025-12-31
//	pick a/b, pick! a/b (with a list), pick@ a/b (with a list kept on a hidden sheet), list a/b (one after the other)
//	tick, yn, bool, time, blank, link URL                and the lists of words.yaml: text, org, topic ...
type column struct {
	heading string
	kind    string
	arg     string
	formula string
	sparse  bool
}

func columns(block string) []column {
	var cs []column
	for line := range strings.Lines(block) {
		heading, values, _ := strings.Cut(strings.TrimSpace(line), "|")
		if heading == "" && values == "" {
			continue
		}
		c := column{heading: strings.ReplaceAll(strings.TrimSpace(heading), `\n`, "\n")}
		if c.heading == "_" {
			c.heading = ""
		}
		c.values(strings.TrimSpace(values))
		cs = append(cs, c)
	}
	return cs
}

func (c *column) values(spec string) {
	if v, ok := strings.CutSuffix(spec, " ?"); ok {
		c.sparse, spec = true, v
	}
	if strings.HasPrefix(spec, "=") {
		c.formula, spec, _ = strings.Cut(spec[1:], " ~ ")
		spec = cmp.Or(spec, "dec 0..100")
	}
	c.kind, c.arg, _ = strings.Cut(spec, " ")
}

// choices of a pick column, and the mark after pick: "!" when the list is in the cell's validation, "@" when on a hidden sheet.
func (c column) choices() (values []string, mark string) {
	mark, ok := strings.CutPrefix(c.kind, "pick")
	if !ok {
		return nil, ""
	}
	return strings.Split(c.arg, "/"), mark
}

// A filler makes the values of a column from a seed: same seed, same values.
type filler struct {
	story *Story
	seed  string // of the asset: the people in its rows are the same on every sheet
	rows  int
	*rand.Rand
}

func (s *Story) filler(assetSeed, sheet, heading string, rows int) *filler {
	n := uint64(seed(assetSeed + "\x00" + sheet + "\x00" + heading))
	return &filler{story: s, seed: assetSeed, rows: rows, Rand: rand.New(rand.NewPCG(n, 26))}
}

// value is the cell of a column in a row, 0 the first.
func (f *filler) value(c column, row int) (Cell, error) {
	if c.sparse && f.IntN(10) < 7 {
		return Cell{}, nil
	}
	if list := f.story.words[c.kind]; list != nil {
		return text(list[f.IntN(len(list))]), nil
	}
	if c.kind == "other" {
		given, family := f.story.words["given"], f.story.words["family"]
		return text(given[f.IntN(len(given))] + " " + family[f.IntN(len(family))]), nil
	}
	if v := f.someone(c.kind, row); v != "" {
		return text(v), nil
	}
	return f.made(c, row)
}

// someone is a detail of the row's invented person, or of one of the staff.
func (f *filler) someone(kind string, row int) string {
	n := seed(f.seed + "\x01" + strconv.Itoa(row))
	given, family := f.story.words["given"], f.story.words["family"]
	first, last := given[n%len(given)], family[n/97%len(family)]
	staff := f.story.People[n/31%len(f.story.People)]
	login := strings.ToLower(first[:1] + strings.Map(letters, last))
	switch kind {
	case "first":
		return first
	case "last":
		return last
	case "name":
		return first + " " + last
	case "lastfirst":
		return last + ", " + first
	case "initials":
		return first[:1] + last[:1]
	case "email":
		return fmt.Sprintf("%s%02d@student.alderbay.example", login, n%100)
	case "mail":
		return login + "@mail.example"
	case "login":
		return fmt.Sprintf("%s%02d", login, n%100)
	case "phone":
		return fmt.Sprintf("0%d 5550 %04d", 2+n%7, n%10000)
	case "staff":
		return staff.Name
	case "stafflogin":
		return staff.ID
	case "staffmail":
		return staff.Address()
	case "team":
		return staff.Team[strings.Index(staff.Team, "/")+1:]
	}
	return ""
}

// made is the value of a kind that is neither a word from a list nor about a person.
func (f *filler) made(c column, row int) (Cell, error) {
	switch c.kind {
	case "", "blank":
		return Cell{}, nil
	case "id":
		return text(f.pattern(c.arg)), nil
	case "link":
		return Cell{Kind: Text, Text: c.arg, Link: c.arg}, nil
	case "seq":
		return sequence(c.arg, row)
	case "list":
		values := strings.Split(c.arg, "/")
		return literal(values[row%len(values)]), nil
	case "pick", "pick!", "pick@":
		return f.pick(strings.Split(c.arg, "/")), nil
	}
	if cell, ok := f.chance(c.kind); ok {
		return cell, nil
	}
	return f.between(c, row)
}

// chance is a value that needs no argument.
func (f *filler) chance(kind string) (Cell, bool) {
	switch kind {
	case "yn":
		return text([]string{"Y", "Y", "N"}[f.IntN(3)]), true
	case "bool":
		return Cell{Kind: Bool, Number: float64(f.IntN(2))}, true
	case "tick":
		return text([]string{"", "x", "x", "x"}[f.IntN(4)]), true
	case "time":
		return Cell{Kind: Number, Number: float64(32+f.IntN(40)) / 96, Format: "time"}, true
	}
	return Cell{}, false
}

// between is a number or a day in a range.
func (f *filler) between(c column, row int) (Cell, error) {
	switch c.kind {
	case "int":
		return f.number(c.arg, 0, "")
	case "dec":
		return f.number(c.arg, 1, "")
	case "dec2":
		return f.number(c.arg, 2, "")
	case "money":
		return f.number(c.arg, 2, "money")
	case "pct":
		return f.number(c.arg, 2, "percent")
	case "date":
		return f.date(c.arg, f.Float64())
	case "dates":
		return f.date(c.arg, f.inOrder(row))
	case "datetext":
		d, err := f.date(c.arg, f.inOrder(row))
		return text(day(d.Number).Format("2/1/06")), err
	}
	return Cell{}, fmt.Errorf("column %q: no values of the kind %q", c.heading, c.kind)
}

// pick favours the first choices, as life does.
func (f *filler) pick(values []string) Cell {
	return literal(values[int(float64(len(values))*math.Pow(f.Float64(), 1.6))])
}

func sequence(arg string, row int) (Cell, error) {
	from, err := strconv.Atoi(cmp.Or(arg, "1"))
	return Cell{Kind: Number, Number: float64(from + row)}, err
}

func (f *filler) pattern(p string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '#':
			return rune('0' + f.IntN(10))
		case '@':
			return rune('A' + f.IntN(26))
		}
		return r
	}, p)
}

func (f *filler) number(arg string, decimals int, format string) (Cell, error) {
	lo, hi, ok := strings.Cut(arg, "..")
	a, err1 := strconv.ParseFloat(lo, 64)
	b, err2 := strconv.ParseFloat(hi, 64)
	if !ok || err1 != nil || err2 != nil {
		return Cell{}, fmt.Errorf("%q is not a range of numbers", arg)
	}
	scale := math.Pow10(decimals)
	v := math.Round((a+(b-a)*f.Float64())*scale) / scale
	return Cell{Kind: Number, Number: v, Format: format}, nil
}

// date is a day in the range, share of the way through it.
func (f *filler) date(arg string, share float64) (Cell, error) {
	lo, hi, _ := strings.Cut(arg, "..")
	a, err := time.Parse(time.DateOnly, lo)
	if err != nil {
		return Cell{}, err
	}
	b, err := time.Parse(time.DateOnly, hi)
	if err != nil {
		return Cell{}, err
	}
	days := int(share * b.Sub(a).Hours() / 24)
	return Cell{Kind: Number, Number: serial(a.AddDate(0, 0, days)), Format: "date"}, nil
}

// inOrder is how far through a log the row is, give or take.
func (f *filler) inOrder(row int) float64 {
	return (float64(row) + f.Float64()) / float64(max(f.rows, 1))
}

// serial is the spreadsheet's number for a day, and day the way back.
func serial(t time.Time) float64 {
	return math.Round(t.Sub(time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)).Hours() / 24)
}

func day(serial float64) time.Time {
	return time.Date(1899, 12, 30+int(serial), 0, 0, 0, 0, time.UTC)
}

// literal is a number when it looks like one.
func literal(s string) Cell {
	if v, err := strconv.ParseFloat(s, 64); err == nil {
		return Cell{Kind: Number, Number: v}
	}
	return text(s)
}

func text(s string) Cell {
	if s == "" {
		return Cell{}
	}
	return Cell{Kind: Text, Text: s}
}

func letters(r rune) rune {
	if r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z' {
		return r
	}
	return -1
}

func seed(s string) int {
	h := fnv.New64a()
	h.Write([]byte(s))
	return int(h.Sum64() >> 2)
}
