package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/goccy/go-yaml"
)

type catalogueCmd struct {
	List   catalogueListCmd   `cmd:"" help:"List capabilities and systems."`
	Show   catalogueShowCmd   `cmd:"" help:"Show what is known of one capability or system."`
	Lint   catalogueLintCmd   `cmd:"" help:"Check the catalogue: duplicate ids, unknown parents, systems without a partner."`
	Match  catalogueMatchCmd  `cmd:"" help:"Rank the fields of one schema for the columns of another."`
	Learn  catalogueLearnCmd  `cmd:"" help:"Learn a system from its exports, import templates or schema; prints YAML to be read through."`
	Import catalogueImportCmd `cmd:"" help:"Take over the list of systems that IT has; prints YAML, and what is still missing."`
}

// catalogueDir is the flag that the catalogue commands share.
type catalogueDir struct {
	Catalogue string `help:"A folder or file with capabilities and systems besides the built-in ones." placeholder:"DIR" type:"path"`
}

type catalogueListCmd struct {
	output
	catalogueDir
}

// A listing is one line of "catalogue list --output json".
type listing struct {
	ID     string `json:"id"`
	Parent string `json:"parent"`
	Name   string `json:"name"`
	Kind   string `json:"kind"` // capability or system
}

// Run lists the capabilities, and the systems below the capability they have.
func (cmd catalogueListCmd) Run(a *app) error {
	c, err := loadCatalogue(cmd.Catalogue)
	if err != nil {
		return err
	}
	p, err := cmd.printer(a.Out, "ID", "PARENT", "NAME", "KIND")
	if err != nil {
		return err
	}
	var all []listing
	for _, known := range c.Capabilities {
		all = append(all, listing{known.ID, known.Parent, known.Name, "capability"})
	}
	for _, s := range c.Systems {
		all = append(all, listing{s.ID, s.Capability, s.Name, "system"})
	}
	for _, l := range all {
		if err := p.row(l, l.ID, l.Parent, l.Name, l.Kind); err != nil {
			return err
		}
	}
	return p.flush()
}

type catalogueLintCmd struct{ catalogueDir }

// Run prints every problem with its remedy.
func (cmd catalogueLintCmd) Run(a *app) error {
	c, err := loadCatalogue(cmd.Catalogue)
	var problems catalogue.Problems
	if err != nil && !errors.As(err, &problems) {
		return err
	}
	problems = catalogue.Lint(c)
	for _, p := range problems {
		fmt.Fprintln(a.Out, p)
	}
	if len(problems) > 0 {
		return configError{fmt.Errorf("%d problem(s) in the catalogue", len(problems))}
	}
	_, err = fmt.Fprintf(a.Out, "good: %d capabilities, %d systems\n", len(c.Capabilities), len(c.Systems))
	return err
}

// loadCatalogue reads the built-in capabilities and what the organisation
// adds: a folder, a single file of systems, or nothing.
func loadCatalogue(path string) (catalogue.Catalogue, error) {
	if path == "" {
		return catalogue.Load(catalogue.Builtin())
	}
	own, err := ownCatalogue(path)
	if err != nil {
		return catalogue.Catalogue{}, configError{err}
	}
	c, err := catalogue.Load(catalogue.Builtin(), own)
	if err != nil {
		return c, configError{fmt.Errorf("catalogue %s: %w", path, err)}
	}
	return c, nil
}

// ownCatalogue gives the files of a folder, or one file as the only one of its.
func ownCatalogue(path string) (fs.FS, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("catalogue %s: %w; name a folder or file with your systems", path, errors.Unwrap(err))
	}
	if info.IsDir() {
		return os.DirFS(path), nil
	}
	return oneFile{os.DirFS(filepath.Dir(path)), filepath.Base(path)}, nil
}

// oneFile is a file system that shows a single file of another.
type oneFile struct {
	fs.FS
	name string
}

// Open opens the file; "." shows it alone.
func (o oneFile) Open(name string) (fs.File, error) {
	if name != "." && name != o.name {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return o.FS.Open(name)
}

// ReadDir lists the one file.
func (o oneFile) ReadDir(string) ([]fs.DirEntry, error) {
	info, err := fs.Stat(o.FS, o.name)
	if err != nil {
		return nil, err
	}
	return []fs.DirEntry{fs.FileInfoToDirEntry(info)}, nil
}

type catalogueShowCmd struct {
	catalogueDir
	ID string `arg:"" help:"The id of a capability or system."`
}

// Run prints a capability or system as YAML.
func (cmd catalogueShowCmd) Run(a *app) error {
	c, err := loadCatalogue(cmd.Catalogue)
	if err != nil {
		return err
	}
	if s, ok := c.System(cmd.ID); ok {
		return yaml.NewEncoder(a.Out).Encode(s)
	}
	if k, ok := c.Capability(cmd.ID); ok {
		return yaml.NewEncoder(a.Out).Encode(k)
	}
	return configError{fmt.Errorf("%q is not in the catalogue; desirepath catalogue list shows what is", cmd.ID)}
}

// newClassifier makes a classifier with the weights that come with desirepath.
func newClassifier(c catalogue.Catalogue) (*classify.Classifier, error) {
	weights, err := classify.DefaultWeights()
	if err != nil {
		return nil, err
	}
	return classify.New(c, classify.Background{}, weights), nil
}
