package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// paths tells the paths of folders, walking up from each and remembering. It
// is for one transaction or one answer, during which folders do not change.
// The walk is not done in SQL: a recursive query for every asset was measured
// to take a hundred times as long.
type paths struct {
	q     querier
	known map[folderKey]string
}

type folderKey struct{ tenant, place, id string }

func newPaths(q querier) *paths { return &paths{q: q, known: map[folderKey]string{}} }

// tell completes an asset's path, unless the scanner told it.
func (p *paths) tell(ctx context.Context, a *inventory.Asset) (err error) {
	if a.Path == "" {
		a.Path, err = p.of(ctx, folderKey{a.Tenant, a.Place, a.Parent})
	}
	return err
}

// of gives a folder's path, itself included; "" for the root and for folders
// that nobody told of. Between two pages of a listing folders may contain one
// another: the path then ends where it would come back to a folder.
func (p *paths) of(ctx context.Context, k folderKey) (string, error) {
	const keep = 50_000 // folders; bounds the memory
	if len(p.known) > keep {
		clear(p.known)
	}
	var chain []folderKey
	var names []string
	path, circular := "", false
	for k.id != "" && !circular {
		above, ok := p.known[k]
		if ok {
			path = above
			break
		}
		parent, name, err := p.folder(ctx, k)
		if errors.Is(err, sql.ErrNoRows) {
			break
		}
		if err != nil {
			return "", err
		}
		chain, names = append(chain, k), append(names, name)
		k.id = parent
		circular = slices.Contains(chain, k)
	}
	for i, k := range slices.Backward(chain) {
		path = joinPath(path, names[i])
		if !circular {
			p.known[k] = path
		}
	}
	return path, nil
}

func (p *paths) folder(ctx context.Context, k folderKey) (parent, name string, err error) {
	err = p.q.QueryRowContext(ctx, `SELECT parent, name FROM folders WHERE tenant = ? AND place = ? AND id = ?`, k.tenant, k.place, k.id).Scan(&parent, &name)
	return parent, name, err
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
