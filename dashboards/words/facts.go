package words

import (
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// PartFacts says what the value of a part comes from: "12 people, shared
// widely". A fact that has no words is passed over.
func PartFacts(p inventory.Part, lang string) string {
	all := facts()
	var said []string
	for _, f := range p.Facts {
		name, n, _ := strings.Cut(f, "=")
		if text := pick(all[name], lang, ""); text != "" {
			said = append(said, plural(strings.ReplaceAll(text, "%", n), n))
		}
	}
	return strings.Join(said, ", ")
}

// plural chooses what stands in brackets: "(s)" is nothing, and "(a|b)" is a,
// where there is one of something.
func plural(text, n string) string {
	before, rest, found := strings.Cut(text, "(")
	if !found {
		return text
	}
	form, after, _ := strings.Cut(rest, ")")
	one, many, two := strings.Cut(form, "|")
	switch {
	case !two && n == "1":
		form = ""
	case n == "1":
		form = one
	case two:
		form = many
	}
	return before + form + after
}

func facts() map[string]trio {
	return map[string]trio{
		"people":      {"% (person|people)", "Menschen: %", "personnes : %"},
		"widely":      {"shared widely", "weithin geteilt", "largement partagé"},
		"needs":       {"% need(s)", "Bedarfe: %", "besoins : %"},
		"unserved":    {"no system serves it", "kein System leistet es", "aucun système ne le fait"},
		"keeper-gone": {"the account of who kept it is closed", "das Konto der Person, die es pflegte, ist geschlossen", "le compte de la personne qui s’en occupait est fermé"},
		"one-keeper":  {"one person edits it, others rely on it", "eine Person pflegt es, andere verlassen sich darauf", "une personne s’en occupe, d’autres en dépendent"},
		"macros":      {"code", "Programmcode", "du code"},
		"links":       {"% link(s) to other workbooks", "Verknüpfungen mit anderen Mappen: %", "liens vers d’autres classeurs : %"},
		"functions":   {"% function(s)", "Funktionen: %", "fonctions : %"},
		"connected":   {"connected to data", "mit Daten verbunden", "relié à des données"},
		"years":       {"% year(s)", "Jahre: %", "années : %"},
		"edits":       {"% edit(s)", "Bearbeitungen: %", "modifications : %"},
		"last":        {"last in %", "zuletzt %", "dernière : %"},
		"owns":        {"it lies with them", "liegt bei ihnen", "chez cette personne"},
		"made":        {"made it", "hat es gemacht", "l’a créé"},
		"copies":      {"in % of them", "in % davon", "dans % d’entre elles"},
	}
}
