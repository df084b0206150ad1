package microsoft

import "github.com/desirepath/desirepath/inventory"

// Apart implements scanners.Divisible: drives and lists know of nothing but
// themselves. What the features list goes together, since their interfaces are
// asked about many places at once.
func (s *Scanner) Apart(p inventory.Place) bool {
	switch p.Kind {
	case inventory.PlaceLibrary, inventory.PlaceOneDrive, inventory.PlaceLists:
		return true
	}
	return false
}

// Begin implements scanners.Divisible.
func (s *Scanner) Begin() { s.directory.forget() }
