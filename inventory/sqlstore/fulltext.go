package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// A term is what somebody looks for: words that follow each other, the last of
// which may be the beginning of one.
type term struct {
	words     []string
	beginning bool
}

// The bounds of what people search for.
const (
	mostAsked = 400 // bytes
	mostTerms = 12
)

// termsOf understands what somebody typed: every word may be the beginning of
// one, and what stands in quotes stands just so. Of anything else only letters
// and digits count, so that no text is an error.
func termsOf(text string) (terms []term) {
	add := func(part string, beginning bool) {
		if words := strings.FieldsFunc(part, notInWords); len(words) > 0 && len(terms) < mostTerms {
			terms = append(terms, term{words, beginning})
		}
	}
	for i, part := range strings.Split(clip(strings.ToValidUTF8(text, " "), mostAsked), `"`) {
		if i%2 == 1 {
			add(part, false)
			continue
		}
		for _, word := range strings.Fields(part) {
			add(word, true)
		}
	}
	return terms
}

// notInWords is true of what parts words; the indexes part them there too.
func notInWords(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r)
}

// An indexing puts a card's words into the index of words: statements, and
// what each takes.
type indexing struct {
	statement string
	again     bool // only for a card that the index has already
	args      func(n int64, fields []string) []any
}

// An indexer puts cards into the index within one transaction.
type indexer struct {
	steps    []indexing
	prepared []*sql.Stmt
}

func newIndexer(ctx context.Context, tx *sql.Tx, d dialect) (x indexer, err error) {
	x.steps = d.indexing()
	for _, step := range x.steps {
		st, err := tx.PrepareContext(ctx, step.statement)
		if err != nil {
			return x, err
		}
		x.prepared = append(x.prepared, st)
	}
	return x, nil
}

// put says what a card is found by from now on; fresh is one that the index
// does not have.
func (x indexer) put(ctx context.Context, fresh bool, n int64, fields ...string) error {
	for i, step := range x.steps {
		if step.again && fresh {
			continue
		}
		if _, err := x.prepared[i].ExecContext(ctx, step.args(n, fields)...); err != nil {
			return err
		}
	}
	return nil
}

// Words are found with SQLite's FTS5 (https://sqlite.org/fts5.html). It keeps
// where words stand and not the text itself, which the inventory has already.
// A card's row in it goes with the card.

func (sqliteFile) matching() string {
	return `SELECT rowid AS n FROM search WHERE search MATCH ?`
}

func (sqliteFile) matchQuery(terms []term) string {
	var all []string
	for _, t := range terms {
		phrase := `"` + strings.Join(t.words, " ") + `"`
		if t.beginning {
			phrase += "*"
		}
		all = append(all, phrase)
	}
	return strings.Join(all, " ")
}

func (sqliteFile) indexing() []indexing {
	return []indexing{
		{`DELETE FROM search WHERE rowid = ?`, true, func(n int64, _ []string) []any { return []any{n} }},
		{`INSERT INTO search (rowid, name, path, words) VALUES (?, ?, ?, ?)`, false, func(n int64, f []string) []any { return []any{n, f[0], f[1], f[2]} }},
	}
}

// PostgreSQL's own parser takes a file's name for a host's and parts words by
// the rules of one language; so words are parted here, as FTS5 parts them.

func (postgres) matching() string {
	return `SELECT n FROM cards WHERE terms @@ CAST(? AS tsquery)`
}

func (postgres) matchQuery(terms []term) string {
	var all []string
	for _, t := range terms {
		var words []string
		for _, w := range t.words {
			words = append(words, `'`+foldWord(w)+`'`)
		}
		if t.beginning {
			words[len(words)-1] += ":*"
		}
		all = append(all, strings.Join(words, " <-> "))
	}
	return strings.Join(all, " & ")
}

func (postgres) indexing() []indexing {
	return []indexing{{`UPDATE cards SET terms = CAST(? AS tsvector) WHERE n = ?`, false, func(n int64, f []string) []any { return []any{vectorOf(f), n} }}}
}

// vectorOf writes the words of texts and where they stand as PostgreSQL reads
// them (https://www.postgresql.org/docs/current/datatype-textsearch.html).
func vectorOf(texts []string) string {
	const most = 16_000 // the last place that it can tell
	var b strings.Builder
	at := 0
	for _, text := range texts {
		for _, w := range strings.FieldsFunc(text, notInWords) {
			if at = min(at+1, most); at < most {
				fmt.Fprintf(&b, "'%s':%d ", foldWord(w), at)
			}
		}
		at += 10 // no phrase goes on from one text to the next
	}
	return b.String()
}

// foldWord gives the form under which words are compared: without case and
// without marks on letters.
func foldWord(word string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(word))
	return clip(bare, 1000)
}

func (sqliteFile) ofEachPart(numbers string) string {
	return `parts p CROSS JOIN cards c WHERE c.n IN (` + numbers + `)`
}

func (postgres) ofEachPart(numbers string) string {
	return `parts p CROSS JOIN LATERAL (SELECT k.* FROM cards k WHERE k.n IN (` + numbers + `)) c WHERE TRUE`
}
