package sqlstore

import (
	"context"
	"regexp"
	"slices"
	"strings"
)

// needles are the words that must not be left anywhere.
type needles struct {
	like    []string       // patterns that find whatever may hold one
	pattern *regexp.Regexp // what truly does
}

// erasedWord stands where an erased word stood.
const erasedWord = "(erased)"

// newNeedles looks for addresses and ids in each form in which links carry
// them, and for names, as whole words and in any case.
func newNeedles(addresses, names []string) needles {
	n := needles{}
	var words []string
	for _, a := range slices.Concat(addresses, names) {
		if a == "" {
			continue
		}
		words = append(words, a, strings.NewReplacer("@", "_", ".", "_").Replace(a), strings.ReplaceAll(a, "@", "%40"))
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	quoted := []string{}
	for _, w := range words {
		if q := regexp.QuoteMeta(w); !slices.Contains(quoted, q) {
			quoted, n.like = append(quoted, q), append(n.like, "%"+w+"%")
		}
	}
	n.pattern = regexp.MustCompile(`(?i)(^|[^\pL\pN._%+\-])(?:` + strings.Join(quoted, "|") + `)($|\.$|\.[^\pL\pN]|[^\pL\pN.\-])`)
	return n
}

func (n needles) in(text string) bool { return n.pattern.MatchString(text) }

// replace does it again until there is none: two that stand beside each other
// share what is between them.
func (n needles) replace(text string) string {
	for n.in(text) {
		text = n.pattern.ReplaceAllString(text, "${1}"+erasedWord+"${2}")
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

// scrub goes through every text of every table, those of tomorrow too: where
// people wrote the words, others take their place.
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
	var like []string
	var args []any
	for _, l := range n.like {
		like, args = append(like, `LOWER(`+c.name+`) LIKE LOWER(?)`), append(args, l)
	}
	values, err := collect(ctx, e.tx, scanString[string], `SELECT DISTINCT `+c.name+` FROM `+c.table+` WHERE `+strings.Join(like, ` OR `), args...)
	return slices.DeleteFunc(values, func(v string) bool { return !n.in(v) }), err
}

func (e *erasing) scrubValue(ctx context.Context, c column, n needles, value string) error {
	if slices.Contains(told, c.table) {
		rows := 0
		err := e.tx.QueryRowContext(ctx, `SELECT COUNT(*) FROM `+c.table+` WHERE `+c.name+` = ?`, value).Scan(&rows)
		e.left[[2]string{c.table, c.name}] += rows
		return err
	}
	if c.key {
		return e.remove(ctx, c.table, c.name+` = ?`, value)
	}
	rows, err := changed(ctx, e.tx, `UPDATE `+c.table+` SET `+c.name+` = ? WHERE `+c.name+` = ?`, n.replace(value), value)
	e.counts[[2]string{c.table, c.name}] += rows
	return err
}
