package google

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strings"

	admin "google.golang.org/api/admin/directory/v1"
	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/inventory"
)

// userFields is what is asked of a person so that they have a place.
const userFields = "id,primaryEmail,aliases,name/fullName,suspended,archived,orgUnitPath"

// Accounts yields everybody in the directory, then those who were deleted lately, whom Google remembers for 20 days: a tool's keeper is
// told to have left while that can still be known. Suspended and archived accounts have left too.
// https://developers.google.com/workspace/admin/directory/reference/rest/v1/users/list
func (s *Scanner) Accounts(ctx context.Context) iter.Seq2[inventory.Account, error] {
	return func(yield func(inventory.Account, error) bool) {
		for _, deleted := range []bool{false, true} {
			for u, err := range s.users(ctx, userFields+",organizations", deleted) {
				if err != nil {
					yield(inventory.Account{}, err)
					return
				}
				a := s.account(u)
				if a.Left = a.Left || deleted; !yield(a, nil) {
					return
				}
			}
		}
	}
}

func (s *Scanner) account(u *admin.User) inventory.Account {
	return inventory.Account{
		Tenant:     s.o.Tenant,
		ID:         u.Id,
		Address:    u.PrimaryEmail,
		Aliases:    u.Aliases,
		Name:       fullName(u),
		Department: cmp.Or(department(u), strings.TrimPrefix(u.OrgUnitPath, "/")),
		Left:       hasLeft(u),
	}
}

func (s *Scanner) myDrive(u *admin.User) inventory.Place {
	return inventory.Place{
		Tenant: s.o.Tenant,
		ID:     u.Id,
		Kind:   inventory.PlaceMyDrive,
		Name:   cmp.Or(fullName(u), u.PrimaryEmail),
		Owner:  u.PrimaryEmail,
		Unit:   u.OrgUnitPath,
	}
}

// users yields the people of the domain, those who are suspended too, or instead those who were deleted.
func (s *Scanner) users(ctx context.Context, fields string, deleted bool) iter.Seq2[*admin.User, error] {
	call := s.directory.Users.List().Context(as(ctx, s.o.Admin, scopeDirectory)).Customer("my_customer").Projection("basic").
		OrderBy("email").MaxResults(500).Fields("nextPageToken", googleapi.Field("users("+fields+")"))
	if deleted {
		call.ShowDeleted("true")
	}
	return func(yield func(*admin.User, error) bool) {
		for sent := ""; ; {
			answer, err := call.Do()
			if err != nil {
				yield(nil, fmt.Errorf("directory: %w", explain(err, scopeDirectory)))
				return
			}
			for _, u := range answer.Users {
				if !yield(u, nil) {
					return
				}
			}
			if answer.NextPageToken == "" {
				return
			}
			if answer.NextPageToken == sent {
				yield(nil, fmt.Errorf("directory: %w", errSamePage))
				return
			}
			sent = answer.NextPageToken
			call.PageToken(sent)
		}
	}
}

func hasLeft(u *admin.User) bool { return u.Suspended || u.Archived }

func fullName(u *admin.User) string {
	if u.Name == nil {
		return ""
	}
	return u.Name.FullName
}

// department is that of a person's primary organisation, or of the first that has one. Google's client leaves the list untyped.
func department(u *admin.User) (first string) {
	list, _ := u.Organizations.([]any)
	for _, o := range list {
		org, _ := o.(map[string]any)
		name, _ := org["department"].(string)
		if primary, _ := org["primary"].(bool); primary && name != "" {
			return name
		}
		first = cmp.Or(first, name)
	}
	return first
}
