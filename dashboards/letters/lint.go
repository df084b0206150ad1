package letters

import (
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/dashboards/words"
)

// A Finding is what is to be mended in a template before a letter is written
// with it.
type Finding struct {
	File string // as people name it
	Line int    // from 1; 0 when it is about the whole letter
	Text string
}

// String is the finding in the form that editors jump to.
func (f Finding) String() string {
	if f.Line == 0 {
		return f.File + ": " + f.Text
	}
	return fmt.Sprintf("%s:%d: %s", f.File, f.Line, f.Text)
}

// Lint reads every template of a set and tells what is to be mended: words
// that threaten, fields that do not exist, and what a letter leaves unsaid that
// its reader has a right to know. A language may be missing as a whole.
func (s Set) Lint() (out []Finding, err error) {
	files, err := fs.Glob(s.files, "*.txt")
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		kind, lang, _ := strings.Cut(strings.TrimSuffix(file, ".txt"), ".")
		switch {
		case !slices.Contains(Kinds(), Kind(kind)):
			continue // notes of their own that people keep beside them
		case !slices.Contains(words.Languages(), lang):
			out = append(out, Finding{s.path(file), 0, fmt.Sprintf("there are no words in %q; letters are written in %s", lang, strings.Join(words.Languages(), ", "))})
			continue
		}
		found, err := s.lint(Kind(kind), lang)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
		for _, k := range Kinds() {
			if !slices.Contains(files, name(k, lang)) {
				out = append(out, Finding{s.path(name(k, lang)), 0, "there is no such letter beside " + file})
			}
		}
	}
	if len(files) == 0 {
		out = append(out, Finding{s.dir, 0, "there is no template; desirepath outreach templates --out " + s.dir + " writes the built-in ones"})
	}
	return out, nil
}

func (s Set) lint(k Kind, lang string) ([]Finding, error) {
	file := name(k, lang)
	b, err := s.Read(file)
	if err != nil {
		return nil, err
	}
	out := s.unkind(file, lang, string(b))
	t, err := s.parse(file)
	if err != nil {
		return append(out, findings(err)...), nil
	}
	for _, sample := range samples() {
		text, err := s.fill(t, sample)
		if err != nil {
			return append(out, findings(err)...), nil
		}
		for _, unsaid := range leftUnsaid(text, sample, lang) {
			if f := (Finding{s.path(file), 0, unsaid}); !slices.Contains(out, f) {
				out = append(out, f)
			}
		}
	}
	return out, nil
}

// unkind finds the words that threaten in what the template itself says.
func (s Set) unkind(file, lang, text string) (out []Finding) {
	action := regexp.MustCompile(`\{\{[^}]*\}\}`)
	for i, line := range strings.Split(text, "\n") {
		for _, word := range words.Unkind(action.ReplaceAllString(line, " "), lang) {
			out = append(out, Finding{s.path(file), i + 1, fmt.Sprintf("%q accuses or threatens; say it as you would to a colleague whom you would like to help", word)})
		}
	}
	return out
}

// findings takes joined errors that say their own place apart.
func findings(err error) (out []Finding) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			out = append(out, findings(e)...)
		}
		return out
	}
	place := regexp.MustCompile(`(?s)^(.*?):(\d+):(?:\d+:)? (.*)$`).FindStringSubmatch(err.Error())
	if place == nil {
		return []Finding{{Text: err.Error()}}
	}
	line := 0
	_, _ = fmt.Sscan(place[2], &line) // digits
	return []Finding{{place[1], line, place[3]}}
}

// leftUnsaid names what a letter has to say and does not: who writes, why,
// that the tool stays, how to say "not now", and where to see what was read.
func leftUnsaid(t Text, f Fields, lang string) (out []string) {
	says := func(pattern string) bool { return regexp.MustCompile(pattern).MatchString(t.Body) }
	said := sayings()[lang]
	if !strings.Contains(t.Body, f.Partner) || !strings.Contains(t.Body, f.PartnerAddress) {
		out = append(out, "it does not say who writes: use {{.Partner}} and {{.PartnerAddress}}")
	}
	if !strings.Contains(t.Body, f.Why) {
		out = append(out, "it does not say why: use {{.Why}}")
	}
	if !says(said.stays) {
		out = append(out, fmt.Sprintf("it does not say that the tool stays: %s", said.staysAs))
	}
	if !says(said.notNow) || !strings.Contains(t.Body, f.NotNow) {
		out = append(out, fmt.Sprintf("it does not say how to say %s: write these words, with {{.NotNow}} where there is such a page", said.notNowAs))
	}
	if !says(said.read) || !strings.Contains(t.Body, f.Seen) {
		out = append(out, fmt.Sprintf("it does not say where to see what was read: write %s, with {{.Seen}} where there is such a page", said.readAs))
	}
	return out
}

// A saying is how a language says what every letter has to, as a pattern and
// as an example of it.
type saying struct{ stays, staysAs, notNow, notNowAs, read, readAs string }

func sayings() map[string]saying {
	return map[string]saying{
		"en": {`(?i)\b(stays?|remains?)\b`, `say that it "stays"`, `(?i)\bnot now\b`, `"not now"`, `(?i)\bread\b`, `what was "read"`},
		"de": {`(?i)\bbleib(t|en)\b`, `schreiben Sie, dass es „bleibt“`, `(?i)\b(jetzt nicht|nicht jetzt)\b`, `„jetzt nicht“`, `(?i)\bgelesen\b`, `was „gelesen“ wurde`},
		"fr": {`(?i)\brest(e|ent|era)\b`, `dites qu’il « reste »`, `(?i)\bpas maintenant\b`, `« pas maintenant »`, `(?i)\b(lue?s?|lire)\b`, `ce qui a été « lu »`},
	}
}

// samples are the letters that a template is tried with: with all there can be
// to say, and with as little.
func samples() []Fields {
	bare := Fields{
		Partner: "Partner-Sample", PartnerAddress: "partner@sample.example", Organisation: "Organisation-Sample", System: "System-Sample",
		Tool: "Tool-Sample", Why: "Why-Sample.", Question: "Question-Sample?",
	}
	full := bare
	full.Keeper, full.Team, full.Link, full.Adds = "Keeper-Sample", "Team-Sample", "https://sample.example/tool", "Adds-Sample."
	full.People, full.Copies, full.QuietDays = 3, 2, 180
	full.Seen, full.NotNow = "https://portal.example/seen", "https://portal.example/not-now"
	return []Fields{full, bare}
}
