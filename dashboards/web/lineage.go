package web

import (
	"context"
	"errors"
	"strconv"

	"github.com/desirepath/desirepath/inventory"
)

// A picture draws what feeds an asset and what it feeds: boxes in three
// columns, lines between them. Its numbers are in its own units.
type picture struct {
	Width, Height int
	Says          string // for those who hear it
	Boxes         []box
	Lines         []line
}

type box struct {
	X, Y, W, H   int
	TextX, TextY int
	Name, Link   string
	Class        string
}

// A line bends at MX, half way between its ends.
type line struct{ X1, Y1, MX, X2, Y2 int }

// The measures of a picture; a name longer than its box is cut.
const (
	boxWidth  = 260
	boxHeight = 34
	boxGap    = 12
	columnGap = 60
	boxesMost = 12 // in a column
	nameMost  = 32
)

// lineage draws the edges of an asset; nil when there are none.
func (p *Portal) lineage(ctx context.Context, a inventory.Asset) (*picture, error) {
	edges, err := p.Source.Edges(ctx, a.ID)
	if err != nil || len(edges) == 0 {
		return nil, err
	}
	var feeds, fed []box
	for _, e := range edges {
		if e.Reader != a.ID {
			fed = append(fed, p.assetBox(ctx, e.Reader))
			continue
		}
		switch {
		case e.Asset != "":
			feeds = append(feeds, p.assetBox(ctx, e.Asset))
		case e.System != "":
			feeds = append(feeds, box{Name: p.systemName(e.System), Class: "system"})
		default:
			feeds = append(feeds, box{Name: e.Name, Class: "outside"})
		}
	}
	return draw(cut(feeds), cut(fed), box{Name: a.Name, Class: "here"}), nil
}

func (p *Portal) assetBox(ctx context.Context, id inventory.AssetID) box {
	r, err := p.Source.Record(ctx, id)
	if err != nil {
		if errors.Is(err, errElse) {
			return box{Name: "something of a colleague", Class: "outside"}
		}
		return box{Name: "no longer there", Class: "outside"}
	}
	return box{Name: r.Asset.Name, Link: assetLink(id), Class: "asset"}
}

// cut keeps a column readable.
func cut(boxes []box) []box {
	if len(boxes) <= boxesMost {
		return boxes
	}
	more := len(boxes) - boxesMost + 1
	return append(boxes[:boxesMost-1:boxesMost-1], box{Name: "and " + strconv.Itoa(more) + " more", Class: "outside"})
}

func draw(feeds, fed []box, here box) *picture {
	rows := max(len(feeds), len(fed), 1)
	pic := &picture{Width: 3*boxWidth + 2*columnGap, Height: rows*(boxHeight+boxGap) + boxGap}
	pic.Says = here.Name + " takes data from " + count(len(feeds)) + " and gives it to " + count(len(fed))
	middle := pic.place(here, boxWidth+columnGap, (pic.Height-boxHeight)/2)
	for i, b := range feeds {
		b = pic.place(b, 0, rowAt(i, len(feeds), pic.Height))
		pic.Lines = append(pic.Lines, between(b, middle))
	}
	for i, b := range fed {
		b = pic.place(b, 2*(boxWidth+columnGap), rowAt(i, len(fed), pic.Height))
		pic.Lines = append(pic.Lines, between(middle, b))
	}
	return pic
}

func between(from, to box) line {
	return line{from.X + from.W, from.Y + from.H/2, (from.X + from.W + to.X) / 2, to.X, to.Y + to.H/2}
}

// rowAt spreads the boxes of a column over the height.
func rowAt(i, n, height int) int {
	whole := n*(boxHeight+boxGap) - boxGap
	return (height-whole)/2 + i*(boxHeight+boxGap)
}

func (pic *picture) place(b box, x, y int) box {
	b.X, b.Y, b.W, b.H = x, y, boxWidth, boxHeight
	b.TextX, b.TextY = x+12, y+boxHeight/2+5
	if name := []rune(b.Name); len(name) > nameMost {
		b.Name = string(name[:nameMost-1]) + "…"
	}
	pic.Boxes = append(pic.Boxes, b)
	return b
}
