package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// paths tells the paths of folders, and whether they are shared, walking up
// from each and remembering. It is for one transaction or one answer, during
// which folders do not change.
// The walk is not done in SQL: a recursive query for every asset was measured
// to take a hundred times as long.
type paths struct {
	q     querier
	known map[folderKey]lot
}

type folderKey struct{ tenant, place, id string }

// A lot is what lies in a folder shares: the path, and whether it is shared
// unless it says otherwise itself.
type lot struct {
	path   string
	shared bool
}

// below is the lot of a folder in a folder.
func (l lot) below(f inventory.Folder) lot {
	return lot{path: joinPath(l.path, f.Name), shared: f.Shared || f.Inherits && l.shared}
}

func newPaths(q querier) *paths { return &paths{q: q, known: map[folderKey]lot{}} }

// tell completes an asset's path, unless the scanner told it, and whether it
// is shared.
func (p *paths) tell(ctx context.Context, a *inventory.Asset) error {
	if a.Path != "" {
		return p.share(ctx, a)
	}
	above, err := p.of(ctx, folderKey{a.Tenant, a.Place, a.Parent})
	a.Path = above.path
	if a.Inherits {
		a.Shared = above.shared
	}
	return err
}

// share tells whether an asset is shared that is so if its folder is.
func (p *paths) share(ctx context.Context, a *inventory.Asset) error {
	if !a.Inherits {
		return nil
	}
	above, err := p.of(ctx, folderKey{a.Tenant, a.Place, a.Parent})
	a.Shared = above.shared
	return err
}

// of gives a folder's lot, itself included: nothing for the root and for
// folders that nobody told of. Between two pages of a listing folders may
// contain one another: the path then ends where it would come back to a folder.
func (p *paths) of(ctx context.Context, k folderKey) (lot, error) {
	const keep = 50_000 // folders; bounds the memory
	if len(p.known) > keep {
		clear(p.known)
	}
	var chain []folderKey
	var folders []inventory.Folder
	var at lot
	circular := false
	for k.id != "" && !circular {
		above, ok := p.known[k]
		if ok {
			at = above
			break
		}
		f, err := p.folder(ctx, k)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err != nil {
			return lot{}, err
		}
		chain, folders = append(chain, k), append(folders, f)
		k.id = f.Parent
		circular = slices.Contains(chain, k)
	}
	for i, k := range slices.Backward(chain) {
		at = at.below(folders[i])
		if !circular {
			p.known[k] = at
		}
	}
	return at, nil
}

func (p *paths) folder(ctx context.Context, k folderKey) (f inventory.Folder, err error) {
	err = p.q.QueryRowContext(ctx, `SELECT parent, name, shared, inherits FROM folders WHERE tenant = ? AND place = ? AND id = ?`,
		k.tenant, k.place, k.id).Scan(&f.Parent, &f.Name, &f.Shared, &f.Inherits)
	return f, err
}

func joinPath(above, name string) string {
	if above == "" {
		return name
	}
	return above + "/" + name
}

// pathRules reports whether the scope looks at paths at all.
func (s *Store) pathRules() bool {
	return len(s.scope.Exclude.Paths)+len(s.scope.Pilot.Paths) > 0
}
