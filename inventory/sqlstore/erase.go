package sqlstore

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/desirepath/desirepath/inventory"
)

// errDry ends the transaction of an erasure that is only being tried.
var errDry = errors.New("only tried")

// ErasePerson takes everything out that is somebody's or names them, and lays a
// tombstone for each of their addresses. That the bytes go from the files, too,
// is Settle's. What they own goes with all that was read of it; what is
// others' stays without their address; conversations stay without who they
// were with. With dry set nothing changes, and the answer says what would.
func (s *Store) ErasePerson(ctx context.Context, address string, dry bool) (inventory.Erasure, error) {
	person, addresses, err := s.person(ctx, address)
	if err != nil {
		return inventory.Erasure{}, err
	}
	e, err := s.erase(ctx, dry, func(e *erasing) error { return e.person(ctx, addresses, person) })
	if err != nil {
		return e, fmt.Errorf("erase a person: %w", err) // addresses stay out of logs
	}
	return e, nil
}

// EraseAsset takes one asset out, with all that was read and said of it, and
// lays a tombstone for it. It returns inventory.ErrNotFound when there is none
// of that id.
func (s *Store) EraseAsset(ctx context.Context, id inventory.AssetID, dry bool) (inventory.Erasure, error) {
	r, err := s.Record(ctx, id)
	if err != nil {
		return inventory.Erasure{}, err
	}
	e, err := s.erase(ctx, dry, func(e *erasing) error { return e.asset(ctx, r) })
	if err != nil {
		return e, fmt.Errorf("erase asset %s: %w", id, err)
	}
	return e, nil
}

// erase does its work in one transaction, and owes what Settle does.
func (s *Store) erase(ctx context.Context, dry bool, work func(*erasing) error) (inventory.Erasure, error) {
	e := &erasing{store: s, counts: map[[2]string]int{}, left: map[[2]string]int{}}
	err := s.inTx(ctx, func(tx *sql.Tx) error {
		e.tx = tx
		if err := work(e); err != nil {
			return err
		}
		if dry {
			return errDry
		}
		if err := saveSetting(ctx, tx, needsName, ""); err != nil {
			return err
		}
		return saveSetting(ctx, tx, owedKey, rand.Text())
	})
	switch {
	case errors.Is(err, errDry):
		return e.account(), nil
	case err != nil:
		return inventory.Erasure{}, err
	}
	return e.account(), nil
}

// erasing is one erasure under way.
type erasing struct {
	store  *Store
	tx     *sql.Tx
	words  []string
	counts map[[2]string]int // by table and column; "" as column counts rows removed
	left   map[[2]string]int
}

func (e *erasing) account() (out inventory.Erasure) {
	out.Removed, out.Altered, out.Left = []inventory.Count{}, []inventory.Count{}, counted(e.left)
	out.Words = e.words
	for _, c := range counted(e.counts) {
		if c.B == "" {
			out.Removed = append(out.Removed, c)
		} else {
			out.Altered = append(out.Altered, c)
		}
	}
	return out
}

func counted(m map[[2]string]int) (out []inventory.Count) {
	for _, k := range slices.SortedFunc(maps.Keys(m), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		if m[k] > 0 {
			out = append(out, inventory.Count{A: k[0], B: k[1], N: m[k]})
		}
	}
	return out
}

// remove deletes rows of a table and counts them.
func (e *erasing) remove(ctx context.Context, table, where string, args ...any) error {
	n, err := changed(ctx, e.tx, `DELETE FROM `+table+` WHERE `+where, args...)
	e.counts[[2]string{table, ""}] += n
	return err
}

// blank empties a column where it holds an address, in whatever case.
func (e *erasing) blank(ctx context.Context, table, column, address string) error {
	n, err := changed(ctx, e.tx, `UPDATE `+table+` SET `+column+` = '' WHERE LOWER(`+column+`) = ?`, address)
	e.counts[[2]string{table, column}] += n
	return err
}

func (e *erasing) person(ctx context.Context, addresses []string, p inventory.Person) error {
	e.words = addresses
	if err := e.store.bury(ctx, e.tx, inventory.ErasedPerson, addresses); err != nil {
		return err
	}
	for _, a := range p.Accounts {
		if err := e.remove(ctx, "accounts", `tenant = ? AND id = ?`, a.Tenant, a.ID); err != nil {
			return err
		}
		if err := e.remove(ctx, "addresses", `tenant = ? AND account = ?`, a.Tenant, a.ID); err != nil {
			return err
		}
	}
	for _, a := range addresses {
		if err := e.belongings(ctx, a); err != nil {
			return err
		}
	}
	if err := e.usages(ctx); err != nil {
		return err
	}
	if err := e.scrub(ctx, newNeedles(addresses)); err != nil {
		return err
	}
	own, shared, err := e.withoutNamesakes(ctx, fullNames(p))
	if err != nil {
		return err
	}
	theirs := slices.Concat(written, named)
	if err := e.countNames(ctx, newNeedles(shared), slices.Concat(theirs, called)); err != nil {
		return err
	}
	e.words = append(e.words, telling(own...)...)
	return e.scrubNames(ctx, newNeedles(own), theirs)
}

// telling are those of names that are found nowhere by chance: neither short nor
// one plain word.
func telling(names ...string) (out []string) {
	for _, name := range names {
		plain := !strings.ContainsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) })
		if utf8.RuneCountInString(name) >= 6 && !plain {
			out = append(out, name)
		}
	}
	return out
}

// fullNames are the names of a person that are more than a word.
func fullNames(p inventory.Person) (names []string) {
	for _, a := range p.Accounts {
		if name := strings.TrimSpace(a.Name); strings.Contains(name, " ") && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// belongings removes what is somebody's, and their address from what is not.
func (e *erasing) belongings(ctx context.Context, address string) error {
	places, err := collect(ctx, e.tx, scanPlace, `SELECT `+placeColumns+` FROM places p WHERE LOWER(p.owner) = ?`, address)
	if err != nil {
		return err
	}
	for _, p := range places {
		if err := e.place(ctx, p); err != nil {
			return err
		}
	}
	owned, err := collect(ctx, e.tx, scanString[string], `SELECT id FROM assets WHERE LOWER(owner) = ?`, address)
	if err != nil {
		return err
	}
	for _, id := range owned {
		if err := e.rows(ctx, id); err != nil {
			return err
		}
	}
	for _, c := range [][2]string{{"assets", "created_by"}, {"assets", "modified_by"}, {"places", "via"}, {"conversations", "keeper"}} {
		if err := e.blank(ctx, c[0], c[1], address); err != nil {
			return err
		}
	}
	for _, c := range [][2]string{{"person_map", "alias"}, {"person_map", "person"}, {"addresses", "address"}} {
		if err := e.remove(ctx, c[0], `LOWER(`+c[1]+`) = ?`, address); err != nil {
			return err
		}
	}
	_, err = changed(ctx, e.tx, `UPDATE conversations SET example = FALSE WHERE keeper = '' AND example = TRUE`)
	return err
}

// place removes somebody's own place, and what reports of runs said of it:
// from then on it is counted and not named.
func (e *erasing) place(ctx context.Context, p inventory.Place) error {
	ids, err := collect(ctx, e.tx, scanString[string], `SELECT id FROM assets WHERE `+inPlace, placeArgs(p)...)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := e.rows(ctx, id); err != nil {
			return err
		}
	}
	if err := e.remove(ctx, "folders", `tenant = ? AND place = ?`, p.Tenant, p.ID); err != nil {
		return err
	}
	if err := e.remove(ctx, "places", `tenant = ? AND id = ?`, p.Tenant, p.ID); err != nil {
		return err
	}
	runs, err := collect(ctx, e.tx, scanRun, `SELECT `+runColumns+` FROM runs WHERE places LIKE ? ESCAPE '\'`, "%"+literally(inJSON(p.Key()))+"%")
	if err != nil {
		return err
	}
	for _, r := range runs {
		for i := range r.Places {
			if r.Places[i].Place == p.Key() {
				r.Places[i].Place, r.Places[i].Name, r.Places[i].Error = "", "", ""
				e.counts[[2]string{"runs", "places"}]++
			}
		}
		body, err := toJSON(r.Places)
		if err != nil {
			return err
		}
		if _, err := e.tx.ExecContext(ctx, `UPDATE runs SET places = ? WHERE id = ?`, body, r.ID); err != nil {
			return err
		}
	}
	return nil
}

// asset removes one asset and what its name and id are mentioned in.
func (e *erasing) asset(ctx context.Context, r inventory.Record) error {
	id := string(r.Asset.ID)
	e.words = append([]string{id}, telling(r.Asset.Name, r.Asset.URL)...)
	if err := e.store.bury(ctx, e.tx, inventory.ErasedAsset, []string{id}); err != nil {
		return err
	}
	if err := e.rows(ctx, id); err != nil {
		return err
	}
	if err := e.remove(ctx, "family_keys", `tenant = ? AND vendor = ?`, r.Asset.Tenant, r.Asset.VendorID); err != nil {
		return err
	}
	if err := e.remove(ctx, "families", `id NOT IN (SELECT family FROM family_members)`); err != nil {
		return err
	}
	if err := e.scrub(ctx, newNeedles([]string{strings.ToLower(id)})); err != nil {
		return err
	}
	return e.scrubNames(ctx, newNeedles([]string{r.Asset.Name, r.Asset.URL}), written)
}

// rows removes an asset, everything read of it, and what was said of it.
func (e *erasing) rows(ctx context.Context, id string) error {
	for _, t := range []struct{ table, column string }{
		{"structures", "asset"}, {"due", "asset"}, {"usages", "asset"}, {"verdicts", "asset"}, {"family_members", "asset"},
		{"edges", "reader"}, {"edges", "asset"}, {"hands", "asset"}, {"feedback", "asset"}, {"assets", "id"},
	} {
		if err := e.remove(ctx, t.table, t.column+` = ?`, id); err != nil {
			return err
		}
	}
	return e.renameFamily(ctx, id)
}

// renameFamily gives a family another id that went by that of an asset which
// was removed, and had other members.
func (e *erasing) renameFamily(ctx context.Context, id string) error {
	next, err := scanString[string](e.tx.QueryRowContext(ctx, `SELECT MIN(asset) FROM family_members WHERE family = ? AND asset NOT IN (SELECT id FROM families) HAVING MIN(asset) IS NOT NULL`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return nil // there is no such family, or nothing is left of it
	}
	if err != nil {
		return err
	}
	for _, statement := range []string{
		`INSERT INTO families (id, kind, representative, born) SELECT CAST(? AS TEXT), kind, representative, born FROM families WHERE id = ?`,
		`UPDATE family_members SET family = ? WHERE family = ?`,
		`UPDATE family_keys SET family = ? WHERE family = ?`,
		`UPDATE conversations SET family = ? WHERE family = ?`,
	} {
		if _, err := e.tx.ExecContext(ctx, statement, next, id); err != nil {
			return err
		}
	}
	if _, err := e.tx.ExecContext(ctx, `UPDATE families SET representative = id WHERE representative = ?`, id); err != nil {
		return err
	}
	_, err = e.tx.ExecContext(ctx, `DELETE FROM families WHERE id = ?`, id)
	return err
}

// usages takes who was erased out of what was observed of others' things.
func (e *erasing) usages(ctx context.Context) error {
	type use struct{ asset, body string }
	after := ""
	for {
		all, err := collect(ctx, e.tx, func(r row) (u use, err error) {
			err = r.Scan(&u.asset, &u.body)
			return u, err
		}, `SELECT asset, body FROM usages WHERE asset > ? AND body LIKE '%"editors"%' ORDER BY asset LIMIT 1000`, after)
		if err != nil || len(all) == 0 {
			return err
		}
		for _, u := range all {
			if err := e.usage(ctx, u.asset, u.body); err != nil {
				return fmt.Errorf("use of %s: %w", u.asset, err)
			}
		}
		after = all[len(all)-1].asset
	}
}

func (e *erasing) usage(ctx context.Context, asset, body string) error {
	var u inventory.Usage
	if err := json.Unmarshal([]byte(body), &u); err != nil {
		return err
	}
	kept := e.store.withoutErased(u)
	if len(kept.Editors) == len(u.Editors) {
		return nil
	}
	body, err := toJSON(kept)
	if err != nil {
		return err
	}
	e.counts[[2]string{"usages", "body"}]++
	_, err = e.tx.ExecContext(ctx, `UPDATE usages SET body = ? WHERE asset = ?`, body, asset)
	return err
}
