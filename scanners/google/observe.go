package google

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/inventory"
)

// morePages bounds how far a very long list of permissions or of revisions is followed.
const morePages = 20

// Observe reads who a file is shared with and who edited it. What we read in somebody's name leaves no revision, and when a file was last
// opened is not asked for, here or in a listing: our own reads, which Google books as the person's, never count. Nor do our own accounts,
// should somebody have shared a file with them.
func (s *Scanner) Observe(ctx context.Context, p inventory.Place, a inventory.Asset, want inventory.Facets) (inventory.Usage, error) {
	if s.isOwn(p.Kind) {
		return inventory.Usage{}, fmt.Errorf("%w: its listing tells all there is to know of its use", inventory.ErrUnreadable)
	}
	who, err := s.reader(ctx, p, "")
	if err != nil {
		return inventory.Usage{}, err
	}
	ctx = as(ctx, who, scopeMetadata)
	o := observation{s: s, file: a.VendorID, people: map[string]bool{}}
	if want&inventory.FacetSharing != 0 {
		if err := o.sharing(ctx); err != nil {
			return inventory.Usage{}, fmt.Errorf("sharing: %w", explain(err, scopeMetadata))
		}
	}
	if want&inventory.FacetEditors != 0 {
		if err := o.editors(ctx); err != nil {
			return inventory.Usage{}, fmt.Errorf("history: %w", explain(err, scopeMetadata))
		}
	}
	o.usage.People = len(o.people)
	o.usage.Revision, o.usage.Observed = a.Revision, s.o.Now()
	return o.usage, nil
}

// An observation is a usage in the making.
type observation struct {
	s      *Scanner
	file   string
	people map[string]bool // by folded address
	usage  inventory.Usage
}

func (o *observation) sharing(ctx context.Context) error {
	call := o.s.drive.Permissions.List(o.file).Context(ctx).SupportsAllDrives(true).PageSize(100).
		Fields("nextPageToken,permissions(type,emailAddress,deleted)")
	for range morePages {
		answer, err := call.Do()
		if err != nil {
			return err
		}
		for _, p := range answer.Permissions {
			o.share(p)
		}
		if answer.NextPageToken == "" {
			break
		}
		call.PageToken(answer.NextPageToken)
	}
	o.usage.Facets |= inventory.FacetSharing
	return nil
}

func (o *observation) share(p *drive.Permission) {
	switch {
	case p.Deleted, o.s.isRobot(p.EmailAddress):
	case p.Type == "user":
		o.person(p.EmailAddress)
	default: // a group, a domain, or anyone with the link
		o.usage.Widely = true
	}
}

func (o *observation) person(address string) {
	if address != "" {
		o.people[inventory.FoldAddress(address)] = true
	}
}

// editors counts revisions by their author. Drive merges revisions of busy documents and forgets old ones, so that the counts compare
// people and are no exact numbers. Of shared drives, some members may not see the history: then it stays unobserved.
func (o *observation) editors(ctx context.Context) error {
	call := o.s.drive.Revisions.List(o.file).Context(ctx).PageSize(1000).
		Fields("nextPageToken,revisions(modifiedTime,lastModifyingUser/emailAddress)")
	by := map[string]*inventory.Editor{}
	for range morePages {
		answer, err := call.Do()
		if hidden(err) {
			return nil
		}
		if err != nil {
			return err
		}
		for _, r := range answer.Revisions {
			o.count(by, r)
		}
		if answer.NextPageToken == "" {
			break
		}
		call.PageToken(answer.NextPageToken)
	}
	for key, e := range by {
		o.people[key] = true
		o.usage.Editors = append(o.usage.Editors, *e)
	}
	slices.SortFunc(o.usage.Editors, func(a, b inventory.Editor) int {
		return cmp.Or(b.Last.Compare(a.Last), cmp.Compare(a.Address, b.Address))
	})
	o.usage.Facets |= inventory.FacetEditors
	return nil
}

func (o *observation) count(by map[string]*inventory.Editor, r *drive.Revision) {
	if r.LastModifyingUser == nil || r.LastModifyingUser.EmailAddress == "" || o.s.isRobot(r.LastModifyingUser.EmailAddress) {
		return // somebody who was not signed in, or one of ours
	}
	key := inventory.FoldAddress(r.LastModifyingUser.EmailAddress)
	if by[key] == nil {
		by[key] = &inventory.Editor{Address: r.LastModifyingUser.EmailAddress}
	}
	e := by[key]
	e.Edits++
	if at := moment(r.ModifiedTime); at.After(e.Last) {
		e.Last = at
	}
}

// hidden tells that a file's history is not shown to somebody who may read the file.
func hidden(err error) bool {
	var answer *googleapi.Error
	if !errors.As(err, &answer) {
		return false
	}
	return answer.Code == http.StatusForbidden && reason(answer) == "insufficientFilePermissions" || answer.Code == http.StatusNotFound
}
