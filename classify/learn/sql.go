package learn

import (
	"slices"
	"strings"
	"unicode"

	"github.com/desirepath/desirepath/classify/match"
)

// fromSQL reads the tables that statements create, in any of the common
// dialects: names in quotes of any kind, comments, constraints.
func fromSQL(code string) ([]match.Field, error) {
	p := sqlParser{tokens: sqlTokens(code)}
	for !p.done() {
		if p.takes("create") {
			p.create()
			continue
		}
		if p.takes("comment", "on", "column") {
			p.comment()
			continue
		}
		p.at++
	}
	if len(p.fields) == 0 {
		return nil, ErrUnknown
	}
	return p.fields, nil
}

type sqlParser struct {
	tokens []sqlToken
	at     int
	fields []match.Field
}

func (p *sqlParser) done() bool { return p.at >= len(p.tokens) }

func (p *sqlParser) peek() sqlToken {
	if p.done() {
		return sqlToken{}
	}
	return p.tokens[p.at]
}

// takes moves past words if they come next.
func (p *sqlParser) takes(words ...string) bool {
	for i, w := range words {
		if p.at+i >= len(p.tokens) || p.tokens[p.at+i].kind != sqlWord || !strings.EqualFold(p.tokens[p.at+i].text, w) {
			return false
		}
	}
	p.at += len(words)
	return true
}

// create reads CREATE TABLE; of anything else it has taken the first word only.
func (p *sqlParser) create() {
	for _, w := range []string{"or", "replace", "global", "local", "temporary", "temp", "unlogged", "external", "column"} {
		p.takes(w)
	}
	if !p.takes("table") {
		return
	}
	p.takes("if", "not", "exists")
	table := p.name()
	if !p.mark("(") {
		return
	}
	for !p.done() && !p.mark(")") {
		p.column(table)
		p.mark(",")
	}
}

// column reads one line between the parentheses, which may be a constraint.
func (p *sqlParser) column(table string) {
	first := p.peek()
	constraint := first.kind == sqlWord && slices.Contains([]string{"constraint", "primary", "foreign", "unique", "check", "key", "index", "exclude", "fulltext", "like", "period"},
		strings.ToLower(first.text))
	if first.kind == sqlMark || constraint {
		p.skip()
		return
	}
	f := match.Field{Table: table, Column: p.name()}
	if t := p.peek(); t.kind == sqlWord {
		f.Type = t.text
	}
	from := p.at
	p.skip()
	for i := from; i+1 < p.at; i++ { // MySQL has comments in the line
		if p.tokens[i].kind == sqlWord && strings.EqualFold(p.tokens[i].text, "comment") && p.tokens[i+1].kind == sqlText {
			f.Description = p.tokens[i+1].text
		}
	}
	p.fields = append(p.fields, f)
}

// skip moves to the comma or parenthesis that ends the line.
func (p *sqlParser) skip() {
	for depth := 0; !p.done(); p.at++ {
		switch t := p.peek(); {
		case t.kind != sqlMark:
		case t.text == "(":
			depth++
		case depth == 0 && (t.text == "," || t.text == ")"):
			return
		case t.text == ")":
			depth--
		}
	}
}

// name reads a name with what it stands in, and gives the last part.
func (p *sqlParser) name() string {
	last := ""
	for {
		t := p.peek()
		if t.kind != sqlWord && t.kind != sqlName {
			return last
		}
		last = t.text
		p.at++
		if !p.mark(".") {
			return last
		}
	}
}

func (p *sqlParser) mark(m string) bool {
	if t := p.peek(); t.kind != sqlMark || t.text != m {
		return false
	}
	p.at++
	return true
}

// comment reads COMMENT ON COLUMN table.column IS 'text'.
func (p *sqlParser) comment() {
	var parts []string
	for t := p.peek(); t.kind == sqlWord || t.kind == sqlName; t = p.peek() {
		parts = append(parts, t.text)
		p.at++
		if !p.mark(".") {
			break
		}
	}
	if len(parts) < 2 || !p.takes("is") || p.peek().kind != sqlText {
		return
	}
	table, column := parts[len(parts)-2], parts[len(parts)-1]
	for i := range p.fields {
		if strings.EqualFold(p.fields[i].Table, table) && strings.EqualFold(p.fields[i].Column, column) {
			p.fields[i].Description = p.peek().text
		}
	}
}

type sqlKind uint8

const (
	sqlNone sqlKind = iota
	sqlWord
	sqlName // in quotes
	sqlText
	sqlMark
)

type sqlToken struct {
	kind sqlKind
	text string
}

// sqlTokens takes code apart, without space and comments.
func sqlTokens(code string) (out []sqlToken) {
	for code != "" {
		switch c := code[0]; {
		case c <= ' ':
			code = code[1:]
		case strings.HasPrefix(code, "--"):
			_, code, _ = strings.Cut(code, "\n")
		case strings.HasPrefix(code, "/*"):
			_, code, _ = strings.Cut(code, "*/")
		case c == '\'':
			var text string
			text, code = sqlQuoted(code, '\'')
			out = append(out, sqlToken{sqlText, text})
		case c == '"' || c == '`' || c == '[':
			var text string
			text, code = sqlQuoted(code, map[byte]byte{'"': '"', '`': '`', '[': ']'}[c])
			out = append(out, sqlToken{sqlName, text})
		default:
			n := strings.IndexFunc(code, func(r rune) bool {
				return r != '_' && r != '$' && r != '#' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
			})
			switch {
			case n < 0:
				n = len(code)
			case n == 0:
				out = append(out, sqlToken{sqlMark, code[:1]})
				code = code[1:]
				continue
			}
			out = append(out, sqlToken{sqlWord, code[:n]})
			code = code[n:]
		}
	}
	return out
}

// sqlQuoted reads to the closing mark; one that is doubled stands for itself.
func sqlQuoted(code string, closing byte) (text, rest string) {
	var b strings.Builder
	for i := 1; i < len(code); i++ {
		if code[i] != closing {
			b.WriteByte(code[i])
			continue
		}
		if i+1 < len(code) && code[i+1] == closing {
			b.WriteByte(closing)
			i++
			continue
		}
		return b.String(), code[i+1:]
	}
	return b.String(), ""
}
