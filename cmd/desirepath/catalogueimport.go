package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/inventory"
)

type catalogueImportCmd struct {
	catalogueDir
	Name       string `help:"The column with the system's name." default:"name" placeholder:"COLUMN"`
	Capability string `help:"The column that says what kind of system it is: an id or name of the catalogue." default:"capability" placeholder:"COLUMN"`
	Owner      string `help:"The column with the team that owns it." default:"owner" placeholder:"COLUMN"`
	Partner    string `help:"The column with the person in IT who talks and solves." default:"partner" placeholder:"COLUMN"`
	Address    string `help:"The column with that person's address." default:"address" placeholder:"COLUMN"`
	Hosts      string `help:"The column with its host names or web address." default:"hosts" placeholder:"COLUMN"`
	File       string `arg:"" help:"The list that IT has: CSV with a line of headings." type:"existingfile"`
}

// Run writes the systems of a list as YAML, and tells on stderr what is still
// missing.
func (cmd catalogueImportCmd) Run(a *app) error {
	c, err := loadCatalogue(cmd.Catalogue)
	if err != nil {
		return err
	}
	systems, missing, err := cmd.systems(c)
	if err != nil {
		return configError{err}
	}
	fmt.Fprintf(a.Out, "# %d systems. Read the list through, and put it into the folder of your catalogue.\n", len(systems))
	for _, s := range systems {
		fmt.Fprintf(a.Out, "- id: %s\n  name: %s\n  capability: %s\n  owner: %s\n  partner: {name: %s, address: %s}\n  hosts: [%s]\n",
			s.ID, strconv.Quote(s.Name), strconv.Quote(s.Capability), strconv.Quote(s.OwnerTeam),
			strconv.Quote(s.Partner.Name), strconv.Quote(s.Partner.Address), strings.Join(quoted(s.Hosts), ", "))
	}
	for _, m := range missing {
		fmt.Fprintln(a.Err, m)
	}
	return nil
}

// systems reads the list and says of each system what it does not tell.
func (cmd catalogueImportCmd) systems(c catalogue.Catalogue) (out []inventory.System, missing []string, err error) {
	f, err := os.Open(cmd.File)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	heads, err := r.Read()
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", cmd.File, err)
	}
	for i := range heads {
		heads[i] = strings.TrimSpace(strings.TrimPrefix(heads[i], "\ufeff"))
	}
	at := func(column string) int {
		return slices.IndexFunc(heads, func(h string) bool { return strings.EqualFold(h, column) })
	}
	if at(cmd.Name) < 0 {
		return nil, nil, fmt.Errorf("%s has no column %q; its columns are %s: say with --name which one names the system", cmd.File, cmd.Name, strings.Join(heads, ", "))
	}
	for {
		line, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, missing, nil
		}
		if err != nil {
			return nil, nil, fmt.Errorf("%s: %w", cmd.File, err)
		}
		cell := func(column string) string {
			if i := at(column); i >= 0 && i < len(line) {
				return strings.TrimSpace(line[i])
			}
			return ""
		}
		if cell(cmd.Name) == "" {
			continue
		}
		s := inventory.System{
			Name: cell(cmd.Name), ID: uniqueID(out, systemID(cell(cmd.Name))), Capability: capabilityNamed(c, cell(cmd.Capability)),
			OwnerTeam: cell(cmd.Owner), Partner: inventory.Partner{Name: cell(cmd.Partner), Address: cell(cmd.Address)}, Hosts: hostsIn(cell(cmd.Hosts)),
		}
		out = append(out, s)
		missing = append(missing, lacks(s, cell(cmd.Capability))...)
	}
}

// lacks says what is still to be filled in.
func lacks(s inventory.System, kind string) (out []string) {
	say := func(absent bool, what string) {
		if absent {
			out = append(out, s.Name+": "+what)
		}
	}
	say(s.Capability == "" && kind == "", "no capability; desirepath catalogue list shows what there is")
	say(s.Capability == "" && kind != "", fmt.Sprintf("%q is no capability of the catalogue; desirepath catalogue list shows what there is", kind))
	say(s.OwnerTeam == "", "no owner team")
	say(s.Partner.Name == "" || s.Partner.Address == "", "no partner, the person in IT who talks and solves, with an address")
	say(len(s.Hosts) == 0, "no host name; connections and links to it will not be recognised")
	return out
}

// capabilityNamed finds a capability by its id or name.
func capabilityNamed(c catalogue.Catalogue, said string) string {
	for _, k := range c.Capabilities {
		if strings.EqualFold(k.ID, said) || strings.EqualFold(k.Name, said) {
			return k.ID
		}
	}
	return ""
}

// hostsIn finds host names in a cell: addresses, or names with anything between.
func hostsIn(cell string) (out []string) {
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune(" ,;|\n", r) }) {
		part = strings.ToLower(part)
		if _, after, found := strings.Cut(part, "://"); found {
			part = after
		}
		part, _, _ = strings.Cut(part, "/")
		if strings.Contains(part, ".") && !slices.Contains(out, part) {
			out = append(out, part)
		}
	}
	return out
}

func uniqueID(known []inventory.System, id string) string {
	taken := func(id string) bool {
		return slices.ContainsFunc(known, func(s inventory.System) bool { return s.ID == id })
	}
	for n, base := 2, id; taken(id); n++ {
		id = base + "-" + strconv.Itoa(n)
	}
	return id
}
