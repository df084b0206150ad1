package emulator

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"
)

// A condition is a search query, or a part of one.
type condition func(v *viewer, it Item) bool

// A query is what a listing searches for.
type query struct {
	matches condition
	mine    bool // it can only find what the asker owns
}

// parseQuery reads the q of drive.files.list: terms joined by and, or, not and parentheses. What the emulator does not know it refuses
// rather than ignores. https://developers.google.com/workspace/drive/api/guides/ref-search-terms
func parseQuery(text string) (query, error) {
	everything := func(*viewer, Item) bool { return true }
	if strings.TrimSpace(text) == "" {
		return query{matches: everything}, nil
	}
	words, err := lex(text)
	if err != nil {
		return query{}, err
	}
	p := &queryParser{words: words}
	q, err := p.either()
	if err == nil && len(p.words) > 0 {
		err = fmt.Errorf("Invalid Value: %q is too much", p.words[0].text)
	}
	return q, err
}

// word is a token: a name or operator, or a quoted value.
type word struct {
	text   string
	quoted bool
}

func lex(text string) ([]word, error) {
	var words []word
	rest := text
	for {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		if rest == "" {
			return words, nil
		}
		var w word
		var err error
		if w, rest, err = lexWord(rest); err != nil {
			return nil, err
		}
		words = append(words, w)
	}
}

func lexWord(text string) (w word, rest string, err error) {
	switch {
	case text[0] == '\'':
		return lexQuoted(text[1:])
	case strings.ContainsRune("()", rune(text[0])):
		return word{text: text[:1]}, text[1:], nil
	case strings.ContainsRune("=!<>", rune(text[0])):
		n := 1
		if len(text) > 1 && text[1] == '=' {
			n = 2
		}
		return word{text: text[:n]}, text[n:], nil
	}
	end := strings.IndexFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("()=!<>'", r) })
	if end < 0 {
		end = len(text)
	}
	return word{text: text[:end]}, text[end:], nil
}

func lexQuoted(text string) (w word, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text):
			i++
			b.WriteByte(text[i])
		case text[i] == '\'':
			return word{b.String(), true}, text[i+1:], nil
		default:
			b.WriteByte(text[i])
		}
	}
	return word{}, "", fmt.Errorf("Invalid Value: a quote is not closed")
}

type queryParser struct{ words []word }

func (p *queryParser) next() word {
	if len(p.words) == 0 {
		return word{}
	}
	w := p.words[0]
	p.words = p.words[1:]
	return w
}

func (p *queryParser) eat(text string) bool {
	if len(p.words) == 0 || p.words[0].quoted || !strings.EqualFold(p.words[0].text, text) {
		return false
	}
	p.words = p.words[1:]
	return true
}

func (p *queryParser) either() (query, error) {
	left, err := p.both()
	for err == nil && p.eat("or") {
		var right query
		a := left
		if right, err = p.both(); err == nil {
			left = query{func(v *viewer, it Item) bool { return a.matches(v, it) || right.matches(v, it) }, a.mine && right.mine}
		}
	}
	return left, err
}

func (p *queryParser) both() (query, error) {
	left, err := p.one()
	for err == nil && p.eat("and") {
		var right query
		a := left
		if right, err = p.one(); err == nil {
			left = query{func(v *viewer, it Item) bool { return a.matches(v, it) && right.matches(v, it) }, a.mine || right.mine}
		}
	}
	return left, err
}

func (p *queryParser) one() (query, error) {
	switch {
	case p.eat("not"):
		q, err := p.one()
		return query{matches: func(v *viewer, it Item) bool { return !q.matches(v, it) }}, err
	case p.eat("("):
		q, err := p.either()
		if err == nil && !p.eat(")") {
			err = fmt.Errorf("Invalid Value: a parenthesis is not closed")
		}
		return q, err
	}
	return p.term()
}

// term reads 'value' in list, or name operator value.
func (p *queryParser) term() (query, error) {
	left, operator := p.next(), p.next()
	right := p.next()
	if left.quoted {
		if !strings.EqualFold(operator.text, "in") || right.quoted {
			return query{}, fmt.Errorf("Invalid Value: after '%s' comes in", left.text)
		}
		return inTerm(left.text, right.text)
	}
	matches, err := comparison(left.text, strings.ToLower(operator.text), right)
	return query{matches: matches}, err
}

func inTerm(value, list string) (query, error) {
	me := strings.EqualFold(value, "me")
	switch list {
	case "parents":
		return query{matches: func(v *viewer, it Item) bool { return it.Parent == v.folder(value) }}, nil
	case "owners":
		return query{func(v *viewer, it Item) bool {
			p := v.place(it)
			return p.Kind == KindMyDrive && p.Owner == v.known(value)
		}, me}, nil
	case "writers", "readers":
		least := map[string]string{"writers": RoleWrite, "readers": RoleRead}[list]
		return query{matches: func(v *viewer, it Item) bool { return v.given(it, v.known(value), least) }}, nil
	}
	return query{}, fmt.Errorf("Invalid Value: there is no list %q to be in", list)
}

func comparison(name, operator string, right word) (condition, error) {
	wrong := fmt.Errorf("Invalid Value: %s %s %s", name, operator, right.text)
	switch name {
	case "trashed", "starred", "sharedWithMe":
		want := strings.EqualFold(right.text, "true")
		if right.quoted || operator != "=" && operator != "!=" || !want && !strings.EqualFold(right.text, "false") {
			return nil, wrong
		}
		return flag(name, want == (operator == "=")), nil
	case "mimeType", "name":
		if !right.quoted {
			return nil, wrong
		}
		return textual(name, operator, right.text, wrong)
	case "modifiedTime", "createdTime":
		at, err := queryTime(right.text)
		if !right.quoted || err != nil {
			return nil, wrong
		}
		return timed(name, operator, at, wrong)
	}
	return nil, wrong
}

func flag(name string, want bool) condition {
	return func(v *viewer, it Item) bool {
		switch name {
		case "trashed":
			return it.Trashed == want
		case "sharedWithMe":
			p := v.place(it)
			return (p.Kind == KindMyDrive && p.Owner != v.me.ID) == want
		}
		return !want // nothing is starred
	}
}

func textual(name, operator, value string, wrong error) (condition, error) {
	field := func(it Item) string { return it.MIME }
	if name == "name" {
		field = func(it Item) string { return it.Name }
	}
	switch operator {
	case "=":
		return func(_ *viewer, it Item) bool { return field(it) == value }, nil
	case "!=":
		return func(_ *viewer, it Item) bool { return field(it) != value }, nil
	case "contains": // of names the beginnings of words, of types the beginning
		return func(_ *viewer, it Item) bool {
			return beginsWord(name, strings.ToLower(field(it)), strings.ToLower(value))
		}, nil
	}
	return nil, wrong
}

func beginsWord(name, text, value string) bool {
	if strings.HasPrefix(text, value) {
		return true
	}
	return name == "name" && slices.ContainsFunc(strings.Fields(text), func(w string) bool { return strings.HasPrefix(w, value) })
}

func queryTime(text string) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	return time.Parse("2006-01-02T15:04:05", text)
}

func timed(name, operator string, at time.Time, wrong error) (condition, error) {
	field := func(it Item) int { return it.Modified.Compare(at) }
	if name == "createdTime" {
		field = func(it Item) int { return it.Created.Compare(at) }
	}
	holds, ok := map[string]func(int) bool{
		"<": func(c int) bool { return c < 0 }, "<=": func(c int) bool { return c <= 0 },
		">": func(c int) bool { return c > 0 }, ">=": func(c int) bool { return c >= 0 },
		"=": func(c int) bool { return c == 0 }, "!=": func(c int) bool { return c != 0 },
	}[operator]
	if !ok {
		return nil, wrong
	}
	return func(_ *viewer, it Item) bool { return holds(field(it)) }, nil
}

// known is the id of a person in a query: me, or an address.
func (v *viewer) known(address string) string {
	if strings.EqualFold(address, "me") {
		return v.me.ID
	}
	p, _ := v.world.Person(address)
	return p.ID
}

// folder is the id of a folder in a query, where my own root has a name.
func (v *viewer) folder(id string) string {
	if id != "root" {
		return id
	}
	p, _ := v.world.PersonalPlace(Google, v.me.ID)
	return p.Root()
}

// given says that somebody can at least do something with a file.
func (v *viewer) given(it Item, person, least string) bool {
	p := v.place(it)
	if p.Owner == person && p.Kind == KindMyDrive {
		return true
	}
	return slices.ContainsFunc(append(slices.Clip(v.grants(it)), p.Members...), func(g Grant) bool {
		return (g.Person == person || slices.Contains(g.People, person)) && rank(g.Role) >= rank(least)
	})
}
