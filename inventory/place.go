package inventory

import "time"

// A Suite is the kind of tenant that is scanned.
type Suite string

// The suites desirepath knows.
const (
	Microsoft Suite = "microsoft"
	Google    Suite = "google"
	Share     Suite = "share" // a file share or a synced folder
)

// A Tenant is one organisation in a suite, or one file share. Its name is
// chosen in the configuration and is the first part of every id in it.
type Tenant struct {
	Name  string `json:"name"`
	Suite Suite  `json:"suite"`
}

// A PlaceKind says what a place is, in the words of its suite.
type PlaceKind string

// The kinds of place.
const (
	PlaceLibrary     PlaceKind = "library"      // a SharePoint document library
	PlaceOneDrive    PlaceKind = "onedrive"     // one person's OneDrive
	PlaceMyDrive     PlaceKind = "my-drive"     // one person's Google drive
	PlaceSharedDrive PlaceKind = "shared-drive" // a Google shared drive
	PlaceShare       PlaceKind = "share"        // a folder tree on a file server
	PlaceLists       PlaceKind = "lists"        // the SharePoint lists of one site
	PlaceEntraApps   PlaceKind = "entra-apps"   // the applications of an Entra directory
	PlaceTeamsApps   PlaceKind = "teams-apps"   // what an organisation put into its Teams catalogue
	PlaceEnvironment PlaceKind = "environment"  // a Power Platform environment
	PlaceWorkspace   PlaceKind = "workspace"    // a Power BI workspace
	PlaceForms       PlaceKind = "forms"        // the forms of a Microsoft tenant, which lie in no other place
	PlaceConsents    PlaceKind = "consents"     // apps that people of a Google domain let at their data
	PlaceReports     PlaceKind = "reports"      // one person's Looker Studio reports
)

// A Place is a unit that is listed and resumed alone, such as a drive.
type Place struct {
	Tenant string    `json:"tenant"`
	ID     string    `json:"id"` // the vendor's id, unique within the tenant
	Kind   PlaceKind `json:"kind"`
	Name   string    `json:"name"`
	URL    string    `json:"url,omitempty"`
	Site   string    `json:"site,omitempty"`  // the address of the site it belongs to, if any
	Owner  string    `json:"owner,omitempty"` // for a personal place, the address of its person
	Unit   string    `json:"unit,omitempty"`  // the directory's unit that it belongs to, such as /Staff/Physics
	Geo    string    `json:"geo,omitempty"`   // where a tenant of several geographies keeps it, by the vendor's code, such as EUR
	Via    string    `json:"via,omitempty"`   // for a place that is read as a member, that member's address
	// Active is when somebody last worked there, as far as the scanner was
	// told; zero: unknown. It orders a listing and is not kept.
	Active time.Time `json:"-"`
}

// Personal reports whether the place is one person's own. What lies in a
// personal place and is shared with nobody is not opened unless the
// configuration says so.
func (p Place) Personal() bool { return p.Kind == PlaceOneDrive || p.Kind == PlaceMyDrive }

// Key is the place's id within the whole inventory.
func (p Place) Key() string { return p.Tenant + "/" + p.ID }

// A Cursor is where a scan of a place resumes. It is opaque to everyone but
// the scanner that made it; "" starts from scratch.
type Cursor string

// A Page is one atomic step of a scan. Its changes and its cursor are stored
// together or not at all.
type Page struct {
	Changes []Change
	// Next is where to resume after this page. After a complete page "" means
	// that the place can only be listed from scratch again.
	Next Cursor
	// Full marks a page of a listing from scratch, as opposed to changes
	// since a cursor. When such a listing is Complete, and only then, what it
	// did not mention is gone from the inventory.
	Full bool
	// Complete marks the last page: the place is up to date.
	Complete bool
}

// A Change is one folder or asset that is new, altered or removed. Exactly one
// of Folder, Asset and Removed is set.
type Change struct {
	ID      string // the vendor's id, unique within the place
	Folder  *Folder
	Asset   *Asset
	Removed bool
	// Inside and Usage, beside an Asset, are what the listing itself told of
	// its inside and its use, where no further request would tell more: the
	// consents of an app, the connectors of a flow. They are of the asset's
	// revision, whatever they say themselves. Nil leaves what is stored.
	Inside *Structure
	Usage  *Usage
}

// A Folder is kept so that paths can be told from ids: vendors report a
// renamed folder, not the files below it, and some a shared folder alone.
// Nothing is passed down from a folder of which neither Shared nor Inherits
// was told.
type Folder struct {
	ID       string // the vendor's id, unique within the place
	Parent   string // the parent folder's id; "" or an unknown id is the root
	Name     string
	Shared   bool // with others; so is what lies in it and Inherits
	Inherits bool // it is shared if the folder it lies in is
}
