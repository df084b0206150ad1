package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/inventory"
)

type lineageCmd struct {
	configFile
	output
	Dot bool   `help:"Print a graph in Graphviz' language instead."`
	ID  string `arg:"" optional:"" help:"An asset's id, as inventory list prints it; without one, everything."`
}

// Run prints what feeds what: systems feed workbooks, workbooks feed others.
func (cmd lineageCmd) Run(ctx context.Context, a *app) error {
	_, readings, err := cmd.readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	edges, err := readings.Edges(ctx, inventory.AssetID(cmd.ID))
	if err != nil {
		return err
	}
	names := edgeNames{readings, map[inventory.AssetID]string{}}
	if cmd.Dot {
		return names.dot(ctx, a.Out, edges)
	}
	p, err := cmd.printer(a.Out, "FROM", "TO", "BY", "ID")
	if err != nil {
		return err
	}
	for _, e := range edges {
		from, to, err := names.ends(ctx, e)
		if err != nil {
			return err
		}
		if err := p.row(e, from, to, e.By, string(e.Reader)); err != nil {
			return err
		}
	}
	return p.flush()
}

// edgeNames puts names to the ends of edges.
type edgeNames struct {
	readings night.Readings
	assets   map[inventory.AssetID]string
}

func (n edgeNames) ends(ctx context.Context, e inventory.Edge) (from, to string, err error) {
	if to, err = n.asset(ctx, e.Reader); err != nil {
		return "", "", err
	}
	switch {
	case e.Asset != "":
		from, err = n.asset(ctx, e.Asset)
	case e.System != "":
		from = e.System
		for _, s := range n.readings.Systems {
			if s.ID == e.System {
				from = s.Name
			}
		}
	default:
		from = e.Name
	}
	return from, to, err
}

func (n edgeNames) asset(ctx context.Context, id inventory.AssetID) (string, error) {
	if name, known := n.assets[id]; known {
		return name, nil
	}
	r, err := n.readings.Record(ctx, id)
	if errors.Is(err, inventory.ErrNotFound) {
		return string(id), nil
	}
	if err != nil {
		return "", err
	}
	n.assets[id] = r.Asset.Name
	return r.Asset.Name, nil
}

// dot writes the graph: systems as boxes, what is only named in grey.
func (n edgeNames) dot(ctx context.Context, w io.Writer, edges []inventory.Edge) error {
	fmt.Fprintln(w, "digraph lineage {\n\trankdir=LR;\n\tnode [shape=note];")
	for _, e := range edges {
		from, to, err := n.ends(ctx, e)
		if err != nil {
			return err
		}
		source, look := "asset "+string(e.Asset), ""
		switch {
		case e.System != "":
			source, look = "system "+e.System, ", shape=box, style=bold"
		case e.Name != "":
			source, look = "name "+e.Name, ", color=gray, fontcolor=gray"
		}
		reader := "asset " + string(e.Reader)
		fmt.Fprintf(w, "\t%s [label=%s%s];\n\t%s [label=%s];\n\t%s -> %s;\n", strconv.Quote(source), strconv.Quote(from), look,
			strconv.Quote(reader), strconv.Quote(to), strconv.Quote(source), strconv.Quote(reader))
	}
	_, err := fmt.Fprintln(w, "}")
	return err
}
