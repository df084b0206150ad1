package letters

import (
	"cmp"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"text/template"
	"text/template/parse"
	"time"

	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/inventory"
)

// Fields are what a template can say. All but those that are said to be empty
// at times always say something.
type Fields struct {
	Keeper         string // whom the letter is to; "" where the directory has no name
	Partner        string // who writes it
	PartnerAddress string
	Team           string // that owns the system; may be ""
	Organisation   string
	System         string // the sanctioned system's name
	Tool           string // what the keeper built or keeps
	Link           string // where it is; "" when it has no address on the web
	Why            string // why it was noticed, in a sentence or two
	Adds           string // what it does that the system may not; may be ""
	Question       string // to begin with
	People         int    // who rely on it by name; 0 when nobody looked
	Copies         int    // copies and versions that the letter is about as well
	QuietDays      int    // for how long nobody is asked twice
	Seen           string // the page that shows what was read; "" without a portal that people reach
	NotNow         string // the page to say "not now" on; "" likewise
}

// FieldNames lists how templates call them.
func FieldNames() (out []string) {
	for f := range reflect.TypeFor[Fields]().Fields() {
		out = append(out, "."+f.Name)
	}
	return out
}

// A House is what letters say of where they come from.
type House struct {
	Organisation string
	Quiet        time.Duration
	Portal       string // the address under which people reach the portal; "" when they do not
}

// FieldsOf gives what a letter about an opening can say.
func (h House) FieldsOf(o inventory.Opening, lang string) Fields {
	row := export.NewRow(o, lang)
	f := Fields{
		Keeper: o.Keeper.Name, Partner: cmp.Or(o.System.Partner.Name, o.System.Partner.Address), PartnerAddress: o.System.Partner.Address,
		Team: o.System.OwnerTeam, Organisation: h.Organisation, System: o.System.Name, Tool: cmp.Or(row.AssetName, o.System.Name),
		Why: row.Why, Adds: row.WhatItAdds, Question: row.FirstQuestion, People: row.People, Copies: row.Copies,
		QuietDays: int(h.Quiet.Hours() / 24),
	}
	if export.OnWeb(o.Asset.Asset.URL) {
		f.Link = o.Asset.Asset.URL
	}
	if h.Portal != "" {
		base := strings.TrimSuffix(h.Portal, "/")
		f.Seen = base + "/asset/" + (&url.URL{Path: string(o.Asset.Asset.ID)}).EscapedPath()
		f.NotNow = base + "/mine" // where builders ask for quiet
	}
	return f
}

// safe brings what came from a tenant into one line each of bearable length.
func (f Fields) safe() Fields {
	for text, most := range map[*string]int{
		&f.Keeper: 120, &f.Partner: 120, &f.PartnerAddress: 320, &f.Team: 120, &f.Organisation: 120, &f.System: 120, &f.Tool: 120,
		&f.Link: 2000, &f.Why: 1000, &f.Adds: 1000, &f.Question: 1000, &f.Seen: 2000, &f.NotNow: 2000,
	} {
		*text = line(*text, most)
	}
	return f
}

// line folds text into one line of at most so many characters.
func line(s string, most int) string {
	s = strings.Join(strings.Fields(export.Printable(s)), " ")
	if r := []rune(s); len(r) > most {
		return strings.TrimSpace(string(r[:most-1])) + "…"
	}
	return s
}

// An unknown is a field that a template asks for and Fields does not have.
type unknown struct {
	field string
	line  int
}

// unknownFields finds them in every branch, whether a letter would take it or
// not.
func unknownFields(t *template.Template) (out []unknown) {
	for _, part := range t.Templates() {
		walk(part.Root, func(n parse.Node, field []string) {
			if len(field) != 1 || !slices.Contains(FieldNames(), "."+field[0]) {
				out = append(out, unknown{n.String(), lineOf(part, n)})
			}
		})
	}
	return out
}

// lineOf tells the line of a node. The parser says it as "name:line:column".
func lineOf(t *template.Template, n parse.Node) int {
	location, _ := t.ErrorContext(n)
	parts := strings.Split(location, ":")
	if len(parts) < 3 {
		return 1
	}
	line, _ := strconv.Atoi(parts[len(parts)-2])
	return line
}

// walk visits the fields that a template's node asks for.
func walk(n parse.Node, visit func(n parse.Node, field []string)) {
	switch n := n.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			walk(child, visit)
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.IfNode:
		walkBranch(n.BranchNode, visit)
	case *parse.WithNode:
		walkBranch(n.BranchNode, visit)
	case *parse.RangeNode:
		walkBranch(n.BranchNode, visit)
	case *parse.TemplateNode:
		walk(n.Pipe, visit)
	case *parse.PipeNode:
		if n == nil {
			return
		}
		for _, c := range n.Cmds {
			for _, arg := range c.Args {
				walk(arg, visit)
			}
		}
	case *parse.FieldNode:
		visit(n, n.Ident)
	case *parse.VariableNode:
		if n.Ident[0] == "$" && len(n.Ident) > 1 {
			visit(n, n.Ident[1:])
		}
	}
}

func walkBranch(b parse.BranchNode, visit func(n parse.Node, field []string)) {
	walk(b.Pipe, visit)
	walk(b.List, visit)
	walk(b.ElseList, visit)
}
