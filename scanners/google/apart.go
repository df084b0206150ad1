package google

import "github.com/desirepath/desirepath/inventory"

// Apart implements scanners.Divisible: drives, unless they come from an export
// that is read once for all of them. Who of the people has left is known to
// whoever listed them.
func (s *Scanner) Apart(p inventory.Place) bool {
	switch p.Kind {
	case inventory.PlaceMyDrive:
		return !s.fromExport(p) && !s.isClosed(p.Owner)
	case inventory.PlaceSharedDrive:
		return !s.fromExport(p)
	}
	return false
}

// Begin implements scanners.Divisible.
func (s *Scanner) Begin() {
	s.export.forget()
	s.book.forget()
}
