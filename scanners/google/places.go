package google

import (
	"context"
	"fmt"
	"iter"

	"google.golang.org/api/drive/v3"

	"github.com/desirepath/desirepath/inventory"
)

// Places yields everybody's My Drive, then every shared drive, then what the features that are switched on list. It acts for the
// administrator alone.
//
// A My Drive goes by the person's id in the directory, which outlives a change of their address: its own id could only be learnt by
// acting for them.
func (s *Scanner) Places(ctx context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		s.export.forget()
		s.book.forget()
		closed := 0
		for u, err := range s.users(ctx, userFields, false) {
			if err != nil {
				yield(inventory.Place{}, err)
				return
			}
			if s.note(u).closed {
				closed++
			}
			if !yield(s.myDrive(u), nil) {
				return
			}
		}
		s.staff.setListed()
		if closed > 0 {
			s.o.Log.InfoContext(ctx, "drives of suspended people stay as they were last seen: Google lets nobody act for them", "people", closed)
		}
		for d, err := range s.sharedDrives(ctx) {
			if err != nil {
				yield(inventory.Place{}, err)
				return
			}
			if !yield(s.sharedDrive(d), nil) {
				return
			}
		}
		s.ownPlaces(ctx)(yield)
	}
}

func (s *Scanner) sharedDrive(d *drive.Drive) inventory.Place {
	return inventory.Place{
		Tenant: s.o.Tenant,
		ID:     d.Id,
		Kind:   inventory.PlaceSharedDrive,
		Name:   d.Name,
		URL:    "https://drive.google.com/drive/folders/" + d.Id,
	}
}

// sharedDrives yields all shared drives of the domain. Of all scopes, listing them takes the one for content.
func (s *Scanner) sharedDrives(ctx context.Context) iter.Seq2[*drive.Drive, error] {
	call := s.drive.Drives.List().Context(as(ctx, s.o.Admin, scopeContent)).UseDomainAdminAccess(true).PageSize(100).
		Fields("nextPageToken,drives(id,name)")
	return func(yield func(*drive.Drive, error) bool) {
		for sent := ""; ; {
			answer, err := call.Do()
			if err != nil {
				yield(nil, fmt.Errorf("shared drives: %w", explain(err, scopeContent)))
				return
			}
			for _, d := range answer.Drives {
				if !yield(d, nil) {
					return
				}
			}
			if answer.NextPageToken == "" {
				return
			}
			if answer.NextPageToken == sent {
				yield(nil, fmt.Errorf("shared drives: %w", errSamePage))
				return
			}
			sent = answer.NextPageToken
			call.PageToken(sent)
		}
	}
}
