package inventory

import (
	"path"
	"strings"
	"time"
)

// A Kind says what sort of thing people work in.
type Kind string

// The kinds of asset. KindOther is what scanners report for files that nobody
// builds systems in; the inventory counts these and keeps nothing of them.
const (
	KindWorkbook Kind = "workbook" // a spreadsheet file: xlsx, xlsb, xls, ods ...
	KindTable    Kind = "table"    // delimited text: csv, tsv
	KindSheet    Kind = "sheet"    // a native Google spreadsheet
	KindForm     Kind = "form"
	KindList     Kind = "list"
	KindApp      Kind = "app"
	KindFlow     Kind = "flow"
	KindScript   Kind = "script"
	KindSite     Kind = "site"
	KindDatabase Kind = "database" // a database file such as accdb
	KindAgent    Kind = "agent"
	KindReport   Kind = "report" // Power BI, Looker Studio
	KindOther    Kind = "other"
)

// Inspectable reports whether there is an inside that can be read today, by a
// look of its own. Of apps, flows, agents and reports the listing itself tells
// what there is to know: see Change.Inside.
func (k Kind) Inspectable() bool {
	switch k {
	case KindWorkbook, KindTable, KindSheet, KindList, KindForm, KindScript, KindDatabase:
		return true
	default:
		return false
	}
}

// KindOfName tells the kind of a file from its name's ending. Loop pages
// (.loop, .fluid) are documents: what tables are in them nothing tells.
func KindOfName(name string) Kind {
	switch strings.ToLower(path.Ext(name)) {
	case ".xlsx", ".xlsm", ".xltx", ".xltm", ".xlsb", ".xls", ".xlt", ".ods", ".ots", ".fods":
		return KindWorkbook
	case ".csv", ".tsv":
		return KindTable
	case ".accdb", ".accde", ".mdb", ".mde":
		return KindDatabase
	case ".msapp":
		return KindApp
	default:
		return KindOther
	}
}

// An AssetID names an asset in the whole inventory: tenant, place and the
// vendor's id, joined by "/". It outlives renames and moves within a place.
type AssetID string

// An Asset is one thing people work in, as its metadata shows it.
type Asset struct {
	ID         AssetID   `json:"id"`
	Tenant     string    `json:"tenant"`
	Place      string    `json:"place"`     // the place's id within the tenant
	VendorID   string    `json:"vendor_id"` // unique within the place
	Kind       Kind      `json:"kind"`
	Name       string    `json:"name"`
	Parent     string    `json:"-"`              // the id of the folder it lies in
	Path       string    `json:"path,omitempty"` // folder names above it joined by "/"; told by the store from Parent unless a scanner sets it
	URL        string    `json:"url,omitempty"`
	MIME       string    `json:"mime,omitempty"`
	Revision   string    `json:"revision"`       // changes whenever the content does
	Size       int64     `json:"size"`           // bytes; 0 for what has no file
	Hash       string    `json:"hash,omitempty"` // the vendor's hash of the content, prefixed by its kind ("sha256:")
	Created    time.Time `json:"created,omitzero"`
	Modified   time.Time `json:"modified,omitzero"`
	CreatedBy  string    `json:"created_by,omitempty"`  // an address
	ModifiedBy string    `json:"modified_by,omitempty"` // an address
	Owner      string    `json:"owner,omitempty"`       // an address; "" where the place owns it
	Shared     bool      `json:"shared"`                // a hint: vendors leave it out at times
	Inherits   bool      `json:"-"`                     // it is shared if the folder it lies in is, which the store knows; Shared does not matter then
	Label      string    `json:"label,omitempty"`       // sensitivity label
}

// NewAssetID builds the id of the asset that a place knows under vendorID.
func NewAssetID(p Place, vendorID string) AssetID {
	return AssetID(p.Tenant + "/" + p.ID + "/" + vendorID)
}
