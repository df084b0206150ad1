package classify

import (
	"cmp"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/inventory"
)

// A Lineage finds what feeds what: systems feed workbooks, workbooks feed
// workbooks, and both feed flows and apps. Assets are added one after the
// other, in any order; of each only what it links to is held.
type Lineage struct {
	systems traces
	edges   []inventory.Edge               // with Name alone, as the links have it
	readers map[inventory.AssetID]readerAt // of those edges
	named   map[string][]namedAsset        // what links may mean, by file name or vendor's id
}

type readerAt struct {
	place, folder string
	form          bool
}

type namedAsset struct {
	id    inventory.AssetID
	place string
	last  int64 // when it was modified
}

// What one asset is said to read, at most, and under how many assets of one
// name a link is not guessed at.
const (
	maxEdges = 200
	maxNamed = 1000
)

// NewLineage knows the systems of a catalogue.
func NewLineage(cat catalogue.Catalogue) *Lineage {
	return &Lineage{systems: newTraces(cat), readers: map[inventory.AssetID]readerAt{}, named: map[string][]namedAsset{}}
}

// Read takes in what an asset links to.
func (l *Lineage) Read(a inventory.Asset, s inventory.Structure) {
	seen := map[string]bool{}
	add := func(by, target string) {
		if target = strings.TrimSpace(target); target == "" || seen[target] || len(seen) >= maxEdges {
			return
		}
		seen[target] = true
		l.edges = append(l.edges, inventory.Edge{Reader: a.ID, Name: target, By: by})
		if name := linkName(target); name != "" {
			l.named[name] = nil // somebody wants to know
		}
	}
	for _, x := range s.ExternalLinks {
		add(inventory.EdgeLink, x)
	}
	for _, c := range s.Connections {
		if feeds(c.Kind) {
			add(inventory.EdgeConnection, c.Target)
		}
	}
	for _, q := range s.Queries {
		for _, source := range q.Sources {
			_, target, _ := strings.Cut(source, " ") // behind the function's name
			add(inventory.EdgeQuery, target)
		}
	}
	if len(seen) > 0 {
		l.readers[a.ID] = readerAt{a.Place, a.Path, a.Kind == inventory.KindForm}
	}
}

// feeds reports whether data comes from outside by a connection. What an app
// may see, who publishes it and where its sign-in leads back to is no data,
// nor is which of Google's services a script uses, what sets it off and what
// it left behind; and a query's own connection only names the query.
func feeds(kind string) bool {
	return !strings.Contains(kind, "permission") &&
		!slices.Contains([]string{"redirect", "publisher", "powerquery", "model", "service", "trigger", "mark"}, kind)
}

// Wanting reports whether anything that was read links to something that an
// asset may be. Where nothing does, none need be offered.
func (l *Lineage) Wanting() bool { return len(l.named) > 0 }

// Offer tells of an asset that links may lead to. All assets are offered once
// every reader was read.
func (l *Lineage) Offer(a inventory.Asset) {
	for _, name := range []string{strings.ToLower(a.Name), strings.ToLower(a.VendorID)} {
		if have, wanted := l.named[name]; wanted && len(have) < maxNamed {
			l.named[name] = append(have, namedAsset{a.ID, a.Place, a.Modified.UnixMicro()})
		}
	}
}

// Edges resolves the links, sorted by reader.
func (l *Lineage) Edges() []inventory.Edge {
	out := slices.Clone(l.edges)
	for i := range out {
		e := &out[i]
		if id, ok := l.asset(*e); ok {
			e.Asset, e.Name = id, ""
			if l.readers[e.Reader].form { // what is answered goes to where it links
				e.Reader, e.Asset = e.Asset, e.Reader
			}
		} else if k, ok := l.systems.in(e.Name); ok {
			e.System, e.Name = k.system, ""
		}
	}
	out = slices.DeleteFunc(out, func(e inventory.Edge) bool { return e.Asset == e.Reader })
	slices.SortFunc(out, func(a, b inventory.Edge) int {
		return cmp.Or(cmp.Compare(a.Reader, b.Reader), cmp.Compare(a.Asset, b.Asset), cmp.Compare(a.System, b.System),
			cmp.Compare(a.Name, b.Name), cmp.Compare(a.By, b.By))
	})
	return slices.CompactFunc(out, func(a, b inventory.Edge) bool { return sameEnds(a, b) })
}

func sameEnds(a, b inventory.Edge) bool {
	return a.Reader == b.Reader && a.Asset == b.Asset && a.System == b.System && a.Name == b.Name
}

// asset finds what a link leads to: the newest of that name in the reader's
// own place, or the only one anywhere. Of several elsewhere none is guessed.
func (l *Lineage) asset(e inventory.Edge) (inventory.AssetID, bool) {
	all := l.named[linkName(e.Name)]
	here := slices.DeleteFunc(slices.Clone(all), func(a namedAsset) bool { return a.place != l.readers[e.Reader].place })
	switch {
	case len(here) > 0:
		newest := slices.MaxFunc(here, func(a, b namedAsset) int { return cmp.Or(cmp.Compare(a.last, b.last), cmp.Compare(b.id, a.id)) })
		return newest.id, true
	case len(all) == 1:
		return all[0].id, true
	}
	return "", false
}

// linkName is the name under which a link's target would be listed: of a
// Google document its id, of a file its name; "" for what is neither.
func linkName(target string) string {
	target = strings.ToLower(target)
	if u, err := url.Parse("https://" + strings.TrimPrefix(target, "https://")); err == nil && u.Host == "docs.google.com" {
		parts := strings.Split(u.Path, "/")
		if i := slices.Index(parts, "d"); i >= 0 && i+1 < len(parts) {
			return parts[i+1]
		}
	}
	name := path.Base(strings.ReplaceAll(target, `\`, "/"))
	if inventory.KindOfName(name) == inventory.KindOther {
		return ""
	}
	return name
}
