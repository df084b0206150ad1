package sqlstore

import (
	"context"
	"database/sql"
	"errors"

	"github.com/desirepath/desirepath/inventory"
)

// maxFolders is how many folders a path is followed up. Google allows 100, the
// others less; it also ends the walk when folders contain one another, as they
// can between two pages of a listing.
const maxFolders = 100

// assetPath is an asset's path in SQL, told from the folders above it unless
// the scanner told it.
const assetPath = `COALESCE(NULLIF(a.path, ''), (
	WITH RECURSIVE up (parent, path, depth) AS (
		SELECT f.parent, f.name, 1 FROM folders f WHERE f.tenant = a.tenant AND f.place = a.place AND f.id = a.parent
		UNION ALL
		SELECT f.parent, f.name || '/' || up.path, up.depth + 1 FROM up JOIN folders f
		ON f.tenant = a.tenant AND f.place = a.place AND f.id = up.parent WHERE up.depth < 100)
	SELECT path FROM up ORDER BY depth DESC LIMIT 1), '')`

// paths tells the paths of a place's folders within a transaction, which must
// not change folders meanwhile.
type paths struct {
	tx    *sql.Tx
	place inventory.Place
	known map[string]string
}

func newPaths(tx *sql.Tx, p inventory.Place) *paths {
	return &paths{tx: tx, place: p, known: map[string]string{}}
}

// of gives a folder's path, itself included; "" for the root and for folders
// that nobody told of.
func (p *paths) of(ctx context.Context, id string) (string, error) {
	const keep = 50_000 // folders; bounds the memory
	if len(p.known) > keep {
		clear(p.known)
	}
	return p.walk(ctx, id, maxFolders)
}

func (p *paths) walk(ctx context.Context, id string, left int) (string, error) {
	if id == "" || left == 0 {
		return "", nil
	}
	if path, ok := p.known[id]; ok {
		return path, nil
	}
	var parent, path string
	err := p.tx.QueryRowContext(ctx, `SELECT parent, name FROM folders WHERE tenant = ? AND place = ? AND id = ?`,
		p.place.Tenant, p.place.ID, id).Scan(&parent, &path)
	if errors.Is(err, sql.ErrNoRows) {
		p.known[id] = ""
		return "", nil
	}
	if err != nil {
		return "", err
	}
	above, err := p.walk(ctx, parent, left-1)
	if err != nil {
		return "", err
	}
	if above != "" {
		path = above + "/" + path
	}
	p.known[id] = path
	return path, nil
}

// pathRules reports whether the scope looks at paths at all.
func (s *Store) pathRules() bool {
	return len(s.scope.Exclude.Paths)+len(s.scope.Pilot.Paths) > 0
}
