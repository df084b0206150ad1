package words

import (
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// State says where a conversation stands.
func State(s inventory.State, lang string) string { return pick(states()[s], lang, string(s)) }

// Act says what a step did that changed no state.
func Act(a inventory.Act, lang string) string { return pick(acts()[a], lang, string(a)) }

// Part names a part of what a conversation promises.
func Part(name, lang string) string { return pick(parts()[name], lang, name) }

// A trio is a text in the languages of Languages, in their order.
type trio [3]string

func pick(t trio, lang, otherwise string) string {
	tag, _, _ := strings.Cut(strings.ToLower(lang), "-")
	for i, l := range Languages() {
		if l == tag && t[i] != "" {
			return t[i]
		}
	}
	if t[0] != "" {
		return t[0]
	}
	return otherwise
}

func states() map[inventory.State]trio {
	return map[inventory.State]trio{
		inventory.Proposed:      {"Proposed", "Vorgeschlagen", "Proposée"},
		inventory.Invited:       {"Invited", "Eingeladen", "Invitation faite"},
		inventory.NotNow:        {"Not now", "Jetzt nicht", "Pas maintenant"},
		inventory.Talking:       {"Talking", "Im Gespräch", "En conversation"},
		inventory.Agreed:        {"Agreed what to do", "Vereinbart", "Accord trouvé"},
		inventory.Adopted:       {"Adopted by IT", "Von der IT übernommen", "Repris par l’informatique"},
		inventory.Supported:     {"Supported as it is", "Unterstützt, wie es ist", "Soutenu tel quel"},
		inventory.Connected:     {"Connected to the system", "Mit dem System verbunden", "Relié au système"},
		inventory.SystemChanged: {"The system was changed", "Das System wurde geändert", "Le système a changé"},
		inventory.LeftAlone:     {"Left alone", "In Ruhe gelassen", "Laissé tel quel"},
		inventory.Retired:       {"Retired by its builder", "Von der Erbauerin beendet", "Arrêté par son auteur"},
		inventory.OurMistake:    {"A mistake of ours", "Unser Irrtum", "Notre erreur"},
	}
}

func acts() map[inventory.Act]trio {
	return map[inventory.Act]trio{
		inventory.ActNote:      {"Note", "Notiz", "Note"},
		inventory.ActHandOver:  {"Handed over to another partner", "An andere Partnerin übergeben", "Confiée à un autre partenaire"},
		inventory.ActNewKeeper: {"Somebody else keeps it now", "Wird jetzt von jemand anderem gepflegt", "Une autre personne s’en occupe"},
		inventory.ActJoin:      {"Goes on in another conversation", "Geht in einem anderen Gespräch weiter", "Se poursuit dans une autre conversation"},
		inventory.ActHelped:    {"It helped, says the builder", "Es hat geholfen, sagt die Erbauerin", "Cela a aidé, dit son auteur"},
		inventory.ActExample:   {"Yes to being told of as an example, says the builder", "Darf als Beispiel genannt werden, sagt die Erbauerin", "Oui pour être cité en exemple, dit son auteur"},
		inventory.ActNoExample: {"No to being told of as an example, says the builder", "Soll nicht als Beispiel genannt werden, sagt die Erbauerin", "Non pour être cité en exemple, dit son auteur"},
		inventory.ActNotYet:    {"It has not helped yet, says the builder", "Es hat noch nicht geholfen, sagt die Erbauerin", "Cela n’a pas encore aidé, dit son auteur"},
	}
}

func parts() map[string]trio {
	return map[string]trio{
		inventory.PartPeople:    {"People it helps", "Menschen, denen es hilft", "Personnes aidées"},
		inventory.PartNeed:      {"Needs that are not met", "Unerfüllter Bedarf", "Besoins non couverts"},
		inventory.PartFragility: {"How much hangs on one person", "Wie viel an einer Person hängt", "Ce qui repose sur une personne"},
		inventory.PartCraft:     {"Ingenuity and years of service", "Einfallsreichtum und Dienstjahre", "Ingéniosité et années de service"},
		inventory.PartCertainty: {"How sure we are", "Wie sicher wir sind", "Notre certitude"},
		inventory.PartEdits:     {"Edits", "Bearbeitungen", "Modifications"},
		inventory.PartRecent:    {"How lately", "Wie kürzlich", "Récence"},
		inventory.PartOwns:      {"Whose it is", "Wem es gehört", "À qui il est"},
		inventory.PartCopies:    {"Copies", "Kopien", "Copies"},
	}
}

// Charter proposes a charter to begin with. What is proposed hangs on how the
// conversation is likely to end; both sides change it as they see fit.
func Charter(outcome inventory.State, tool, system string) inventory.Charter {
	c := inventory.Charter{
		Scope:     "The builder takes part in every step that touches " + tool + ": what it must keep doing, when anything changes, and whether the result is good.",
		Ownership: "The builder owns what the tool is for and its contents. IT owns what IT builds.",
		Input:     "The builder and the people who rely on the tool say what they need, try each step, and are answered. The partner brings what " + system + " can and cannot do.",
		Authority: "Nothing about the tool changes unless the builder and the partner both agree. Either may stop, and the tool stays as it is.",
	}
	switch outcome {
	case inventory.Adopted:
		c.Ownership = "IT runs " + tool + " from a date that both agree on, with a deputy for the builder. The builder decides what it is for, and is named as its author."
		c.Authority = "IT decides how it is run. The builder decides on requirements, and both on when and how it changes."
	case inventory.Supported:
		c.Ownership = tool + " stays the builder's. IT keeps a copy safe, and somebody in IT knows how it works."
		c.Authority = "The builder decides on everything in it. IT decides on its own help, and says in time when it changes."
	case inventory.Connected:
		c.Scope = "The builder says which data should come from " + system + ", or go there, how often, and checks that it is right."
		c.Ownership = tool + " stays the builder's. The connection is IT's to run and to mend."
	case inventory.SystemChanged:
		c.Scope = "The builder shows how " + tool + " does the job, and takes part in choosing, trying and accepting the change to " + system + "."
		c.Ownership = "The change is IT's to deliver. Whether it does the job is the builder's to say; until then the tool goes on."
	}
	return c
}
