package inventory

import "time"

// A Job is a part of a night that one worker does by itself. What it has done
// is kept as it goes, so that whoever takes it up again goes on from there.
type Job struct {
	Run    int64     `json:"run"`
	N      int       `json:"n"`    // tells it from the others of its run
	Step   string    `json:"step"` // list, look, judge ...
	Tenant string    `json:"tenant,omitempty"`
	Place  string    `json:"place,omitempty"`  // the id of the place to list
	Assets []AssetID `json:"assets,omitempty"` // what to look into, to observe or to judge
	Basis  string    `json:"basis,omitempty"`  // what its verdicts must be based on
	Units  int       `json:"units,omitempty"`  // of the tenant's quota it may spend; 0: any number
	Until  time.Time `json:"until,omitzero"`   // it begins nothing more then; zero: whenever
	Turn   int       `json:"turn"`             // how often it was taken up where another left it
}

// A JobAccount says how far a job is.
type JobAccount struct {
	Report  PlaceReport `json:"report,omitzero"` // of a place that is listed
	Done    int         `json:"done,omitempty"`  // assets that are done with
	Partial bool        `json:"partial,omitempty"`
	Spent   bool        `json:"spent,omitempty"` // the tenant wants no more requests today
	Late    bool        `json:"late,omitempty"`  // its time was over
	Ledger  Ledger      `json:"ledger,omitempty"`
	Error   string      `json:"error,omitempty"` // what keeps it from being done at all
}

// Underway is how far the night is that is under way; its Run is 0 when none is.
type Underway struct {
	Run     int64
	Started time.Time
	Workers int        // processes that help, where an inventory has them
	Steps   []Progress // in the order in which they began
}

// Progress is how far a step is, with one tenant if it goes by tenants.
type Progress struct {
	Step, Tenant string
	Ended, Jobs  int // of its parts, how many are done, and how many there are as far as is known
	Done         int // assets that were found, looked into, observed or judged
}

// Plus gives the sum of two tallies and leaves both as they are.
func (t Tally) Plus(o Tally) Tally {
	sum := Tally{}
	sum.Add(t)
	sum.Add(o)
	return sum
}

// Merge adds lines to a ledger: the counts of the same kind of request of the
// same source become one.
func (l Ledger) Merge(more Ledger) Ledger {
	type key struct {
		source, host, method, template string
		status                         int
	}
	at := make(map[key]int, len(l))
	out := append(Ledger(nil), l...)
	for i, line := range out {
		at[key{line.Source, line.Host, line.Method, line.Template, line.Status}] = i
	}
	for _, line := range more {
		k := key{line.Source, line.Host, line.Method, line.Template, line.Status}
		i, known := at[k]
		if !known {
			at[k], out = len(out), append(out, line)
			continue
		}
		out[i].Count += line.Count
		out[i].Units += line.Units
		out[i].Bytes += line.Bytes
		out[i].Waited += line.Waited
	}
	return out
}
