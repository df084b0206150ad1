// Package letters writes what partners send: invitations as mail, and
// proposals for a talk as calendar entries. Every letter is a person's, from a
// template in the reader's language that an organisation can make its own.
package letters

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/desirepath/desirepath/dashboards/words"
)

//go:embed templates/*.txt
var builtin embed.FS

// A Kind is what a letter is for.
type Kind string

// The kinds of letters.
const (
	Invitation Kind = "invitation"
	Talk       Kind = "talk" // what a calendar entry says
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Invitation, Talk} }

// A Set is the templates of an organisation, a file for each kind and
// language: invitation.de.txt begins with a line "Subject: ..." and an empty one.
type Set struct {
	dir   string // "" for the built-in ones
	files fs.FS
}

// Builtin gives the templates that come with the program.
func Builtin() (Set, error) {
	files, err := fs.Sub(builtin, "templates")
	return Set{files: files}, err
}

// Open gives the templates of a folder; "" stands for the built-in ones.
func Open(dir string) (Set, error) {
	if dir == "" {
		return Builtin()
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return Set{}, fmt.Errorf("templates %s: there is no such folder; desirepath outreach templates --out %s writes one to begin with", dir, dir)
	}
	return Set{dir: dir, files: os.DirFS(dir)}, nil
}

// Names lists the files of a whole set.
func Names() (out []string) {
	for _, k := range Kinds() {
		for _, lang := range words.Languages() {
			out = append(out, name(k, lang))
		}
	}
	return out
}

// Read gives a template's text.
func (s Set) Read(name string) ([]byte, error) { return fs.ReadFile(s.files, name) }

// A Text is a letter in words.
type Text struct {
	Subject string // one line
	Body    string // paragraphs with an empty line between them
}

// Write writes a letter. A language for which the set has no file, and a
// template that does not say what it can, are errors: nobody is to get a letter
// in another language than was meant, or one with a hole in it.
func (s Set) Write(k Kind, lang string, f Fields) (Text, error) {
	lang, _, _ = strings.Cut(strings.ToLower(lang), "-")
	t, err := s.parse(name(k, lang))
	if err != nil {
		return Text{}, err
	}
	return s.fill(t, f)
}

func name(k Kind, lang string) string { return string(k) + "." + lang + ".txt" }

// path is how a file of the set is named to people.
func (s Set) path(name string) string {
	if s.dir == "" {
		return name + " (built in)"
	}
	return filepath.Join(s.dir, name)
}

// maxTemplate bounds a template, in bytes.
const maxTemplate = 64 << 10

func (s Set) parse(name string) (*template.Template, error) {
	b, err := s.Read(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%s: there is no such letter; desirepath outreach templates --out DIR writes all of them, copy it from there", s.path(name))
	case err != nil:
		return nil, fmt.Errorf("letter: %w", err)
	case len(b) > maxTemplate:
		return nil, fmt.Errorf("%s: larger than 64 KiB; is it the right file?", s.path(name))
	}
	t, err := template.New(name).Option("missingkey=error").Parse(strings.ReplaceAll(string(b), "\r\n", "\n"))
	if err != nil {
		return nil, s.at(name, err)
	}
	if unknown := unknownFields(t); len(unknown) > 0 {
		var errs []error
		for _, u := range unknown {
			errs = append(errs, fmt.Errorf("%s:%d: there is no %s; there are %s", s.path(name), u.line, u.field, strings.Join(FieldNames(), ", ")))
		}
		return nil, errors.Join(errs...)
	}
	return t, nil
}

// at puts a file's path before what the template package says of it, which
// begins with "template: NAME:LINE".
func (s Set) at(name string, err error) error {
	text := strings.TrimPrefix(err.Error(), "template: ")
	return fmt.Errorf("%s%s", s.path(name), strings.TrimPrefix(text, name))
}

func (s Set) fill(t *template.Template, f Fields) (Text, error) {
	var b strings.Builder
	if err := t.Execute(&b, f.safe()); err != nil {
		return Text{}, s.at(t.Name(), err)
	}
	head, body, _ := strings.Cut(b.String(), "\n\n")
	subject, ok := strings.CutPrefix(head, "Subject: ")
	if body = strings.TrimSpace(body); !ok || strings.Contains(subject, "\n") || strings.TrimSpace(subject) == "" || body == "" {
		return Text{}, fmt.Errorf("%s:1: begin with a line \"Subject: ...\", then an empty line, then the letter", s.path(t.Name()))
	}
	return Text{Subject: strings.TrimSpace(subject), Body: body + "\n"}, nil
}
