package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook"
)

type inspectCmd struct {
	output
	Depth     string   `help:"How far to look: heads reads the first rows of each sheet, as a night does; full counts every formula." enum:"heads,full" default:"full"`
	StdinList bool     `name:"stdin-list" help:"Read more paths from standard input, one a line."`
	Files     []string `arg:"" optional:"" name:"file" help:"Workbooks, csv files and Access databases: paths, or addresses (https://...), of which only the parts that matter are fetched."`
}

// An inspection is one line of "inspect --output json".
type inspection struct {
	Path    string   `json:"path"`
	Error   string   `json:"error"`
	Fetched *fetched `json:"fetched,omitempty"` // of an address
	inventory.Structure
}

// Run answers for every file. A file that cannot be read gets an answer that
// says why, and never stops the rest.
func (cmd inspectCmd) Run(ctx context.Context, a *app) error {
	if len(cmd.Files) == 0 && !cmd.StdinList {
		return configError{errors.New("nothing to inspect: name a file or an address, or give --stdin-list")}
	}
	depth := inventory.DepthFull
	if cmd.Depth == "heads" {
		depth = inventory.DepthHeads
	}
	if cmd.Output == "table" && len(cmd.Files) == 1 && !cmd.StdinList {
		return writeView(a.Out, inspect(ctx, cmd.Files[0], depth))
	}
	p, err := cmd.printer(a.Out, "FILE", "FORMAT", "SHEETS", "FORMULAS", "READS FROM", "HEADINGS")
	if err != nil {
		return err
	}
	for path, err := range cmd.paths(os.Stdin) {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return errors.Join(err, p.flush())
		}
		answer := inspect(ctx, path, depth)
		if err := p.row(answer, answer.cells()...); err != nil {
			return err
		}
	}
	return p.flush()
}

// paths yields what is to be inspected: the arguments, then the list.
func (cmd inspectCmd) paths(list io.Reader) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, path := range cmd.Files {
			if !yield(path, nil) {
				return
			}
		}
		if !cmd.StdinList {
			return
		}
		lines := bufio.NewScanner(list)
		for lines.Scan() {
			if path := strings.TrimSuffix(lines.Text(), "\r"); path != "" && !yield(path, nil) {
				return
			}
		}
		if err := lines.Err(); err != nil {
			yield("", fmt.Errorf("standard input: %w", err))
		}
	}
}

// inspect looks into a file or what an address leads to.
func inspect(ctx context.Context, path string, depth inventory.Depth) inspection {
	answer := inspection{Path: path}
	var err error
	if isAddress(path) {
		answer.Structure, answer.Fetched, err = inspectAddress(ctx, path, depth)
		answer.Path = shownAddress(path)
	} else {
		answer.Structure, err = inspectFile(ctx, path, depth)
	}
	if err != nil {
		answer.Error = err.Error()
	}
	return answer
}

// inspectFile looks into a local file.
func inspectFile(ctx context.Context, path string, depth inventory.Depth) (inventory.Structure, error) {
	info, err := os.Stat(path) // before it is opened: opening a pipe may wait for ever
	if err != nil {
		return inventory.EmptyStructure(), err
	}
	if !info.Mode().IsRegular() {
		return inventory.EmptyStructure(), fmt.Errorf("%s: not a file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return inventory.EmptyStructure(), err
	}
	return fileWatch.look(ctx, func(ctx context.Context) (inventory.Structure, error) {
		defer f.Close() // here, since it may be read after the watch gave up
		return workbook.Read(ctx, f, info.Size(), filepath.Base(path), workbook.Options{Depth: depth})
	})
}

func (i inspection) cells() []string {
	if i.Error != "" {
		return []string{i.Path, i.Format, "", "", "", "not read: " + i.Error}
	}
	formulas := 0
	for _, s := range i.Sheets {
		formulas += s.Formulas
	}
	var from []string
	for _, c := range i.Connections {
		from = append(from, c.Target)
	}
	var headings []string
	for h := range i.Headings {
		headings = append(headings, h)
	}
	return []string{
		i.Path, i.Format, strconv.Itoa(len(i.Sheets)), strconv.Itoa(formulas),
		clip(strings.Join(append(from, i.ExternalLinks...), ", "), 40), clip(strings.Join(headings, " | "), 80),
	}
}

// clip shortens text for a table to at most n characters.
func clip(s string, n int) string {
	r := []rune(oneLine(s))
	if len(r) <= n {
		return string(r)
	}
	return string(r[:n-1]) + "…"
}
