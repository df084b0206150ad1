package inventory

// A Depth says how far inside an asset was looked.
type Depth int

// The depths. Heads reads sheet names, headings and what stands beside them;
// Full also counts every formula.
const (
	DepthNone Depth = iota
	DepthHeads
	DepthFull
)

// A Structure is what is inside an asset. It holds no cell value: headings,
// names, counts and shapes only. Its JSON is the contract of "desirepath
// inspect".
type Structure struct {
	Format        string       `json:"format"`     // xlsx, csv, gsheet ...
	BytesRead     int64        `json:"bytes_read"` // what was fetched to learn this
	Sheets        []Sheet      `json:"sheets"`
	DefinedNames  []string     `json:"defined_names"`
	Connections   []Connection `json:"connections"`
	ExternalLinks []string     `json:"external_links"` // hosts and file names of other workbooks this one reads
	Pivots        int          `json:"pivots"`
	Tables        int          `json:"tables"`
	Validations   int          `json:"validations"`
	Notes         int          `json:"notes,omitempty"`     // remarks that people left at cells; of files at full depth only
	Protected     int          `json:"protected,omitempty"` // ranges and sheets that only some may change, and the list of sheets if it is one
	// ConditionalFormats is how many rules mark cells by what they hold; at
	// full depth only.
	ConditionalFormats int `json:"conditional_formats,omitempty"`
	// PivotSources is what the pivot tables sum up: a sheet, a table or a named
	// range of this workbook, the name of another one, or "connection".
	PivotSources []string `json:"pivot_sources,omitempty"`
	// Scripts is how many buttons run an Office Script; at full depth only.
	Scripts int `json:"scripts,omitempty"`
	// Label is the sensitivity label that the file itself bears.
	Label Label `json:"label,omitzero"`
	// ListWords are those entries of validation lists that belong to the
	// public vocabulary of statuses and priorities ("open", "approved").
	// Other entries may be data and are only counted.
	ListWords []string `json:"list_words,omitempty"`
	Macros    Macros   `json:"macros"`
	Queries   []Query  `json:"queries"`
	// Objects are what people built around the tables of a database, each of
	// which is a sheet here.
	Objects Objects `json:"objects,omitzero"`

	// IDs are keyed samples of the columns that hold ids, where a key was
	// configured. They are kept apart, and are in no JSON.
	IDs IDs `json:"-"`

	Revision string `json:"revision,omitempty"` // the asset's revision that was read
	Depth    Depth  `json:"depth,omitempty"`
	Reader   int    `json:"reader,omitempty"` // the version of the reader; a newer one reads again
	// Partial says that the budget for requests and bytes ended before all
	// that the depth asks for was read. Sheet.Unread and Region.Unread tell
	// where; what stands beside the sheets may be missing too.
	Partial bool `json:"partial,omitempty"`
}

// A Sheet is one sheet of a workbook.
type Sheet struct {
	Name      string         `json:"name"`
	Hidden    bool           `json:"hidden"`
	Rows      int            `json:"rows"`    // last row used
	Columns   int            `json:"columns"` // last column used
	Formulas  int            `json:"formulas"`
	Functions map[string]int `json:"functions"` // by name, in capitals, how often used
	Regions   []Region       `json:"regions"`
	Unread    bool           `json:"unread,omitempty"` // the budget ended before its first row
}

// A Region is one table on a sheet: a block of cells under headings.
type Region struct {
	Range      string   `json:"range"`       // in A1 notation, headings included
	HeaderRows int      `json:"header_rows"` // 0 when no heading was recognised
	Headings   []string `json:"headings"`    // one a column that has one, from left to right
	// Types tells for each heading what its column mostly holds.
	Types []ColumnType `json:"types,omitempty"`
	// Unread is how many more headings there are that the budget did not reach.
	Unread int `json:"unread,omitempty"`
	// Pivot marks a pivot table. Headings that are values of one of its fields
	// are left out.
	Pivot bool `json:"pivot,omitempty"`
	// Crosstab marks a table that has the values of something across: months,
	// years, weeks, or the column field of a pivot table.
	Crosstab bool `json:"crosstab,omitempty"`
	// Columns tells for each heading how its column is filled; at full depth
	// only, and not of forms.
	Columns []ColumnStats `json:"columns,omitempty"`
	// Shapes are the distinct formula shapes of the region, with literals
	// replaced by their type and references made relative; at most a few dozen.
	Shapes []string `json:"shapes,omitempty"`
}

// ColumnStats is how a column of a table is filled. Shares are from 0 to 1, in
// hundredths. It holds no value and nothing a value could be told from.
type ColumnStats struct {
	Fill    float64 `json:"fill"`              // share of the rows below the headings that have anything here
	Numbers float64 `json:"numbers,omitempty"` // share of what is filled, as are the next ones
	Dates   float64 `json:"dates,omitempty"`   // cells formatted as dates, and text that reads like one
	Emails  float64 `json:"emails,omitempty"`  // text that holds an address
	IDs     float64 `json:"ids,omitempty"`     // text that is one word with digits in it, as INV-00123 is
	// Distinct is about how many different contents there are: exact up to
	// 256, within a tenth or so above; 0 when it was not estimated.
	Distinct int `json:"distinct"`
}

// A ColumnType is what most cells of a column hold.
type ColumnType string

// The types of column.
const (
	ColumnEmpty   ColumnType = "empty"
	ColumnText    ColumnType = "text"
	ColumnNumber  ColumnType = "number"
	ColumnDate    ColumnType = "date"
	ColumnBool    ColumnType = "bool"
	ColumnFormula ColumnType = "formula"
	ColumnEmail   ColumnType = "email"
	ColumnMixed   ColumnType = "mixed"
)

// A Connection is a link to a database or service that a workbook reads.
// Target is host, database and object; never a password, never SQL text.
type Connection struct {
	Kind   string `json:"kind"` // odbc, oledb, web, text, model ...
	Target string `json:"target"`
}

// A Label is a sensitivity label of Microsoft Purview. A file may know only its
// ID; a Name that looks like a person's is left out.
type Label struct {
	ID   string `json:"id,omitempty"`
	Name string `json:"name,omitempty"`
}

// Macros tells of code by the names of its modules and by what it does. The
// code itself is never kept.
type Macros struct {
	Present bool     `json:"present"`
	Modules []string `json:"modules"`
	Does    []string `json:"does,omitempty"` // sorted; see MacroMails and those after it
}

// What code does.
const (
	MacroMails     = "sends-mail"
	MacroDatabase  = "opens-database"
	MacroFiles     = "writes-files"
	MacroWeb       = "calls-web"
	MacroForms     = "shows-forms"
	MacroOffice    = "drives-office" // Word, PowerPoint, Access ...
	MacroPrograms  = "starts-programs"
	MacroByItself  = "runs-by-itself" // when the workbook opens or changes, or at a time
	MacroWorkbooks = "opens-workbooks"
)

// A Query is a Power Query of a workbook, or one of a database, and where from
// outside it takes its data.
type Query struct {
	Name    string   `json:"name"`
	Sources []string `json:"sources"`
	Kind    string   `json:"kind,omitempty"` // of a database's: select, crosstab, union, append, update, pass-through ...
}

// Objects are the parts of a database besides its tables and queries, by name.
type Objects struct {
	Forms         []string `json:"forms,omitempty"`
	Reports       []string `json:"reports,omitempty"`
	Macros        []string `json:"macros,omitempty"`
	Relationships int      `json:"relationships,omitempty"` // between tables
}

// Database reports whether it is of a database file, whose tables are sheets here.
func (s Structure) Database() bool { return s.Format == "accdb" || s.Format == "mdb" }

// Headings yields every heading of the structure, sheet by sheet.
func (s Structure) Headings(yield func(string) bool) {
	for _, sh := range s.Sheets {
		for _, r := range sh.Regions {
			for _, h := range r.Headings {
				if !yield(h) {
					return
				}
			}
		}
	}
}

// EmptyStructure is a structure of nothing: its lists are empty, not absent,
// so that its JSON keeps its shape.
func EmptyStructure() Structure {
	return Structure{
		Sheets: []Sheet{}, DefinedNames: []string{}, Connections: []Connection{}, ExternalLinks: []string{},
		Macros: Macros{Modules: []string{}}, Queries: []Query{},
	}
}
