package sqlstore

import (
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

// tellVendorID takes the vendor's id from the end of the asset's.
func tellVendorID(a *inventory.Asset) {
	a.VendorID = strings.TrimPrefix(string(a.ID), a.Tenant+"/"+a.Place+"/")
}
