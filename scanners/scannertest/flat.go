package scannertest

import (
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// flat is a tenant whose places have no folders: a folder's id is its name,
// and stands in front of the names of what would lie in it.
type flat struct{ Tenant }

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
