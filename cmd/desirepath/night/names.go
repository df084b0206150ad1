package night

import (
	"strings"
	"sync"
	"sync/atomic"
)

// Names tells the full names of people in the directory, so that a heading or
// sheet name that is one of them is dropped before it is kept. It is empty
// until the directory was read, and safe for concurrent use.
type Names struct {
	known atomic.Pointer[knownNames]

	mu   sync.Mutex
	more []string // of people who are kept nowhere
}

// knownNames are names as they are folded.
type knownNames struct {
	folded map[string]bool
	marked func(folded string) bool // of people who are kept nowhere, as another process left them; may be nil
}

// also takes in a name that is in no store.
func (n *Names) also(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.more = append(n.more, name)
}

// keptNowhere are the names that were taken in so, in all the forms they have.
func (n *Names) keptNowhere() (folded []string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, name := range n.more {
		folded = append(folded, formsOf(name)...)
	}
	return folded
}

// Known reports whether s is the full name of somebody in the directory.
func (n *Names) Known(s string) bool {
	known := n.known.Load()
	if known == nil {
		return false
	}
	folded := foldName(s)
	return known.folded[folded] || known.marked != nil && known.marked(folded)
}

func (n *Names) learn(names []string, marked func(string) bool) {
	folded := make(map[string]bool, len(names))
	for _, name := range names {
		for _, form := range formsOf(name) {
			folded[form] = true
		}
	}
	for _, form := range n.keptNowhere() {
		folded[form] = true
	}
	n.known.Store(&knownNames{folded, marked})
}

// formsOf gives the forms in which a full name is written; none for a single
// word: "Grade" may be somebody's only name, and is a heading.
func formsOf(name string) []string {
	words := strings.Fields(foldName(name))
	if len(words) < 2 {
		return nil
	}
	return []string{strings.Join(words, " "), words[len(words)-1] + ", " + strings.Join(words[:len(words)-1], " ")}
}

func foldName(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
