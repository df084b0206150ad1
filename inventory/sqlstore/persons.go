package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// SavePersonMap replaces the mapping from addresses to the address of the
// person whose they are too. Addresses are compared folded.
func (s *Store) SavePersonMap(ctx context.Context, m map[string]string) error {
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM person_map`); err != nil {
			return err
		}
		for _, alias := range slices.Sorted(maps.Keys(m)) {
			_, err := tx.ExecContext(ctx, `INSERT INTO person_map (alias, person) VALUES (?, ?)
				ON CONFLICT (alias) DO UPDATE SET person = excluded.person`, inventory.FoldAddress(alias), inventory.FoldAddress(m[alias]))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("person map: %w", err)
	}
	return nil
}

// Person gives the human behind an address: the accounts of all tenants that
// have a verified address in common or that the mapping joins. The address
// that speaks for the person is the mapping's, or else that of the first
// account that is open, by tenant. Of an address that nobody has told of, the
// person is that address without accounts.
func (s *Store) Person(ctx context.Context, address string) (inventory.Person, error) {
	p, _, err := s.person(ctx, address)
	return p, err
}

// person gives, beside the human, every address that leads to them.
func (s *Store) person(ctx context.Context, address string) (p inventory.Person, addresses []string, err error) {
	g := &group{q: s.read, seen: map[string]bool{}, accounts: map[[2]string]inventory.Account{}}
	if err := g.join(ctx, address); err != nil {
		return p, nil, fmt.Errorf("person: %w", err) // addresses stay out of logs
	}
	return g.person(address), slices.Sorted(maps.Keys(g.seen)), nil
}

func (g *group) person(address string) inventory.Person {
	accounts := slices.SortedFunc(maps.Values(g.accounts), func(a, b inventory.Account) int {
		return cmp.Or(cmp.Compare(a.Tenant, b.Tenant), cmp.Compare(a.ID, b.ID))
	})
	p := inventory.Person{Address: inventory.FoldAddress(address), Accounts: accounts}
	speaking := slices.Clone(accounts)
	slices.SortStableFunc(speaking, func(a, b inventory.Account) int {
		return cmp.Or(compareBool(a.Left, b.Left), compareBool(a.Guest, b.Guest))
	})
	if len(speaking) > 0 {
		p.Address = inventory.FoldAddress(speaking[0].Address)
	}
	for _, a := range speaking {
		p.Name, p.Team = cmp.Or(p.Name, a.Name), cmp.Or(p.Team, a.Department)
	}
	p.Address = cmp.Or(g.mapped, p.Address)
	return p
}

// A group gathers what belongs to one person.
type group struct {
	q        querier
	seen     map[string]bool // addresses
	accounts map[[2]string]inventory.Account
	mapped   string // the person's address in the mapping
}

// join adds an address and everything that it leads to.
func (g *group) join(ctx context.Context, address string) error {
	open := []string{address}
	for len(open) > 0 {
		address, open = inventory.FoldAddress(open[0]), open[1:]
		if address == "" || g.seen[address] {
			continue
		}
		g.seen[address] = true
		accounts, err := collect(ctx, g.q, scanAccount, `SELECT `+accountColumns+` FROM addresses r
			JOIN directories d ON d.tenant = r.tenant AND d.listing = r.listing
			JOIN accounts c ON c.tenant = r.tenant AND c.listing = r.listing AND c.id = r.account
			WHERE r.address = ? ORDER BY c.tenant, c.id`, address)
		if err != nil {
			return err
		}
		for _, a := range accounts {
			g.accounts[[2]string{a.Tenant, a.ID}] = a
		}
		// Not the accounts' own fields: of somebody who left, an address may
		// have been given to somebody else.
		theirs, err := collect(ctx, g.q, scanString[string], `SELECT o.address FROM addresses r
			JOIN directories d ON d.tenant = r.tenant AND d.listing = r.listing
			JOIN addresses o ON o.tenant = r.tenant AND o.listing = r.listing AND o.account = r.account
			WHERE r.address = ? ORDER BY o.address`, address)
		if err != nil {
			return err
		}
		open = append(open, theirs...)
		mapped, err := g.follow(ctx, address)
		if err != nil {
			return err
		}
		open = append(open, mapped...)
	}
	return nil
}

// follow gives the addresses that the mapping joins with one.
func (g *group) follow(ctx context.Context, address string) ([]string, error) {
	person, err := scanString[string](g.q.QueryRowContext(ctx, `SELECT person FROM person_map WHERE alias = ?`, address))
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, err
	}
	aliases, err := collect(ctx, g.q, scanString[string], `SELECT alias FROM person_map WHERE person = ? ORDER BY alias`, address)
	if err != nil {
		return nil, err
	}
	if person == "" && len(aliases) > 0 {
		person = address
	}
	if g.mapped == "" || person != "" && person < g.mapped {
		g.mapped = person
	}
	return append(aliases, person), nil
}

// TeamSizes tells how many open accounts each unit of the directories has.
func (s *Store) TeamSizes(ctx context.Context) (map[string]int, error) {
	counts, err := collect(ctx, s.read, func(r row) (c inventory.Count, err error) {
		err = r.Scan(&c.A, &c.N)
		return c, err
	}, `SELECT c.department, COUNT(*) FROM directories d JOIN accounts c ON c.tenant = d.tenant AND c.listing = d.listing
		WHERE c.department <> '' AND NOT c.gone GROUP BY c.department`)
	if err != nil {
		return nil, fmt.Errorf("sizes of teams: %w", err)
	}
	sizes := make(map[string]int, len(counts))
	for _, c := range counts {
		sizes[c.A] = c.N
	}
	return sizes, nil
}
