package personal

import (
	_ "embed"
	"strings"
)

//go:embed words/headings.txt
var headingsText string

//go:embed words/lists.txt
var listsText string

//go:embed words/names.txt
var namesText string

// All are read once and never changed.
var (
	headingWords = words(headingsText, stems)
	nameWords    = words(namesText, stems)
	listWords    = words(listsText, func(line string) []string { return []string{line} })
)

func stems(line string) []string {
	out := strings.Fields(line)
	for i, w := range out {
		out[i] = stem(w)
	}
	return out
}

// IsListWord reports whether a text, in small letters, is a word that
// everybody's lists have.
func IsListWord(s string) bool { return listWords[s] }

// words reads a list: # begins a comment, split takes a line apart.
func words(text string, split func(string) []string) map[string]bool {
	set := map[string]bool{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		for _, w := range split(line) {
			set[w] = true
		}
	}
	return set
}
