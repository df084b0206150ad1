package inventory

// An Edge says that an asset takes data from somewhere: from another asset,
// from a sanctioned system or, where neither is known, from what its link
// names. Exactly one of Asset, System and Name is set.
type Edge struct {
	Reader AssetID `json:"reader"`
	Asset  AssetID `json:"asset,omitempty"`
	System string  `json:"system,omitempty"`
	Name   string  `json:"name,omitempty"` // a host, a database, a file
	By     string  `json:"by"`             // EdgeLink and those after it
}

// How an asset takes data.
const (
	EdgeLink       = "link"       // a link to another workbook
	EdgeConnection = "connection" // a connection or connector
	EdgeQuery      = "query"      // a Power Query
)
