package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/dashboards/letters"
)

type outreachTemplatesCmd struct {
	Out string `help:"The folder to write to. What lies there already stays as it is." required:"" type:"path" placeholder:"DIR"`
}

// Run writes the built-in letters.
func (cmd outreachTemplatesCmd) Run(a *app) error {
	set, err := letters.Builtin()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(cmd.Out, 0o750); err != nil {
		return configError{fmt.Errorf("--out: %w", err)}
	}
	for _, name := range letters.Names() {
		path := filepath.Join(cmd.Out, name)
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			fmt.Fprintf(a.Err, "%s: there already, left as it is\n", path)
			continue
		}
		b, err := set.Read(name)
		if err != nil {
			return err
		}
		if err := export.File(path, 0o640, func(w io.Writer) error { _, err := w.Write(b); return err }); err != nil {
			return err
		}
		fmt.Fprintln(a.Out, path)
	}
	_, err = fmt.Fprintf(a.Err, "Edit them, name the folder as outreach.templates in the configuration, and read them with: desirepath outreach lint %s\nThey can say %s\n",
		cmd.Out, strings.Join(letters.FieldNames(), " "))
	return err
}

type outreachLintCmd struct {
	Dir string `arg:"" optional:"" help:"The folder with the letters; the built-in ones without." type:"path"`
}

// errLint ends a command that found letters to be mended.
var errLint = configError{errors.New("mend these before a letter is written with them")}

// Run reads letters.
func (cmd outreachLintCmd) Run(a *app) error {
	set, err := letters.Open(cmd.Dir)
	if err != nil {
		return configError{err}
	}
	found, err := set.Lint()
	if err != nil {
		return err
	}
	for _, f := range found {
		fmt.Fprintln(a.Out, f)
	}
	if len(found) > 0 {
		return errLint
	}
	_, err = fmt.Fprintln(a.Err, "nothing to mend")
	return err
}
