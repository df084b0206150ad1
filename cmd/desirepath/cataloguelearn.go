package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/classify/learn"
	"github.com/desirepath/desirepath/classify/match"
	"github.com/desirepath/desirepath/inventory"
)

type catalogueLearnCmd struct {
	catalogueDir
	Name       string   `help:"What people call the system." required:"" placeholder:"NAME"`
	Capability string   `help:"What kind of system it is; see desirepath catalogue list." required:"" placeholder:"ID"`
	Keys       []string `help:"Keep a keyed sample of the ids in a column of an export, so that sheets with the same ids are recognised; none of the ids is kept." placeholder:"FILE:COLUMN" sep:"none"`
	KeyFile    string   `help:"The key for --keys: 32 random bytes at least, the same as scan.id_key_file." env:"DESIREPATH_ID_KEY_FILE" placeholder:"FILE" type:"path"`
	Files      []string `arg:"" name:"file" help:"Exports or import templates (csv, xlsx ...), SQL that creates its tables, a JSON schema, an OpenAPI file, Dataverse table definitions."`
}

// Run writes what was learnt as YAML, to be read through and put into the
// folder of the catalogue.
func (cmd catalogueLearnCmd) Run(ctx context.Context, a *app) error {
	c, err := loadCatalogue(cmd.Catalogue)
	if err != nil {
		return err
	}
	kind, ok := c.Capability(cmd.Capability)
	if !ok {
		return configError{fmt.Errorf("--capability %q is not in the catalogue; desirepath catalogue list shows what is", cmd.Capability)}
	}
	l := learnt{name: cmd.Name, capability: kind}
	for _, path := range cmd.Files {
		if err := l.read(ctx, path); err != nil {
			return configError{err}
		}
	}
	if l.ids, err = cmd.ids(); err != nil {
		return configError{err}
	}
	l.place(capabilityFields(c, kind.ID))
	return l.write(a.Out)
}

// learnt is what files tell of a system.
type learnt struct {
	name       string
	capability catalogue.Capability
	files      []string
	fields     []match.Field
	tables     []string          // of databases: connections name them
	known      map[string]string // the capability's field by ours
	lacking    []string          // fields of the capability that the system does not seem to have
	ids        []inventory.IDSet
}

// maxLearnt bounds a file that is learnt from, in bytes.
const maxLearnt = 64 << 20

func (l *learnt) read(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.Size() > maxLearnt || !info.Mode().IsRegular() {
		return fmt.Errorf("%s: larger than 64 MiB, or no file", path)
	}
	l.files = append(l.files, filepath.Base(path))
	b, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	fields, err := learn.Read(filepath.Base(path), b)
	switch {
	case err == nil:
		for _, f := range fields {
			if f.Table != "" && !slices.Contains(l.tables, f.Table) {
				l.tables = append(l.tables, f.Table)
			}
		}
	case errors.Is(err, learn.ErrUnknown):
		if fields, err = exportFields(ctx, path); err != nil {
			return err
		}
	default:
		return err
	}
	l.fields = append(l.fields, fields...)
	return nil
}

// exportFields are the headings of an export or an import template.
func exportFields(ctx context.Context, path string) ([]match.Field, error) {
	structure, err := inspectFile(ctx, path, inventory.DepthHeads)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; give an export (csv, xlsx), SQL, a JSON schema, OpenAPI or Dataverse table definitions", path, err)
	}
	var out []match.Field
	for _, s := range structure.Sheets {
		for _, r := range s.Regions {
			for i, h := range r.Headings {
				f := match.Field{Table: s.Name, Column: h}
				if i < len(r.Types) {
					f.Type = string(r.Types[i])
				}
				out = append(out, f)
			}
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s: no headings were found in it", path)
	}
	return out, nil
}

// capabilityFields are those of a capability and of the ones above it.
func capabilityFields(c catalogue.Catalogue, id string) (out []match.Field) {
	for _, id := range c.Lineage(id) {
		known, _ := c.Capability(id)
		for _, f := range known.Fields {
			out = append(out, match.Field{Table: known.Name, Column: f.Name, Description: strings.Join(f.Words, ", ")})
		}
	}
	return out
}

// place finds which of the capability's fields the system has.
func (l *learnt) place(targets []match.Field) {
	l.known = map[string]string{}
	found := map[string]bool{}
	for _, r := range match.Fields(l.fields, targets, 1) {
		if r.Found {
			l.known[r.Column.Table+"\x00"+r.Column.Column] = r.Candidates[0].Column
			found[r.Candidates[0].Column] = true
		}
	}
	for _, t := range targets {
		if !found[t.Column] {
			l.lacking = append(l.lacking, t.Column)
		}
	}
}

// write writes a system as YAML, with what is still to be filled in.
func (l *learnt) write(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s, learnt from %s.\n# Read it through, fill in what is empty, and put it into the folder of your catalogue.\n",
		oneLine(l.name), oneLine(strings.Join(l.files, ", ")))
	fmt.Fprintf(&b, "- id: %s\n  name: %s\n  capability: %s\n", systemID(l.name), strconv.Quote(l.name), l.capability.ID)
	b.WriteString("  purpose: \"\"                    # what people use it for, in a sentence\n" +
		"  owner: \"\"                      # the team that owns it\n" +
		"  partner: {name: \"\", address: \"\"} # the person in IT who talks, and also solves\n" +
		"  hosts: []                      # the host names it answers under\n")
	fmt.Fprintf(&b, "  targets: [%s] # its tables, as connections name them\n", strings.Join(quoted(l.tables), ", "))
	b.WriteString("  fields: # what it keeps; beside each the field of the capability that it was taken for\n")
	seen := map[string]bool{}
	for _, f := range l.fields {
		if seen[strings.ToLower(f.Column)] || f.Column == "" {
			continue
		}
		seen[strings.ToLower(f.Column)] = true
		line := "    - " + strconv.Quote(f.Column)
		if known := l.known[f.Table+"\x00"+f.Column]; known != "" {
			line += " # " + known
		}
		b.WriteString(line + "\n")
	}
	b.WriteString("  cannot: []                     # what it is known not to do\n")
	if err := writeIDs(&b, l.ids); err != nil {
		return err
	}
	if len(l.lacking) > 0 {
		fmt.Fprintf(&b, "# Fields of %s that were not found in it: %s.\n", l.capability.Name, strings.Join(l.lacking, ", "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func quoted(in []string) []string {
	out := make([]string, len(in))
	for i, s := range in {
		out[i] = strconv.Quote(s)
	}
	return out
}

var noID = regexp.MustCompile(`[^a-z0-9]+`)

// systemID makes an id of a name.
func systemID(name string) string {
	return cmp.Or(strings.Trim(noID.ReplaceAllString(strings.ToLower(name), "-"), "-"), "system")
}
