package catalogue

import (
	"fmt"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// A Problem is something in a catalogue that does not fit, and its remedy.
type Problem struct {
	Thing   string // what it is about: "capability hris"
	Message string // what is wrong
	Remedy  string // what to do
}

func (p Problem) String() string { return p.Thing + ": " + p.Message + ": " + p.Remedy }

// Problems is the error of a catalogue that contradicts itself.
type Problems []Problem

// Error lists the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Lint finds what does not fit together in a catalogue.
func Lint(c Catalogue) Problems {
	var ps Problems
	for i, x := range c.Capabilities {
		if i > 0 && c.Capabilities[i-1].ID == x.ID {
			ps = append(ps, duplicate("capability "+x.ID, c.Capabilities[i-1].file, x.file))
			continue
		}
		ps = append(ps, c.lintCapability(x)...)
	}
	for i, s := range c.Systems {
		if i > 0 && c.Systems[i-1].ID == s.ID {
			ps = append(ps, duplicate("system "+s.ID, "", ""))
			continue
		}
		ps = append(ps, c.lintSystem(s)...)
	}
	return append(ps, sameTraces(c.Systems)...)
}

func duplicate(thing, a, b string) Problem {
	where := "is there twice"
	if a != "" && b != "" {
		where += " (" + a + " and " + b + ")"
	}
	return Problem{thing, where, "give one of them another id, or remove it"}
}

func (c Catalogue) lintCapability(x Capability) Problems {
	var ps Problems
	thing := "capability " + x.ID
	say := func(message, remedy string) { ps = append(ps, Problem{thing, message, remedy}) }
	if x.ID == "" {
		thing = "file " + x.file
		say("has no id", "add a line such as \"id: crm\"")
	}
	if x.Name == "" {
		say("has no name", "add the name that people read")
	}
	if len(x.Entities) == 0 || len(x.Fields) == 0 {
		say("has no vocabulary", "add entities and fields: without words it can never be recognised")
	}
	for _, f := range x.Fields {
		if f.Name == "" || f.Telling < 1 || f.Telling > 3 {
			say(fmt.Sprintf("field %q has telling %d", f.Name, f.Telling), "name it and set telling to 1 (many systems have it), 2 or 3 (it gives the system away)")
		}
	}
	for _, w := range x.contradictions() {
		say(fmt.Sprintf("%q speaks both for it and against it", w), "leave it out of counter, or out of its entities and fields")
	}
	if x.Parent != "" {
		ps = append(ps, c.lintParent(x, thing)...)
	}
	return ps
}

// contradictions are the counter-signs that are among its own words.
func (x Capability) contradictions() []string {
	own := map[string]bool{}
	for _, w := range x.Entities {
		own[strings.ToLower(w)] = true
	}
	for _, f := range x.Fields {
		for _, w := range append([]string{f.Name}, f.Words...) {
			own[strings.ToLower(w)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(x.Counter), func(w string) bool { return !own[strings.ToLower(w)] })
}

func (c Catalogue) lintParent(x Capability, thing string) Problems {
	seen := []string{x.ID}
	for id := x.Parent; id != ""; {
		if slices.Contains(seen, id) {
			return Problems{{thing, "has a parent that leads back to it: " + strings.Join(append(seen, id), " -> "), "remove one of these parents"}}
		}
		p, ok := c.Capability(id)
		if !ok {
			return Problems{{thing, fmt.Sprintf("parent %q is unknown", id), "correct the id, or add a file for it"}}
		}
		seen, id = append(seen, id), p.Parent
	}
	return nil
}

func (c Catalogue) lintSystem(s inventory.System) Problems {
	var ps Problems
	say := func(message, remedy string) { ps = append(ps, Problem{"system " + s.ID, message, remedy}) }
	if s.ID == "" {
		say(fmt.Sprintf("system %q has no id", s.Name), "add a short stable id")
	}
	if s.Name == "" {
		say("has no name", "add the name that people know it by")
	}
	if _, ok := c.Capability(s.Capability); !ok {
		say(fmt.Sprintf("capability %q is unknown", s.Capability), "use an id of \"desirepath catalogue list\", or add a file for it")
	}
	for _, ids := range s.IDs {
		if err := ids.Validate(); err != nil {
			say("has ids that cannot be used: "+err.Error(), "desirepath catalogue learn --keys writes them")
		}
	}
	if s.Partner.Name == "" || s.Partner.Address == "" {
		say("has no partner", "name the person in IT who talks with builders and solves, with an address: a conversation needs a person")
	}
	return ps
}

// sameTraces finds hosts and targets that two systems claim: a workbook that
// shows them could not be told apart.
func sameTraces(systems []inventory.System) Problems {
	var ps Problems
	owner := map[string]string{}
	for _, s := range systems {
		for _, trace := range slices.Concat(s.Hosts, s.Targets) {
			key := strings.ToLower(strings.TrimSpace(trace))
			if key == "" {
				ps = append(ps, Problem{"system " + s.ID, "has an empty host or target", "remove it: it would fit everything"})
				continue
			}
			if first, ok := owner[key]; ok && first != s.ID {
				ps = append(ps, Problem{"system " + s.ID, fmt.Sprintf("shares the host or target %q with system %s", trace, first), "leave it with one of them, or name a finer target for each"})
				continue
			}
			owner[key] = s.ID
		}
	}
	return ps
}
