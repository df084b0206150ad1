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
	folded atomic.Pointer[map[string]bool]

	mu   sync.Mutex
	more []string // of people who are kept nowhere
}

// also takes in a name that is in no store.
func (n *Names) also(name string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.more = append(n.more, name)
}

// Known reports whether s is the full name of somebody in the directory.
func (n *Names) Known(s string) bool {
	names := n.folded.Load()
	return names != nil && (*names)[foldName(s)]
}

func (n *Names) learn(names []string) {
	n.mu.Lock()
	names = append(names, n.more...)
	n.mu.Unlock()
	folded := make(map[string]bool, len(names))
	for _, name := range names {
		words := strings.Fields(foldName(name))
		if len(words) < 2 {
			continue // "Grade" may be somebody's only name, and is a heading
		}
		folded[strings.Join(words, " ")] = true
		folded[words[len(words)-1]+", "+strings.Join(words[:len(words)-1], " ")] = true
	}
	n.folded.Store(&folded)
}

func foldName(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }
