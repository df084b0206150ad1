package match

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// A vector is words with their weights, sorted, of length one. The order makes
// sums come out the same every time.
type vector []weighed

type weighed struct {
	word   string
	weight float64
}

// A weighing tells how telling a word is: the rarer among documents, the more.
type weighing struct {
	documents int
	in        map[string]int
}

func newWeighing(sides ...[][]string) weighing {
	w := weighing{in: map[string]int{}}
	for _, docs := range sides {
		for _, d := range docs {
			w.documents++
			seen := map[string]bool{}
			for _, word := range d {
				if !seen[word] {
					seen[word] = true
					w.in[word]++
				}
			}
		}
	}
	return w
}

func (w weighing) vector(doc []string) vector {
	counts := map[string]int{}
	for _, word := range doc {
		counts[word]++
	}
	out := make(vector, 0, len(counts))
	length := 0.0
	for _, word := range slices.Sorted(maps.Keys(counts)) {
		x := (1 + math.Log(float64(counts[word]))) * math.Log(1+float64(w.documents)/float64(1+w.in[word]))
		out = append(out, weighed{word, x})
		length += x * x
	}
	if length > 0 {
		for i := range out {
			out[i].weight /= math.Sqrt(length)
		}
	}
	return out
}

// cosine is how alike two vectors are, 0 to 1.
func (v vector) cosine(o vector) float64 {
	sum := 0.0
	for i, j := 0, 0; i < len(v) && j < len(o); {
		switch c := cmp.Compare(v[i].word, o[j].word); {
		case c < 0:
			i++
		case c > 0:
			j++
		default:
			sum += v[i].weight * o[j].weight
			i++
			j++
		}
	}
	return sum
}

// trigrams are the runs of three letters of a name, its ends marked.
func trigrams(name string) (out []string) {
	letters := []rune{'^'}
	for _, w := range split(name) {
		letters = append(letters, []rune(w)...)
	}
	letters = append(letters, '$')
	for i := 0; i+3 <= len(letters); i++ {
		out = append(out, string(letters[i:i+3]))
	}
	return out
}
