package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A book is everything that is said in one language. In its templates {thing}
// is a capability's noun phrase, {noun} the same without its article, {words}
// a list of the asset's own words in quotation marks, {plain} one without.
type book struct {
	and          string // before the last of a list
	quote        [2]string
	articles     []string // that a thing may begin with
	signals      map[string]template
	shapes       map[string]string // by feature of the model
	capabilities map[string]capability
	other        string // thing for a capability that the book does not know; {words} is its id

	nothing, little, overall   string // little is for when too little was seen to tell
	common, rare               string // how often people build such a thing, before one looks
	commonNothing, rareNothing string // the same of what is no system
	saidNothing                string // of somebody who knows it
	rival, rivalNothing, alone string // what else it might be: something, no system, nothing else
	addsFields, addsFunctions  string
	ask, askField, askFunction string
	askUnserved                string
}

// A template says a signal; bare is for when no words came with it, against
// for when it weighs against the answer.
type template struct{ full, bare, against string }

// A capability is how the book speaks of one: as a title, and as the thing
// somebody built ("a gradebook").
type capability struct{ name, thing string }

// Languages lists the tags of the languages there are words in.
func Languages() []string { return []string{"en", "de", "fr"} }

// bookOf finds a language's book by its tag ("de-CH" is read as "de"). A
// language without a book is answered in English.
func bookOf(lang string) book {
	switch tag, _, _ := strings.Cut(strings.ToLower(lang), "-"); tag {
	case "de":
		return german()
	case "fr":
		return french()
	default:
		return english()
	}
}

func (b book) signal(signal, thing string, words []string, weight float64) string {
	t, ok := b.signals[signal]
	switch {
	case !ok:
		return strings.Join(words, ", ")
	case weight < 0 && t.against != "":
		return b.fill(t.against, thing, words)
	case len(words) == 0:
		return b.fill(t.bare, thing, nil)
	}
	return b.fill(t.full, thing, words)
}

// shape says what a structure looks like that seems to be no system.
func (b book) shape(features []string) string {
	var said []string
	for _, f := range features {
		if s := b.shapes[f]; s != "" {
			said = append(said, s)
		}
	}
	if len(said) == 0 {
		return b.nothing
	}
	return strings.Join(said, " ")
}

// sharedIDs says how many ids are a system's: what they are called, the
// system, how many of how many were found, and the share with its interval.
func (b book) sharedIDs(args []string) string {
	t := b.signals["ids"]
	if len(args) < 7 {
		return t.bare
	}
	said := strings.NewReplacer("{ids}", tidy(args[0]), "{system}", tidy(args[1]), "{found}", args[2], "{compared}", args[3],
		"{share}", args[4], "{low}", args[5], "{high}", args[6]).Replace(t.full)
	return sentence(said)
}

// base says how common an answer is before one looks.
func (b book) base(id string, weight float64) string {
	switch {
	case id == "" && weight < 0:
		return b.rareNothing
	case id == "":
		return b.commonNothing
	case weight < 0:
		return b.fill(b.rare, b.thing(id), nil)
	}
	return b.fill(b.common, b.thing(id), nil)
}

// rivals names the likeliest other answer, if there is one.
func (b book) rivals(answers []string) string {
	switch {
	case len(answers) == 0:
		return b.alone
	case answers[0] == "":
		return b.rivalNothing
	}
	return b.fill(b.rival, b.thing(answers[0]), nil)
}

func (b book) thing(id string) string {
	if c, ok := b.capabilities[id]; ok {
		return c.thing
	}
	return strings.ReplaceAll(b.other, "{words}", strings.ReplaceAll(id, "-", " "))
}

func (b book) fill(template, thing string, words []string) string {
	noun := thing
	for _, a := range b.articles {
		noun = strings.TrimPrefix(noun, a)
	}
	said := strings.NewReplacer("{thing}", thing, "{noun}", noun, "{words}", b.list(words, b.quote), "{plain}", b.list(words, [2]string{})).Replace(template)
	return sentence(said)
}

// sentence begins with a capital letter.
func sentence(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// list joins words as people do, each between quotation marks, at most five.
func (b book) list(words []string, quote [2]string) string {
	var quoted []string
	for _, w := range words[:min(len(words), 5)] {
		quoted = append(quoted, quote[0]+tidy(w)+quote[1])
	}
	if n := len(quoted); n > 1 {
		return strings.Join(quoted[:n-1], ", ") + b.and + quoted[n-1]
	}
	return strings.Join(quoted, "")
}

// tidy brings a heading into one line of bearable length.
func tidy(w string) string {
	w = strings.Join(strings.Fields(w), " ")
	if r := []rune(w); len(r) > 40 {
		w = strings.TrimSpace(string(r[:39])) + "…"
	}
	return w
}
