package letters

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/dashboards/words"
)

// TestBuiltin asks for every letter in every language, and for nothing to be
// mended in any.
func TestBuiltin(t *testing.T) {
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	found, err := set.Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range found {
		t.Error(f)
	}
	for _, lang := range words.Languages() {
		for _, k := range Kinds() {
			for _, f := range samples() {
				text, err := set.Write(k, lang+"-XX", f)
				if err != nil {
					t.Error(err)
				}
				if all := text.Subject + text.Body; strings.Contains(all, "<no value>") || strings.Contains(all, "  ") || strings.Contains(all, " .") {
					t.Errorf("%s %s has a hole:\n%s", k, lang, all)
				}
			}
		}
	}
}

func TestLint(t *testing.T) {
	good := "Subject: {{.Tool}}\n\n{{.Partner}} {{.PartnerAddress}}: {{.Why}} It stays. Say \"not now\" {{.NotNow}}. What was read: {{.Seen}}\n"
	tests := map[string]struct {
		text string
		want []string // what is found, in part; none when the letter is good
	}{
		"good":                 {good, nil},
		"windows":              {strings.ReplaceAll(good, "\n", "\r\n"), nil},
		"threat":               {good + "\nYou must remove it {{.Tool}}\n", []string{`:5: "must"`, `:5: "remove"`}},
		"unknown field":        {good + "{{if .Portal}}x{{end}}\n", []string{":4: there is no .Portal; there are .Keeper"}},
		"unknown in variable":  {good + "{{$.Person}}", []string{":4: there is no $.Person"}},
		"field of a field":     {good + "{{.Tool.Name}}", []string{":4: there is no .Tool.Name"}},
		"unclosed":             {good + "{{if .Tool}}", []string{":4: unexpected EOF"}},
		"unknown function":     {good + "{{exec \"ls\"}}", []string{`:4: function "exec" not defined`}},
		"no subject":           {good[len("Subject: "):], []string{":1: begin with a line"}},
		"two lines of subject": {"Subject: a\nBcc: b\n\n" + good, []string{":1: begin with a line"}},
		"says nothing":         {"Subject: x\n\ny\n", []string{"who writes", "why", "tool stays", "\"not now\"", "what was read"}},
		"only with a portal":   {strings.Replace(good, "What was", "{{if .Seen}}What was", 1) + "{{end}}", []string{"what was read"}},
	}
	for name, tt := range tests {
		dir := t.TempDir()
		for _, k := range Kinds() {
			write(t, filepath.Join(dir, string(k)+".en.txt"), good)
		}
		write(t, filepath.Join(dir, "invitation.en.txt"), tt.text)
		set, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		found, err := set.Lint()
		if err != nil || len(found) != len(tt.want) {
			t.Errorf("%s: %d found, want %d: %v, %v", name, len(found), len(tt.want), found, err)
			continue
		}
		for i, want := range tt.want {
			if got := found[i].String(); !strings.Contains(got, want) || !strings.HasPrefix(got, filepath.Join(dir, "invitation.en.txt")) {
				t.Errorf("%s: %q, want %q", name, got, want)
			}
		}
		broken := strings.HasPrefix(name, "un") || strings.HasPrefix(name, "field")
		if _, err := set.Write(Invitation, "en", samples()[0]); broken && err == nil {
			t.Errorf("%s: a letter is written with it", name)
		}
	}
}

func TestLanguagesThatAreMissing(t *testing.T) {
	dir := t.TempDir()
	set, err := Builtin()
	if err != nil {
		t.Fatal(err)
	}
	b, err := set.Read("invitation.de.txt")
	if err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "invitation.de.txt"), string(b))
	write(t, filepath.Join(dir, "invitation.es.txt"), string(b))
	write(t, filepath.Join(dir, "notes.txt"), "You must not mind this.")
	own, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := own.Write(Invitation, "fr", samples()[0]); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "invitation.fr.txt")) {
		t.Errorf("a missing language gives %v", err)
	}
	found, err := own.Lint()
	if err != nil || len(found) != 2 || !strings.Contains(found[0].String(), "talk.de.txt: there is no such letter") || !strings.Contains(found[1].String(), `no words in "es"`) {
		t.Errorf("found %v, %v", found, err)
	}
	if _, err := Open(filepath.Join(dir, "no")); err == nil {
		t.Error("a folder that is not there opens")
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
