package google

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"google.golang.org/api/drive/v3"

	"github.com/desirepath/desirepath/inventory"
)

// members remembers who a shared drive is read as.
type members struct {
	mu    sync.Mutex
	known map[string]string // by the drive's id
}

func (m *members) of(driveID string) string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.known[driveID]
}

func (m *members) set(driveID, address string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[string]string{}
	}
	m.known[driveID] = address
}

// reader is who a place is read as: its owner, or a member of the shared drive. Members who are remembered come first, the newest
// finding before older ones, so that a scan of what has not changed looks for nobody.
func (s *Scanner) reader(ctx context.Context, p inventory.Place, remembered string) (string, error) {
	if p.Kind != inventory.PlaceSharedDrive {
		return p.Owner, nil // places whose owner is excluded never come this far
	}
	who := cmp.Or(s.members.of(p.ID), remembered, p.Via)
	if who == "" || s.avoids(who) || s.isClosed(who) {
		return s.findMember(ctx, p)
	}
	s.members.set(p.ID, who)
	return who, nil
}

func (s *Scanner) avoids(address string) bool { return s.o.Avoid != nil && s.o.Avoid(address) }

// tries bounds how many members of a shared drive are tried.
const tries = 10

// findMember finds somebody as whom a shared drive can be read: the administrator if they are a member, then whoever may do
// most in it, so that nothing in it is hidden from them. Guests of the drive fail the trial, since nobody can act for them.
func (s *Scanner) findMember(ctx context.Context, p inventory.Place) (string, error) {
	found, groups, err := s.candidates(ctx, p)
	if err != nil {
		return "", err
	}
	var last error
	for _, who := range found[:min(len(found), tries)] {
		if _, last = (feed{s, p}).start(as(ctx, who, scopeMetadata)); last == nil {
			s.members.set(p.ID, who)
			return who, nil
		}
		if ctx.Err() != nil {
			return "", context.Cause(ctx)
		}
	}
	why := "it has none"
	switch {
	case last != nil:
		why = explain(last, scopeMetadata).Error()
	case groups:
		why = "all its members are groups; add a person, such as the scan's administrator"
	}
	return "", fmt.Errorf("%w: no member to read this shared drive as: %s", inventory.ErrNotPermitted, why)
}

// candidates are the people who are members of a shared drive and may be acted for, best first.
func (s *Scanner) candidates(ctx context.Context, p inventory.Place) (people []string, groups bool, err error) {
	call := s.drive.Permissions.List(p.ID).Context(as(ctx, s.o.Admin, scopeMetadata)).UseDomainAdminAccess(true).SupportsAllDrives(true).
		PageSize(100).Fields("nextPageToken,permissions(type,role,emailAddress,deleted)")
	var all []*drive.Permission
	for page := range tries {
		answer, err := call.Do()
		if err != nil {
			return nil, false, fmt.Errorf("members: %w", explain(err, scopeMetadata))
		}
		all = append(all, answer.Permissions...)
		if answer.NextPageToken == "" || page == tries-1 {
			break
		}
		call.PageToken(answer.NextPageToken)
	}
	slices.SortStableFunc(all, func(a, b *drive.Permission) int { return cmp.Compare(s.rank(a), s.rank(b)) })
	for _, m := range all {
		groups = groups || m.Type == "group"
		if m.Type == "user" && !m.Deleted && m.EmailAddress != "" && !s.avoids(m.EmailAddress) && !s.isClosed(m.EmailAddress) {
			people = append(people, m.EmailAddress)
		}
	}
	return people, groups, nil
}

func (s *Scanner) rank(m *drive.Permission) int {
	if strings.EqualFold(m.EmailAddress, s.o.Admin) {
		return -1
	}
	return slices.Index([]string{"organizer", "fileOrganizer", "writer", "commenter", "reader"}, m.Role)
}
