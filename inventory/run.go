package inventory

import (
	"maps"
	"slices"
	"strings"
	"time"
)

// A Run is one scan, kept as a row with its account and its ledger.
type Run struct {
	ID       int64
	Started  time.Time
	Finished time.Time // zero while it runs, or when it was cut off
	Result   RunResult
	Error    string // what stopped it, if anything did
	Places   []PlaceReport
	Ledger   Ledger
	Stages   []StageTime    // in the order of the night, each once
	Expired  map[string]int // what was let go of because it was kept long enough, by kind
	Listing  time.Duration  // how long listing took; told, not kept
}

// A StageTime is how long one step of a night took.
type StageTime struct {
	Stage string        `json:"stage"` // list, look, judge ...
	Took  time.Duration `json:"took"`
}

// Took adds to the time of a stage.
func (r *Run) Took(stage string, d time.Duration) {
	i := slices.IndexFunc(r.Stages, func(s StageTime) bool { return s.Stage == stage })
	if i < 0 {
		r.Stages = append(r.Stages, StageTime{Stage: stage})
		i = len(r.Stages) - 1
	}
	r.Stages[i].Took += d
}

// A RunResult says how a run ended.
type RunResult string

// The results of a run.
const (
	RunComplete RunResult = "complete"
	RunPartial  RunResult = "partial" // some places or assets could not be seen
	RunFailed   RunResult = "failed"
	RunCut      RunResult = "cut" // it never finished: killed, or the machine went down
)

// A Tally accounts for what a listing found:
// Found = Stored + Excluded + the sum of Skipped + the sum of Failed.
// Folders and removals are not counted as found.
type Tally struct {
	Found    int            `json:"found"`
	Stored   int            `json:"stored"`
	Excluded int            `json:"excluded"`          // counted, never named
	Skipped  map[string]int `json:"skipped,omitempty"` // by reason, such as "not a workbook"
	Failed   map[string]int `json:"failed,omitempty"`  // by reason
	Changed  int            `json:"changed"`           // of Stored, how many were new or altered
	Removed  int            `json:"removed"`           // assets that are gone
}

// Add adds another tally to t.
func (t *Tally) Add(o Tally) {
	t.Found += o.Found
	t.Stored += o.Stored
	t.Excluded += o.Excluded
	t.Changed += o.Changed
	t.Removed += o.Removed
	t.Skipped = addCounts(t.Skipped, o.Skipped)
	t.Failed = addCounts(t.Failed, o.Failed)
}

// Balanced reports whether everything found is accounted for.
func (t Tally) Balanced() bool {
	return t.Found == t.Stored+t.Excluded+sum(t.Skipped)+sum(t.Failed)
}

func addCounts(to, from map[string]int) map[string]int {
	if len(from) == 0 {
		return to
	}
	if to == nil {
		return maps.Clone(from)
	}
	for k, n := range from {
		to[k] += n
	}
	return to
}

func sum(m map[string]int) int {
	n := 0
	for _, v := range m {
		n += v
	}
	return n
}

// A PlaceReport is a place's part of a run's account.
type PlaceReport struct {
	Place    string `json:"place"` // its key; "" when the place was excluded: counted, never named
	Name     string `json:"name"`
	Personal bool   `json:"personal,omitempty"` // one person's own: its name tells whose
	Tally    Tally  `json:"tally"`
	Pages    int    `json:"pages"`
	Complete bool   `json:"complete"`
	Left     bool   `json:"left,omitempty"` // not begun: the next run begins with it
	Error    string `json:"error,omitempty"`
}

// A Ledger counts the requests of a run by what they were.
type Ledger []LedgerLine

// Mutations counts the requests that were neither reads nor sign-ins. It looks
// at what was sent and knows nothing of what the guard admits, so that the one
// checks the other.
func (l Ledger) Mutations() (n int) {
	for _, line := range l {
		read := line.Method == "GET" || line.Method == "HEAD"
		signIn := line.Method == "POST" && (strings.HasSuffix(line.Template, "/token") || line.Host == "iamcredentials.googleapis.com" && strings.HasSuffix(line.Template, "/serviceAccounts/{id}"))
		if !read && !signIn && !question(line) {
			n += line.Count
		}
	}
	return n
}

// question reports whether a POST is one that its vendor documents as a read:
// it has a body because what is asked for is too long for an address.
func question(l LedgerLine) bool {
	return l.Method == "POST" && (strings.HasSuffix(l.Template, "/bigquery/v2/projects/{id}/queries") || strings.HasSuffix(l.Template, "/resourcequery/resources/query") || strings.HasSuffix(l.Template, "/admin/workspaces/getInfo"))
}

// A LedgerLine is the requests of one kind.
type LedgerLine struct {
	Source   string        `json:"source,omitempty"` // the tenant's name in the configuration
	Host     string        `json:"host"`
	Method   string        `json:"method"`
	Template string        `json:"template"` // the path with ids replaced by {id}
	Status   int           `json:"status"`   // 0 when no answer came
	Count    int           `json:"count"`
	Units    int           `json:"units"` // in the vendor's quota units
	Bytes    int64         `json:"bytes"` // of answers read
	Waited   time.Duration `json:"waited"`
}
