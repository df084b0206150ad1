package words

import (
	"regexp"
	"strings"
)

// Unkind finds the words of a text that accuse or threaten. Whoever reads a
// sentence of ours should be glad to have read it. A language without a book
// is listened to in all of them.
func Unkind(text, lang string) []string {
	tag, _, _ := strings.Cut(strings.ToLower(lang), "-")
	var found []string
	for l, expression := range unkind() {
		if _, known := unkind()[tag]; !known || l == tag {
			found = append(found, regexp.MustCompile(expression).FindAllString(text, -1)...)
		}
	}
	return found
}

// unkind are the words, as regular expressions by language. German and French
// bend their words, so that it is their stems that count there.
func unkind() map[string]string {
	return map[string]string{
		"en": `(?i)\b(unauthori[sz]ed|violat\w*|offend\w*|rogue|polic\w*|forbidden|prohibit\w*|illegal|illicit|breach\w*|must|comply|non-?compliant|` +
			`block\w*|delet\w*|remov\w*|quarantin\w*|shut|stop|seiz\w*|report you|shadow it|warning|penalt\w*|audit\w*|manager|wrong|fault|blame|` +
			`guilty|detected|caught|suspicious|threat\w*|duplicate\w*|deadline|immediately|disciplin\w*|escalat\w*)\b`,
		"de": `(?i)(unerlaubt|unbefugt|verboten|verbiet|verstoß|verstöß|verletz|illegal|illegitim|lösch|entfern|sperr|blockier|müssen|strafe|schuld|` +
			`vorwurf|warnung|verdächtig|ertappt|erwischt|gemeldet|vorgesetzt|schatten|polizei|unzulässig|unverzüglich|umgehend|abmahn|disziplinar|drohen|eskalier)`,
		"fr": `(?i)(interdit|illégal|illicite|non autoris|infraction|violation|coupable|faute|supprim|bloqu|effac|obligatoire|devez|sanction|dénonc|` +
			`suspect|avertissement|surpris|fantôme|police|menace|immédiatement|disciplin|hiérarchi|sommé|mise en demeure)`,
	}
}
