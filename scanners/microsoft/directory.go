package microsoft

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/users"

	"github.com/desirepath/desirepath/inventory"
)

// Accounts implements scanners.Directory. Accounts that were switched off are
// among them; those that were deleted are not, as far as Graph tells. Who has
// no department has their team for one, if groups are switched on. Where they
// cannot be read the listing is an error: without it people's teams would come
// and go.
func (s *Scanner) Accounts(ctx context.Context) iter.Seq2[inventory.Account, error] {
	return func(yield func(inventory.Account, error) bool) {
		teams, err := s.teams(ctx)
		if err != nil {
			yield(inventory.Account{}, fmt.Errorf("directory: %w", err))
			return
		}
		for u, err := range s.users(ctx) {
			if err != nil {
				yield(inventory.Account{}, fmt.Errorf("directory: %w", err))
				return
			}
			a := s.account(u)
			a.Department = cmp.Or(a.Department, teams[a.ID].name)
			if !yield(a, nil) {
				return
			}
		}
	}
}

func (s *Scanner) users(ctx context.Context) iter.Seq2[models.Userable, error] {
	fields := []string{"id", "userPrincipalName", "mail", "displayName", "accountEnabled", "userType", "department", "proxyAddresses", "assignedLicenses"}
	get := func(link string) (models.UserCollectionResponseable, error) {
		all := users.NewUsersRequestBuilderInternal(map[string]string{}, s.graph.adapter)
		if link != "" {
			return all.WithUrl(link).Get(ctx, nil)
		}
		return all.Get(ctx, &users.UsersRequestBuilderGetRequestConfiguration{
			QueryParameters: &users.UsersRequestBuilderGetQueryParameters{Select: fields, Top: ptr(int32(999))}})
	}
	return explained(list[models.Userable](s.graph, get), permUsers)
}

func explained[T any](seq iter.Seq2[T, error], permission string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for v, err := range seq {
			if err != nil {
				err = explain(err, permission)
			}
			if !yield(v, err) {
				return
			}
		}
	}
}

func (s *Scanner) account(u models.Userable) inventory.Account {
	a := inventory.Account{
		Tenant: s.o.Tenant, ID: text(u.GetId()), Address: primary(u), Name: text(u.GetDisplayName()),
		Department: text(u.GetDepartment()), Guest: strings.EqualFold(text(u.GetUserType()), "Guest"),
	}
	if enabled := u.GetAccountEnabled(); enabled != nil {
		a.Left = !*enabled
	}
	known := map[string]bool{inventory.FoldAddress(a.Address): true}
	for _, alias := range append(u.GetProxyAddresses(), "smtp:"+text(u.GetUserPrincipalName())) {
		kind, address, _ := strings.Cut(alias, ":")
		if fold := inventory.FoldAddress(address); strings.EqualFold(kind, "smtp") && fold != "" && !known[fold] {
			known[fold] = true
			a.Aliases = append(a.Aliases, address)
		}
	}
	return a
}

// primary is the address of a user: the mailbox's, or else the sign-in name.
func primary(u models.Userable) string {
	if mail := text(u.GetMail()); mail != "" {
		return mail
	}
	return text(u.GetUserPrincipalName())
}

// A directory knows the addresses of the tenant's users by their ids. It is
// read when the first id without an address is met, once a run.
type directory struct {
	turn      chan struct{} // holds one while somebody reads or looks; others wait for it no longer than their context
	addresses map[string]string
	failed    error // why it could not be read, so that nobody tries again for every file
}

// forget has the directory read anew.
func (d *directory) forget() {
	d.turn <- struct{}{}
	defer func() { <-d.turn }()
	d.addresses, d.failed = nil, nil
}

// address tells who an identity is; "" when the directory does not know them
// or must not be read, which Accounts and Places report.
func (s *Scanner) address(ctx context.Context, who identity) (string, error) {
	if who.address != "" || who.id == "" {
		return who.address, nil
	}
	known, err := s.known(ctx)
	if errors.Is(err, inventory.ErrNotPermitted) {
		return "", nil
	}
	return known[who.id], err
}

func (s *Scanner) known(ctx context.Context) (map[string]string, error) {
	d := &s.directory
	select {
	case d.turn <- struct{}{}:
		defer func() { <-d.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if d.addresses != nil || d.failed != nil {
		return d.addresses, d.failed
	}
	read := map[string]string{}
	for u, err := range s.users(ctx) {
		if err != nil {
			return nil, d.fail(ctx, fmt.Errorf("directory: %w", err))
		}
		read[text(u.GetId())] = primary(u)
	}
	d.addresses = read
	return read, nil
}

// fail remembers an error, unless it is that we were told to stop.
func (d *directory) fail(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		d.failed = err
	}
	return err
}
