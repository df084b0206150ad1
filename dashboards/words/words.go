// Package words puts verdicts into words: warm, plain sentences that a
// colleague who never wrote a program can read, in the reader's language.
// Verdicts themselves are kept as signals and arguments.
package words

import (
	"maps"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// Sentence says one piece of evidence. It is never "" for evidence that the
// classifier gives. An unknown language is answered in English, an unknown
// signal with its words.
func Sentence(e inventory.Evidence, lang string) string {
	b := bookOf(lang)
	capability, words := "", []string(nil)
	if len(e.Args) > 0 {
		capability, words = e.Args[0], e.Args[1:]
	}
	switch e.Signal {
	case "base":
		return b.base(capability, e.Weight)
	case "shape":
		return b.shape(words)
	case "rivals":
		return b.rivals(words)
	case "little":
		return b.little
	case "ids":
		return b.sharedIDs(words)
	case "functions":
		words = slices.Clone(words)
		for i, w := range words {
			words[i] = Function(w, lang)
		}
	case "said":
		if capability == "" {
			return b.saidNothing
		}
	}
	return b.signal(e.Signal, b.thing(capability), words, e.Weight)
}

// minWeight is what evidence has to weigh, in log-odds, to be told in Why.
const minWeight = 0.25

// Why tells in one or two sentences why an asset was noticed, or why it was
// not.
func Why(v inventory.Verdict, lang string) string {
	b := bookOf(lang)
	var said []string
	for _, e := range v.Evidence {
		if e.Weight < minWeight || e.Signal == "rivals" || e.Signal == "base" {
			continue // the arithmetic is for those who ask for all of it
		}
		e.Args = slices.Clone(e.Args)
		if len(e.Args) > 0 && e.Signal != "shape" && !v.None() {
			e.Args[0] = v.Capability // the finer name reads better
		}
		if s := Sentence(e, lang); s != "" && len(said) < 2 {
			said = append(said, s)
		}
	}
	switch {
	case v.None() && slices.ContainsFunc(v.Evidence, func(e inventory.Evidence) bool { return e.Signal == "little" }):
		said = []string{b.little}
	case v.None():
		said = append([]string{b.nothing}, said...)
	case len(said) == 0:
		said = []string{b.fill(b.overall, b.thing(v.Capability), nil)}
	}
	return strings.Join(said, " ")
}

// Adds tells what an asset does that its system does not, or "" when nothing
// of that kind was seen.
func Adds(v inventory.Verdict, lang string) string {
	b := bookOf(lang)
	fields, functions := needs(v, lang)
	var said []string
	if len(fields) > 0 {
		said = append(said, b.fill(b.addsFields, "", fields))
	}
	if len(functions) > 0 {
		said = append(said, b.fill(b.addsFunctions, "", functions))
	}
	return strings.Join(said, " ")
}

// FirstQuestion is an open question to begin a conversation with: about what
// the tool does for people. system is the sanctioned system's name, "" when
// the organisation has none. There is nothing to ask when v is none.
func FirstQuestion(v inventory.Verdict, system, lang string) string {
	if v.None() {
		return ""
	}
	b := bookOf(lang)
	fields, functions := needs(v, lang)
	question := b.ask
	var about []string
	switch {
	case system == "":
		question = b.askUnserved
	case len(functions) > 0:
		question, about = b.askFunction, functions[:1]
	case len(fields) > 0:
		question, about = b.askField, fields[:1]
	}
	return strings.ReplaceAll(b.fill(question, b.thing(v.Capability), about), "{system}", system)
}

// Capability is the name of a capability for headings and tables; "" is that
// of "none". Ids that the book does not know are spelled as words.
func Capability(id, lang string) string {
	b := bookOf(lang)
	if c, ok := b.capabilities[id]; ok {
		return c.name
	}
	return spelled(id)
}

func needs(v inventory.Verdict, lang string) (fields, functions []string) {
	for _, n := range v.Needs {
		if n.Kind == "function" {
			functions = append(functions, Function(n.Word, lang))
		} else {
			fields = append(fields, n.Word)
		}
	}
	return fields, functions
}

func spelled(id string) string {
	s := strings.ReplaceAll(id, "-", " ")
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// Capabilities lists the ids of those that there are words for, sorted.
func Capabilities() []string { return slices.Sorted(maps.Keys(english().capabilities)) }
