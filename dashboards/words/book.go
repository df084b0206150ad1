package words

import (
	"strings"
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

	nothing, overall, rivals   string
	addsFields, addsFunctions  string
	ask, askField, askFunction string
	askUnserved                string
}

// A template says a signal; bare is for when no words came with it.
type template struct{ full, bare string }

// A capability is how the book speaks of one: as a title, and as the thing
// somebody built ("a gradebook").
type capability struct{ name, thing string }

// bookOf finds a language's book by its tag ("de-CH" is read as "de").
func bookOf(lang string) book {
	switch tag, _, _ := strings.Cut(strings.ToLower(lang), "-"); tag {
	default:
		return english()
	}
}

func (b book) signal(signal, thing string, words []string) string {
	t, ok := b.signals[signal]
	switch {
	case !ok:
		return strings.Join(words, ", ")
	case len(words) == 0:
		return b.fill(t.bare, thing, nil)
	}
	return b.fill(t.full, thing, words)
}

func (b book) shape(features []string) string {
	var said []string
	for _, f := range features {
		if s := b.shapes[f]; s != "" {
			said = append(said, s)
		}
	}
	return strings.Join(said, " ")
}

// rival names the likeliest other answer, if there is one.
func (b book) rival(answers []string) string {
	if len(answers) == 0 || answers[0] == "" {
		return ""
	}
	return b.fill(b.rivals, b.thing(answers[0]), nil)
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
	return strings.NewReplacer("{thing}", thing, "{noun}", noun, "{words}", b.list(words, b.quote), "{plain}", b.list(words, [2]string{})).Replace(template)
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
