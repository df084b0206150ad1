package sqlstore

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// needles are the words that must not be left.
type needles struct {
	words   []string
	like    []string       // patterns that find whatever may hold one
	pattern *regexp.Regexp // what truly does
}

// erasedWord stands where an erased word stood.
const erasedWord = "(erased)"

// newNeedles looks for words in each form in which links carry them, whole and
// in any case. A word that stands in what takes its place cannot be looked for.
func newNeedles(words []string) (n needles) {
	var forms []string
	for _, w := range words {
		if w != "" && !wholly(w).MatchString(erasedWord) {
			n.words = append(n.words, w)
			forms = append(forms, w, strings.NewReplacer("@", "_", ".", "_").Replace(w), strings.ReplaceAll(w, "@", "%40"))
		}
	}
	slices.SortFunc(forms, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) })
	forms = slices.Compact(forms)
	for _, w := range forms {
		n.like = append(n.like, "%"+literally(w)+"%")
		if j := inJSON(w); j != w {
			n.like = append(n.like, "%"+literally(j)+"%")
		}
	}
	n.pattern = wholly(forms...)
	return n
}

// wholly matches any of words where it is not a part of a longer one.
func wholly(words ...string) *regexp.Regexp {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = regexp.QuoteMeta(w)
	}
	return regexp.MustCompile(`(?i)(^|[^\pL\pN._%+\-])(?:` + strings.Join(quoted, "|") + `)($|\.$|\.[^\pL\pN]|[^\pL\pN.\-])`)
}

// literally has LIKE ... ESCAPE '\' take a word as it is written. SQLite folds
// the case of ASCII alone: any other letter stands for whatever it may be.
func literally(word string) string {
	var b strings.Builder
	for _, r := range word {
		switch {
		case r > unicode.MaxASCII:
			r = '_'
		case strings.ContainsRune(`\%_`, r):
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// inJSON is a word as it stands within a body.
func inJSON(word string) string {
	body, err := toJSON(word)
	if err != nil {
		return word
	}
	return body[1 : len(body)-1]
}

func (n needles) in(text string) bool { return len(n.words) > 0 && n.pattern.MatchString(text) }

// replace does it twice: two that stand beside each other share what is
// between them.
func (n needles) replace(text string) string {
	for range 2 {
		if n.in(text) {
			text = n.pattern.ReplaceAllString(text, "${1}"+erasedWord+"${2}")
		}
	}
	return text
}

// A column holds text.
type column struct {
	table, name string
	key         bool // it is part of what tells rows apart
}

func scanColumn(r row) (c column, err error) {
	err = r.Scan(&c.table, &c.name, &c.key)
	return c, err
}

// told are the tables whose words come from a tenant and would come back with
// the next scan, because somebody else named a thing so. What is somebody's
// own in them was removed before.
var told = []string{"assets", "places", "folders", "structures", "edges", "verdicts", "due", "families", "family_members", "family_keys", "usages", "stale"}

// scrub goes through every text of every table, those of tomorrow too, for
// addresses and ids: where people wrote them, other words take their place.
// Names are common words, too, and are scrubbed by scrubNames.
func (e *erasing) scrub(ctx context.Context, n needles) error {
	if err := e.cards(ctx, n); err != nil {
		return err
	}
	columns, err := collect(ctx, e.tx, scanColumn, e.store.dialect.textColumns())
	if err != nil {
		return err
	}
	for _, c := range columns {
		values, err := e.holding(ctx, c, n)
		if err != nil {
			return err
		}
		for _, v := range values {
			if err := e.scrubValue(ctx, c, n, v); err != nil {
				return err
			}
		}
	}
	return nil
}

// cards takes the cards away that hold a needle, with their words. They are
// made anew from what is left of their assets.
func (e *erasing) cards(ctx context.Context, n needles) error {
	for _, name := range []string{"name", "keeper", "asset"} {
		values, err := e.holding(ctx, column{table: "cards", name: name}, n)
		if err != nil {
			return err
		}
		for _, v := range values {
			_, err := e.tx.ExecContext(ctx, `INSERT INTO stale (asset) SELECT asset FROM cards WHERE `+name+` = ? ON CONFLICT DO NOTHING`, v)
			if err != nil {
				return err
			}
			if err := e.remove(ctx, "cards", name+` = ?`, v); err != nil {
				return err
			}
		}
	}
	_, err := e.tx.ExecContext(ctx, `DELETE FROM stale WHERE asset NOT IN (SELECT id FROM assets)`)
	return err
}

// holding gives the different values of a column that hold a needle.
func (e *erasing) holding(ctx context.Context, c column, n needles) ([]string, error) {
	values, err := e.likely(ctx, c, n)
	return slices.DeleteFunc(values, func(v string) bool { return !n.in(v) }), err
}

// likely gives the different values of a column that may hold a needle.
func (e *erasing) likely(ctx context.Context, c column, n needles) ([]string, error) {
	like, args := []string{`FALSE`}, []any(nil)
	for _, l := range n.like {
		like, args = append(like, `LOWER(`+c.name+`) LIKE LOWER(?) ESCAPE '\'`), append(args, l)
	}
	return collect(ctx, e.tx, scanString[string], `SELECT DISTINCT `+c.name+` FROM `+c.table+` WHERE `+strings.Join(like, ` OR `), args...)
}

func (e *erasing) scrubValue(ctx context.Context, c column, n needles, value string) error {
	if slices.Contains(told, c.table) {
		return e.leave(ctx, c, value)
	}
	if c.key {
		return e.remove(ctx, c.table, c.name+` = ?`, value)
	}
	return e.put(ctx, c, value, n.replace(value))
}

// leave counts where a value stays.
func (e *erasing) leave(ctx context.Context, c column, value string) error {
	rows := 0
	err := e.tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+c.table+` WHERE `+c.name+` = ?`, value).Scan(&rows)
	e.left[[2]string{c.table, c.name}] += rows
	return err
}

// put writes another value where one stood.
func (e *erasing) put(ctx context.Context, c column, old, value string) error {
	rows, err := changed(ctx, e.tx, `UPDATE `+c.table+` SET `+c.name+` = ? WHERE `+c.name+` = ?`, value, old)
	e.counts[[2]string{c.table, c.name}] += rows
	return err
}
