package inventory

// An Erasure says what was taken out of the inventory because somebody asked
// for it, so that whoever asked can be shown.
type Erasure struct {
	Removed []Count `json:"removed"` // rows, by table
	Altered []Count `json:"altered"` // values that no longer name the person or thing, by table and column
	// Left counts values that still do, by table and column: names that other
	// people gave to things of theirs, which the next scan would bring back.
	Left []Count `json:"left,omitempty"`
	// Words are what was searched for, to search other files for: they are
	// told to whoever asked, and kept nowhere.
	Words []string `json:"-"`
}

// Total is how many rows and values were changed.
func (e Erasure) Total() (n int) {
	for _, c := range append(append([]Count(nil), e.Removed...), e.Altered...) {
		n += c.N
	}
	return n
}
