package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook"
)

type inspectCmd struct {
	output
	Heads bool     `help:"Look only as deep as a night does: the first rows of each sheet."`
	Files []string `arg:"" name:"file" help:"Workbooks and csv files."`
}

// An inspection is one line of "inspect --output json".
type inspection struct {
	Path  string `json:"path"`
	Error string `json:"error"`
	inventory.Structure
}

// Run answers for every file. A file that cannot be read gets an answer that
// says why, and never stops the rest.
func (cmd inspectCmd) Run(ctx context.Context, a *app) error {
	p, err := cmd.printer(a.Out, "FILE", "FORMAT", "SHEETS", "FORMULAS", "READS FROM", "HEADINGS")
	if err != nil {
		return err
	}
	depth := inventory.DepthFull
	if cmd.Heads {
		depth = inventory.DepthHeads
	}
	for _, path := range cmd.Files {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		structure, err := inspectFile(ctx, path, depth)
		answer := inspection{Path: path, Structure: structure}
		if err != nil {
			answer.Error = err.Error()
		}
		if err := p.row(answer, answer.cells()...); err != nil {
			return err
		}
	}
	return p.flush()
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
	defer f.Close()
	structure, err := workbook.Read(ctx, f, info.Size(), filepath.Base(path), workbook.Options{Depth: depth})
	if err != nil {
		empty := inventory.EmptyStructure()
		empty.Format = structure.Format
		return empty, err
	}
	return structure, nil
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
