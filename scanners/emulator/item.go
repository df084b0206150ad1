package emulator

import "time"

// An Item is a file or a folder of a place, as it is now.
type Item struct {
	ID     string // in the suite's own style; made by the world when empty
	Place  string // the drive it is in
	Parent string // the folder it is in; "" for the root of the drive
	Name   string
	Folder bool

	// MIME is the media type. Google's native types are named here too.
	MIME    string
	Content Content // nil for folders and for native documents
	Sheet   func() Sheet
	Form    func() Form
	Script  func() []ScriptFile
	Package string // such as "oneNote": a folder that is shown as one document
	Target  string // the id of what a Google shortcut leads to
	Malware bool   // the suite's scanner objects; downloads are refused

	Created    time.Time
	CreatedBy  string // a person's id
	Modified   time.Time
	ModifiedBy string
	Grants     []Grant   // given on the item itself, not inherited
	Versions   []Version // oldest first; the last is the current one

	Trashed  bool // in the bin by itself or with a folder
	Explicit bool // put into the bin by itself
	Deleted  bool // gone: only its id is left, for the change feeds

	Revision int   // counts changes of any kind
	Edition  int   // counts changes of the content
	Seq      int64 // the number of the last change in the place's change log; 0 is what it was made with

	unshared bool // all grants were taken back
	moved    bool // it is another person's now; here it is deleted
	labels   []appliedLabel
	secluded bool // it does not inherit what the folders above it were given to
}

// Gone says that the item is in the bin or deleted.
func (it Item) Gone() bool { return it.Trashed || it.Deleted }

// Size is the number of bytes of the content, 0 without one.
func (it Item) Size() int64 {
	if it.Content == nil {
		return 0
	}
	return it.Content.Size()
}

// The roles of a grant, weakest first. A shared drive's members can be organizers too.
const (
	RoleRead      = "read"
	RoleComment   = "comment"
	RoleWrite     = "write"
	RoleOwner     = "owner"
	RoleOrganizer = "organizer"
)

// The audiences of a sharing link.
const (
	LinkAnyone       = "anonymous"
	LinkOrganisation = "organization"
	LinkPeople       = "users"
)

// A Grant lets somebody at an item. Exactly one of Person, Group, External, Domain and Link says whom; a link for people names them in People.
type Grant struct {
	ID       string // made by the world when empty
	Person   string // a person's id
	Group    string // a group's id
	External string // a mail address outside the organisation
	Domain   string // everybody of a domain
	Link     string // an audience
	People   []string
	Role     string
	Expires  time.Time
}

// A Version is one saved state of a file.
type Version struct {
	ID   string
	By   string // a person's id
	At   time.Time
	Size int64
}

// A Sheet is a native Google spreadsheet.
type Sheet struct {
	Locale   string
	TimeZone string
	Tabs     []Tab
	Names    []NamedRange
	Marks    []string // keys under which scripts and add-ons keep what they know about it
	Queries  []Warehouse
}

// A Warehouse is a table of BigQuery's that a spreadsheet shows.
type Warehouse struct{ Project, Dataset, Table string }

// A Tab is one sheet of a spreadsheet. Rows are jagged; cells that are missing are empty.
type Tab struct {
	Title         string
	Hidden        bool
	Rows          [][]Cell
	RowCount      int // of the grid; at least len(Rows)
	ColumnCount   int
	FrozenRows    int
	FrozenColumns int
	Merges        []string // "B2:D2"
	Protected     []string // ranges that only some may change
	Tables        []string // ranges that somebody declared to be a table, headings included
}

// A Cell has a formula or a value (string, float64 or bool), or neither.
type Cell struct {
	Value   any
	Formula string
	List    []string // the choices of a list validation
	Source  string   // the range, in A1 notation, that the choices of a list validation are in
	Note    string
	Format  string // Google's word for the number format: DATE, TIME, CURRENCY, PERCENT; "" is none
	Bold    bool
	Link    string // where a click on the cell leads
}

// A NamedRange gives a range in A1 notation of a tab a name.
type NamedRange struct {
	Name  string
	Tab   string
	Range string
}
