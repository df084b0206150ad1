package sqlstore

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// The columns of an asset in the order of assetValues; id and generation are
// apart because statements treat them apart.
var assetNames = []string{"tenant", "place", "kind", "name", "parent", "path", "url", "mime", "revision", "size", "hash",
	"created", "modified", "created_by", "modified_by", "owner", "shared", "inherits", "label"}

func assetValues(a inventory.Asset) []any {
	return []any{a.Tenant, a.Place, string(a.Kind), a.Name, a.Parent, a.Path, a.URL, a.MIME, a.Revision, a.Size, a.Hash,
		micros(a.Created), micros(a.Modified), a.CreatedBy, a.ModifiedBy, a.Owner, a.Shared, a.Inherits, a.Label}
}

// assetColumns are read by assetDest; the path is the scanner's or "".
const assetColumns = `a.id, a.tenant, a.place, a.kind, a.name, a.parent, a.url, a.mime, a.revision, a.size, a.hash,
	a.created, a.modified, a.created_by, a.modified_by, a.owner, a.shared, a.inherits, a.label, a.path`

func scanAsset(r row) (a inventory.Asset, err error) {
	err = r.Scan(assetDest(&a)...)
	tellVendorID(&a)
	return a, err
}

func assetDest(a *inventory.Asset) []any {
	return []any{&a.ID, &a.Tenant, &a.Place, &a.Kind, &a.Name, &a.Parent, &a.URL, &a.MIME, &a.Revision, &a.Size, &a.Hash,
		utc{&a.Created}, utc{&a.Modified}, &a.CreatedBy, &a.ModifiedBy, &a.Owner, &a.Shared, &a.Inherits, &a.Label, &a.Path}
}

// Assets streams all assets, sorted by id, with nothing beside them: no paths
// but those that a scanner told, and no more of what is shared. Of an asset that
// comes or goes meanwhile it may or may not tell.
func (s *Store) Assets(ctx context.Context) iter.Seq2[inventory.Asset, error] {
	return func(yield func(inventory.Asset, error) bool) {
		const batch = 1000
		for after := inventory.AssetID(""); ; {
			as, err := collect(ctx, s.read, scanAsset, `SELECT `+assetColumns+` FROM assets a WHERE a.id > ? ORDER BY a.id LIMIT ?`, after, batch)
			if err != nil {
				yield(inventory.Asset{}, fmt.Errorf("assets: %w", err))
				return
			}
			for _, a := range as {
				if !yield(a, nil) {
					return
				}
			}
			if len(as) < batch {
				return
			}
			after = as[len(as)-1].ID
		}
	}
}

// tellVendorID takes the vendor's id from the end of the asset's.
func tellVendorID(a *inventory.Asset) {
	a.VendorID = strings.TrimPrefix(string(a.ID), a.Tenant+"/"+a.Place+"/")
}
