package emulator

import (
	"net/http"
	"slices"
	"strings"
)

const (
	deltaUsual = 200 // items a page
	deltaMost  = 500
)

// deltaMark is the cursor of a change feed. A listing from scratch goes by position, and ends with a cursor of the changes since it began;
// changes go by the numbers of the place's log.
type deltaMark struct {
	Place   string `json:"d"`
	Epoch   int    `json:"e"`
	Listing bool   `json:"l,omitempty"`
	Since   int64  `json:"s"`           // the number of the log that the client has seen
	At      int64  `json:"a"`           // the position, or the number, to go on after
	Try     int    `json:"t,omitempty"` // how many empty pages came before this one
}

// delta answers root/delta and items/root/delta in all their spellings.
func (g *graph) delta(w http.ResponseWriter, r *http.Request) {
	p, ok := g.place(w, r)
	if !ok {
		return
	}
	if it := r.PathValue("item"); it != "" && it != "root" && it != p.Root() {
		g.fail(w, r, http.StatusBadRequest, "notSupported", "In SharePoint and OneDrive for Business, delta is only supported on the root folder.")
		return
	}
	g.deltaOf(w, r, p)
}

func (g *graph) deltaOf(w http.ResponseWriter, r *http.Request, p Place) {
	mark, status := g.deltaMark(r, p)
	switch status {
	case http.StatusGone:
		g.resync(w, r, p)
		return
	case http.StatusBadRequest:
		g.fail(w, r, status, "invalidRequest", "The token is not one of this drive.")
		return
	}
	f := pageFaultOf(r)
	s := g.shower(p, selected(r), g.filesURL(r, p))
	s.feed = true
	s.roots = strings.Contains(strings.ToLower(strings.Join(r.Header.Values("Prefer"), ",")), "hierarchicalsharing")

	next, items, more := mark, []Item(nil), true
	if f.empty && mark.Try < patience {
		next.Try++
	} else {
		next.Try = 0
		items, next, more = g.deltaPage(r, next)
	}
	out := listing{Value: s.showAll(items, f.repeat)}
	if more {
		out.Next = link(r, "", "token", g.seal(next), f.foreign)
	} else {
		out.Delta = link(r, "", "token", g.seal(next), false)
	}
	g.answer(w, r, out)
}

// deltaMark reads the cursor of a request. The status is 200, 400 or 410.
func (g *graph) deltaMark(r *http.Request, p Place) (deltaMark, int) {
	seq, epoch := g.World.Seq(p.ID), g.World.Epoch(p.ID)
	mark := deltaMark{Place: p.ID, Epoch: epoch, Since: seq}
	switch token := r.URL.Query().Get("token"); token {
	case "":
		mark.Listing = true
	case "latest":
		mark.At = seq
	default:
		mark = deltaMark{}
		if err := g.open(token, &mark); err != nil || mark.Place != p.ID {
			return mark, http.StatusBadRequest
		}
		if mark.Epoch != epoch || mark.Since > seq {
			return mark, http.StatusGone
		}
	}
	return mark, http.StatusOK
}

// deltaPage reads the items of one page and where to go on.
func (g *graph) deltaPage(r *http.Request, m deltaMark) (items []Item, next deltaMark, more bool) {
	size := top(r, deltaUsual, deltaMost)
	if r.URL.Query().Get("token") == "latest" {
		return nil, m, false
	}
	if m.Listing {
		return g.listingPage(m, size)
	}
	changed, more := g.World.Changes(m.Place, m.At, size)
	if n := fewDeleted(changed); n < len(changed) {
		changed, more = changed[:n], true
	}
	if len(changed) > 0 {
		m.At = changed[len(changed)-1].Seq
	}
	alone := r.Header.Get("deltaExcludeParent") != ""
	for _, it := range changed {
		for _, f := range g.World.Ancestors(it) {
			if !it.Gone() && (!alone || f.Seq > m.Since) {
				items = append(items, f)
			}
		}
		items = append(items, it)
	}
	if !more {
		m.Since = m.At
	}
	return once(items), m, more
}

// fewDeleted is how many changes fit into a page: no more than seven deleted items, as the service has it
// (https://github.com/OneDrive/onedrive-api-docs/issues/1464).
func fewDeleted(changed []Item) int {
	deleted := 0
	for i, it := range changed {
		if it.Gone() {
			deleted++
		}
		if deleted > 7 {
			return i
		}
	}
	return len(changed)
}

// listingPage is a page of a listing from scratch. Items come in the order they were made; a folder that is younger than what was moved
// into it is told twice, so that parents always come first.
func (g *graph) listingPage(m deltaMark, size int) (items []Item, next deltaMark, more bool) {
	found, at := g.World.List(m.Place, int(m.At), size)
	for _, it := range found {
		if it.Gone() {
			continue
		}
		items = append(items, g.youngerFolders(it)...)
		items = append(items, it)
	}
	if at < 0 {
		m.Listing, m.At = false, m.Since
		return once(items), m, false
	}
	m.At = int64(at)
	return once(items), m, true
}

// youngerFolders are the folders of an item that stand behind it in the order of a listing, outermost first. It is enough to look at the
// nearest: a folder that stands before the item has been told, with its own younger folders before it.
func (g *graph) youngerFolders(it Item) []Item {
	own, _ := g.World.Position(it.Place, it.ID)
	if p, _ := g.World.Position(it.Place, it.Parent); p < own {
		return nil
	}
	return slices.DeleteFunc(g.World.Ancestors(it), func(f Item) bool {
		p, _ := g.World.Position(it.Place, f.ID)
		return p < own
	})
}

// once drops what is in a page already. Should something have changed between the two, the next feed tells it again.
func once(items []Item) []Item {
	seen := make(map[string]bool, len(items))
	return slices.DeleteFunc(items, func(it Item) bool {
		again := seen[it.ID]
		seen[it.ID] = true
		return again
	})
}

func (s *shower) showAll(items []Item, repeat bool) []any {
	out := make([]any, 0, len(items))
	for _, it := range items {
		out = append(out, s.show(it))
	}
	if repeat && len(out) > 0 {
		out = append(out, out[len(out)/2])
	}
	return out
}
