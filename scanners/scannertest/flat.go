package scannertest

import (
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// flat is a tenant whose places have no folders: a folder's id is its name,
// and stands in front of the names of what would lie in it.
type flat struct{ Tenant }

// NoFolders is embedded by tenants of Flat fixtures, which are never asked for
// what it stands for.
type NoFolders struct{}

// CreateFolder panics: the fixture is not marked Flat.
func (NoFolders) CreateFolder(_ inventory.Place, _, name string) string {
	panic("scannertest: no folder " + name + " can be made: the fixture is not marked Flat")
}

// Move panics: the fixture is not marked Flat.
func (NoFolders) Move(_ inventory.Place, id, _ string) string {
	panic("scannertest: " + id + " lies in no folder: the fixture is not marked Flat")
}

// between stands between a folder's name and what follows it.
const between = " - "

func (flat) CreateFolder(_ inventory.Place, parent, name string) string { return under(parent, name) }

func (t flat) Create(p inventory.Place, parent, name string) string {
	return t.Tenant.Create(p, "", under(parent, name))
}

func (t flat) Move(p inventory.Place, id, parent string) string {
	name := t.Truth(p)[id].Name
	return t.Rename(p, id, under(parent, inmost(name)))
}

func under(parent, name string) string {
	if parent == "" {
		return name
	}
	return parent + between + name
}

// inmost is a name without the folders in front of it.
func inmost(name string) string {
	parts := strings.Split(name, between)
	return parts[len(parts)-1]
}
