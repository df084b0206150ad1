package google

import (
	"context"
	"sync"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/inventory"
)

// staff remembers whom nobody acts for: those who cannot be acted for, and those who must not be. It holds no others, so that it stays
// small in a large domain.
type staff struct {
	mu     sync.Mutex
	listed bool // everybody has been seen
	out    map[string]standing
}

// A standing is why somebody is not acted for; the zero value is of somebody who may be.
type standing struct {
	closed  bool // suspended or archived
	avoided bool // excluded
}

// note remembers how somebody stands, under all their addresses.
func (s *Scanner) note(u *admin.User) standing {
	at := standing{closed: hasLeft(u), avoided: s.o.Avoid != nil && s.o.Avoid(s.myDrive(u))}
	s.staff.mu.Lock()
	defer s.staff.mu.Unlock()
	if s.staff.out == nil {
		s.staff.out = map[string]standing{}
	}
	for _, address := range append(u.Aliases, u.PrimaryEmail) {
		if at == (standing{}) {
			delete(s.staff.out, inventory.FoldAddress(address))
			continue
		}
		s.staff.out[inventory.FoldAddress(address)] = at
	}
	return at
}

func (st *staff) setListed() {
	st.mu.Lock()
	defer st.mu.Unlock()
	st.listed = true
}

func (st *staff) of(address string) (at standing, known bool) {
	st.mu.Lock()
	defer st.mu.Unlock()
	at, out := st.out[inventory.FoldAddress(address)]
	return at, out || st.listed
}

// isClosed reports whether a person is known to be suspended or archived.
func (s *Scanner) isClosed(address string) bool {
	at, _ := s.staff.of(address)
	return at.closed
}

// mayBe reports whether somebody may be acted for. Before everybody has been listed, the directory is asked about them: an exclusion by
// unit shows in nobody's address.
func (s *Scanner) mayBe(ctx context.Context, address string) bool {
	if s.o.Avoid == nil {
		return !s.isClosed(address)
	}
	at, known := s.staff.of(address)
	switch {
	case known:
		return at == standing{}
	case s.o.Avoid(inventory.Place{Owner: address, Kind: inventory.PlaceMyDrive}):
		return false
	}
	u, err := s.directory.Users.Get(address).Context(as(ctx, s.o.Admin, scopeDirectory)).Projection("basic").Fields(googleapi.Field(userFields)).Do()
	switch {
	case gone(err):
		return true // a guest: that Google lets nobody act for them shows when it is tried
	case err != nil:
		return false
	}
	return s.note(u) == standing{}
}
