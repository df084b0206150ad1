package classify

import (
	"slices"
	"strings"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/inventory"
)

// A trace is a host or target of a sanctioned system, seen in a structure.
type trace struct {
	system string
	name   string // the host or target as the catalogue spells it
}

// traces looks sanctioned systems up by what connections name.
type traces struct {
	known []knownTrace
}

type knownTrace struct {
	trace
	capability string
	needle     string // in lower case
	host       bool
}

func newTraces(cat catalogue.Catalogue) traces {
	var t traces
	for _, s := range cat.Systems {
		for _, h := range s.Hosts {
			t.add(s, h, true)
		}
		for _, x := range s.Targets {
			t.add(s, x, false)
		}
	}
	// The longest first: hr.example.org says more than example.org.
	slices.SortStableFunc(t.known, func(a, b knownTrace) int { return len(b.needle) - len(a.needle) })
	return t
}

func (t *traces) add(s inventory.System, name string, host bool) {
	if needle := strings.ToLower(strings.TrimSpace(name)); needle != "" {
		t.known = append(t.known, knownTrace{trace{s.ID, name}, s.Capability, needle, host})
	}
}

// in finds the system that a connection's target, a link or a query's source
// names.
func (t traces) in(target string) (knownTrace, bool) {
	target = strings.ToLower(target)
	for _, k := range t.known {
		if contains(target, k.needle, k.host) {
			return k, true
		}
	}
	return knownTrace{}, false
}

// contains finds a needle that stands alone: "hr" is in "db01/hr" and not in
// "chris". A host may also be the parent domain of what is named.
func contains(s, needle string, host bool) bool {
	for from := 0; ; {
		i := strings.Index(s[from:], needle)
		if i < 0 {
			return false
		}
		i += from
		end := i + len(needle)
		before := i == 0 || !wordByte(s[i-1]) && (host || s[i-1] != '.')
		if before && (end == len(s) || !wordByte(s[end]) && s[end] != '.') {
			return true
		}
		from = i + 1
	}
}

func wordByte(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '_' || b == '-' || b >= 0x80
}

// trace gives the views of the capabilities whose systems the structure
// names, and returns all systems named.
func (c *Classifier) trace(s inventory.Structure, vs []view) []trace {
	if len(c.hosts.known) == 0 && len(c.exports) == 0 {
		return nil
	}
	var all []trace
	found := func(k knownTrace) {
		if slices.Contains(all, k.trace) {
			return
		}
		all = append(all, k.trace)
		if t := slices.Index(c.vocab.tops, c.cat.Top(k.capability)); t >= 0 {
			vs[t].f[fSystem] = 1
			vs[t].traces = append(vs[t].traces, k.trace)
		}
	}
	see := func(target string) {
		if k, ok := c.hosts.in(target); ok {
			found(k)
		}
	}
	for _, x := range s.Connections {
		see(x.Target)
	}
	for _, x := range s.ExternalLinks {
		see(x)
	}
	for _, q := range s.Queries {
		for _, x := range q.Sources {
			see(x)
		}
	}
	if len(c.exports) > 0 {
		headings := slices.Collect(s.Headings)
		for _, e := range c.exports {
			if e.feeds(headings) {
				found(e.knownTrace)
			}
		}
	}
	return all
}

// fitting finds the systems of every capability once.
func fitting(cat catalogue.Catalogue) map[string][]inventory.System {
	out := make(map[string][]inventory.System, len(cat.Capabilities))
	for _, x := range cat.Capabilities {
		out[x.ID] = cat.SystemsFor(x.ID)
	}
	return out
}

// several says that the organisation has more than one system of a capability,
// where nothing tells which of them it is: the first is named, and might be
// another.
func (c *Classifier) several(capability, system string, traces []trace) []inventory.Evidence {
	fits := c.systems[capability]
	if len(fits) < 2 || slices.ContainsFunc(traces, func(t trace) bool { return t.system == system }) {
		return nil
	}
	args := []string{c.cat.Top(capability)}
	for _, s := range fits[:min(len(fits), maxWords)] {
		args = append(args, s.Name)
	}
	return []inventory.Evidence{{Signal: SignalSeveral, Args: args}}
}

// system picks the organisation's system of a capability: one that the
// structure names, or else one of that capability or the nearest above it. It
// is "" when the organisation has none: an unserved need.
func (c *Classifier) system(capability string, own, all []trace) string {
	fits := c.systems[capability]
	for _, t := range append(slices.Clone(own), all...) {
		for _, s := range fits {
			if s.ID == t.system {
				return s.ID
			}
		}
	}
	if len(own) > 0 {
		return own[0].system
	}
	if len(fits) > 0 {
		return fits[0].ID
	}
	return ""
}
