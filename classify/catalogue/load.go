package catalogue

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"github.com/desirepath/desirepath/inventory"
)

// maxFile bounds a catalogue file, in bytes: the longest of ours has ten
// thousand.
const maxFile = 1 << 20

// Load reads every .yaml and .yml file at the top of the given file systems. A
// file that is a list holds systems; any other holds one capability. An error
// names the file, and where it can the line and column. When files can be read
// but do not fit together, the catalogue is returned with Problems as the
// error.
func Load(fsys ...fs.FS) (Catalogue, error) {
	var c Catalogue
	var errs []error
	for _, f := range fsys {
		entries, err := fs.ReadDir(f, ".")
		if err != nil {
			return c, fmt.Errorf("catalogue: %w", err)
		}
		for _, e := range entries {
			if ext := path.Ext(e.Name()); e.IsDir() || ext != ".yaml" && ext != ".yml" {
				continue
			}
			if c, err = c.add(f, e.Name()); err != nil {
				errs = append(errs, err)
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return c, err
	}
	if problems := Lint(c); len(problems) > 0 {
		return c, problems
	}
	return c, nil
}

func (c Catalogue) add(fsys fs.FS, name string) (Catalogue, error) {
	if info, err := fs.Stat(fsys, name); err == nil && info.Size() > maxFile {
		return c, tooLarge(name)
	}
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return c, fmt.Errorf("catalogue: %w", err)
	}
	doc, err := parse(name, b)
	if err != nil {
		return c, err
	}
	if _, list := doc.(*ast.SequenceNode); list {
		systems, err := LoadSystems(name, b)
		return c.WithSystems(systems...), err
	}
	x := Capability{file: name}
	if err := decode(name, b, &x); err != nil {
		return c, err
	}
	return c.with(x), nil
}

// LoadSystems reads a list of an organisation's systems. The name is only for
// messages.
func LoadSystems(name string, b []byte) ([]inventory.System, error) {
	if _, err := parse(name, b); err != nil {
		return nil, err
	}
	var systems []inventory.System
	err := decode(name, b, &systems)
	return systems, err
}

// parse checks size and anchors before anything is expanded, and gives the
// document's root.
func parse(name string, b []byte) (ast.Node, error) {
	if len(b) > maxFile {
		return nil, tooLarge(name)
	}
	for _, t := range lexer.Tokenize(string(b)) {
		if t.Type == token.AnchorType || t.Type == token.AliasType {
			return nil, fmt.Errorf("%s:%d:%d: anchors and aliases are not read here: write the value out", name, t.Position.Line, t.Position.Column)
		}
	}
	file, err := parser.ParseBytes(b, 0)
	if err != nil {
		return nil, located(name, err)
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, fmt.Errorf("%s: holds %d documents: write exactly one", name, countBodies(file))
	}
	return file.Docs[0].Body, nil
}

func countBodies(f *ast.File) int {
	n := 0
	for _, d := range f.Docs {
		if d.Body != nil {
			n++
		}
	}
	return n
}

func decode(name string, b []byte, to any) error {
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(to); err != nil {
		return located(name, err)
	}
	return nil
}

// located puts file, line and column before a decoder's message, and leaves
// its excerpt of the file out.
func located(name string, err error) error {
	var y yaml.Error
	if !errors.As(err, &y) {
		return fmt.Errorf("%s: %w", name, err)
	}
	if t := y.GetToken(); t != nil && t.Position != nil {
		return fmt.Errorf("%s:%d:%d: %s", name, t.Position.Line, t.Position.Column, y.GetMessage())
	}
	return fmt.Errorf("%s: %s", name, y.GetMessage())
}

func tooLarge(name string) error {
	return fmt.Errorf("%s: is larger than %d bytes: a catalogue file holds one capability or a list of systems; split it", name, maxFile)
}
