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
	if who == "" || !s.mayBe(ctx, who) {
		return s.findMember(ctx, p)
	}
	s.members.set(p.ID, who)
	return who, nil
}

// tries bounds how many members of a shared drive are tried, and how many of its groups are looked into.
const tries = 10

// findMember finds somebody as whom a shared drive can be read: the administrator if they are a member, then whoever may do
// most in it, so that nothing in it is hidden from them, then members of its groups.
func (s *Scanner) findMember(ctx context.Context, p inventory.Place) (string, error) {
	people, groups, err := s.candidates(ctx, p)
	if err != nil {
		return "", fmt.Errorf("members: %w", explain(err, scopeMetadata))
	}
	who, err := s.firstOf(ctx, p, people)
	if who == "" && len(groups) > 0 && ctx.Err() == nil {
		if people, err = s.inGroups(ctx, groups); err == nil {
			who, err = s.firstOf(ctx, p, people)
		}
	}
	switch {
	case who != "":
		s.members.set(p.ID, who)
		return who, nil
	case ctx.Err() != nil:
		return "", context.Cause(ctx)
	case err != nil:
		return "", fmt.Errorf("no member to read this shared drive as: %w", err)
	}
	return "", fmt.Errorf("%w: nobody who may be acted for is a member of this shared drive: add the scan's administrator to it", inventory.ErrNotPermitted)
}

// firstOf is the first of some people who can read a shared drive, "" if none can. Its guests cannot: nobody acts for people of
// another organisation.
func (s *Scanner) firstOf(ctx context.Context, p inventory.Place, people []string) (string, error) {
	var last error
	tried := 0
	for _, who := range people {
		if tried == tries {
			break
		}
		if !s.mayBe(ctx, who) {
			continue
		}
		tried++
		_, err := (feed{s: s, place: p}).start(as(ctx, who, scopeMetadata))
		if err == nil {
			return who, nil
		}
		if last = explain(err, scopeMetadata); ctx.Err() != nil {
			break
		}
	}
	return "", last
}

// candidates are the people who are members of a shared drive and may be acted for, best first, and the groups that are.
func (s *Scanner) candidates(ctx context.Context, p inventory.Place) (people, groups []string, err error) {
	call := s.drive.Permissions.List(p.ID).Context(as(ctx, s.o.Admin, scopeMetadata)).UseDomainAdminAccess(true).SupportsAllDrives(true).
		PageSize(100).Fields("nextPageToken,permissions(type,role,emailAddress,deleted)")
	var all []*drive.Permission
	for range tries {
		answer, err := call.Do()
		if err != nil {
			return nil, nil, err
		}
		all = append(all, answer.Permissions...)
		if answer.NextPageToken == "" {
			break
		}
		call.PageToken(answer.NextPageToken)
	}
	slices.SortStableFunc(all, func(a, b *drive.Permission) int { return cmp.Compare(s.rank(a), s.rank(b)) })
	for _, m := range all {
		switch {
		case m.Deleted || m.EmailAddress == "":
		case m.Type == "group":
			groups = append(groups, m.EmailAddress)
		case m.Type == "user":
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

// inGroups are the people in the first groups, of groups inside them too.
func (s *Scanner) inGroups(ctx context.Context, groups []string) (people []string, err error) {
	for _, g := range groups[:min(len(groups), tries)] {
		answer, err := s.directory.Members.List(g).Context(as(ctx, s.o.Admin, scopeGroups)).IncludeDerivedMembership(true).
			MaxResults(tries).Fields("members(email,type,status)").Do()
		if err != nil {
			return nil, fmt.Errorf("members of its groups: %w", explain(err, scopeGroups))
		}
		for _, m := range answer.Members {
			if m.Type == "USER" && m.Email != "" {
				people = append(people, m.Email)
			}
		}
	}
	return people, nil
}
