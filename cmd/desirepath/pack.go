package main

import (
	"bytes"
	"embed"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

//go:embed pack
var packTexts embed.FS

type packCmd struct {
	configFile
	Out  string   `help:"The folder to write to." default:"works-council" placeholder:"DIR"`
	Lang []string `help:"In which languages: en, de." enum:"en,de" default:"en,de"`
}

// A pack is what its texts are filled in with.
type pack struct {
	notice
	Date, Version string
	Postgres      bool
}

// Run writes the papers that a works council and a data protection officer
// ask for, from the configuration in force: as Markdown, and as pages to print.
func (cmd packCmd) Run(a *app) error {
	n, err := cmd.notice(a)
	if err != nil {
		return err
	}
	p := pack{notice: n, Date: a.Now().Format("2006-01-02"), Version: version(), Postgres: sqlstore.IsPostgres(n.Store)}
	for _, lang := range cmd.Lang {
		texts, err := fs.Glob(packTexts, "pack/"+lang+"/*.md")
		if err != nil {
			return err
		}
		dir := filepath.Join(cmd.Out, lang)
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return configError{fmt.Errorf("--out %s: %w; name a folder that can be written", cmd.Out, err)}
		}
		for _, name := range texts {
			if err := p.write(name, lang, filepath.Join(dir, strings.TrimSuffix(path.Base(name), ".md"))); err != nil {
				return fmt.Errorf("%s: %w", path.Base(name), err)
			}
		}
		fmt.Fprintf(a.Out, "%s: %d texts, each as .md and as .html\n", dir, len(texts))
	}
	return nil
}

// write fills in one text, and writes it with both endings.
func (p pack) write(name, lang, to string) error {
	text, err := packTexts.ReadFile(name)
	if err != nil {
		return err
	}
	t, err := template.New(path.Base(name)).Funcs(noticeFuncs()).Funcs(template.FuncMap{
		"term": func(days int) string { return keptFor(days, lang) },
		"list": func(names []string) string { return listed(names, lang) },
	}).Parse(string(text))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := t.Execute(&b, p); err != nil {
		return err
	}
	if err := export.File(to+".md", 0o640, func(w io.Writer) error { _, err := w.Write(b.Bytes()); return err }); err != nil {
		return err
	}
	return export.File(to+".html", 0o640, func(w io.Writer) error { return markdownPage(w, b.String(), lang) })
}

// listed names who holds a role: addresses, and groups of the provider.
func listed(names []string, lang string) string {
	if len(names) == 0 {
		return map[string]string{"en": "(nobody)", "de": "(niemand)"}[lang]
	}
	var out []string
	for _, n := range names {
		out = append(out, "`"+strings.ReplaceAll(oneLine(n), "`", "'")+"`")
	}
	return strings.Join(out, ", ")
}

// keptFor says how long something is kept.
func keptFor(days int, lang string) string {
	switch {
	case lang == "de" && days == 0:
		return "auf Dauer"
	case lang == "de":
		return fmt.Sprintf("%d Tage", days)
	case days == 0:
		return "for good"
	default:
		return fmt.Sprintf("%d days", days)
	}
}
