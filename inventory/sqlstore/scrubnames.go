package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// A wording is a column in which people write what they like.
type wording struct {
	column
	// within rewrites what people wrote in a value, where that is not all of it.
	within func(text string, rewrite func(string) string) (string, error)
}

// written are the columns in which a name is a name. Anywhere else the same
// word may be a state, a source or a number.
var written = []wording{
	{column: column{table: "steps", name: "why"}},
	{column: column{table: "feedback", name: "why"}},
	{column: column{table: "answer_steps", name: "why"}},
	{column: column{table: "letters", name: "why"}},
	{column: column{table: "registered", name: "name"}},
	{column: column{table: "registered", name: "lies"}},
	{column: column{table: "registered", name: "purpose"}},
	{column: column{table: "runs", name: "error"}},
	{column{table: "runs", name: "places"}, inPlaces},
	{column{table: "charters", name: "body"}, inCharter},
}

// named are the columns, besides, in which somebody stands by their name.
var named = []wording{
	{column: column{table: "conversations", name: "partner_name"}},
	{column: column{table: "tokens", name: "name"}},
}

// called are the names that a tenant gave to things; they would come back with
// the next scan.
var called = []wording{
	{column: column{table: "assets", name: "name"}},
	{column: column{table: "assets", name: "path"}},
	{column: column{table: "places", name: "name"}},
	{column: column{table: "folders", name: "name"}},
	{column: column{table: "edges", name: "name"}},
	{column{table: "structures", name: "body"}, inStructure},
}

// scrubNames takes names out of what people wrote, and counts those that
// others gave to things of theirs.
func (e *erasing) scrubNames(ctx context.Context, n needles, columns []wording) error {
	if err := e.countNames(ctx, n, called); err != nil {
		return err
	}
	return e.rewriting(ctx, n, columns, func(c column, old, value string) error { return e.put(ctx, c, old, value) })
}

// countNames counts what names are left in.
func (e *erasing) countNames(ctx context.Context, n needles, columns []wording) error {
	return e.rewriting(ctx, n, columns, func(c column, old, _ string) error { return e.leave(ctx, c, old) })
}

// rewriting calls do with every value in which a needle stands, and with what
// it is without.
func (e *erasing) rewriting(ctx context.Context, n needles, columns []wording, do func(c column, old, value string) error) error {
	for _, w := range columns {
		values, err := e.likely(ctx, w.column, n)
		if err != nil {
			return err
		}
		for _, old := range values {
			value := n.replace(old)
			if w.within != nil {
				if value, err = w.within(old, n.replace); err != nil {
					return fmt.Errorf("%s of %s: %w", w.name, w.table, err)
				}
			}
			if value == old {
				continue
			}
			if err := do(w.column, old, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// withoutNamesakes gives those of names that nobody else has, and the others.
func (e *erasing) withoutNamesakes(ctx context.Context, names []string) (own, shared []string, err error) {
	others, err := e.likely(ctx, column{table: "accounts", name: "name"}, newNeedles(names))
	if err != nil {
		return nil, nil, err
	}
	for _, name := range names {
		same := func(other string) bool { return strings.EqualFold(strings.TrimSpace(other), name) }
		if slices.ContainsFunc(others, same) {
			shared = append(shared, name)
		} else {
			own = append(own, name)
		}
	}
	return own, shared, nil
}

func inCharter(body string, rewrite func(string) string) (string, error) {
	var c inventory.Charter
	texts := func() []*string {
		all := []*string{&c.Scope, &c.Ownership, &c.Input, &c.Authority}
		for i := range c.Roles {
			all = append(all, &c.Roles[i].Name)
		}
		return all
	}
	return inBody(body, &c, texts, rewrite)
}

func inPlaces(body string, rewrite func(string) string) (string, error) {
	var places []inventory.PlaceReport
	texts := func() (all []*string) {
		for i := range places {
			all = append(all, &places[i].Name, &places[i].Error)
		}
		return all
	}
	return inBody(body, &places, texts, rewrite)
}

// inBody decodes a body, has its texts rewritten and encodes it again, if any
// changed.
func inBody(body string, into any, texts func() []*string, rewrite func(string) string) (string, error) {
	if err := json.Unmarshal([]byte(body), into); err != nil {
		return "", err
	}
	same := true
	for _, text := range texts() {
		old := *text
		*text = rewrite(old)
		same = same && *text == old
	}
	if same {
		return body, nil
	}
	return toJSON(into)
}

// inStructure is only for counting: what was read is never rewritten.
func inStructure(body string, rewrite func(string) string) (string, error) {
	words, err := wordsInside(body)
	if err != nil || rewrite(words) == words {
		return body, err
	}
	return "", nil
}
