package classify

import (
	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/classify/evaluation"
)

// Refit learns from what people of one organisation said, starting from
// weights that serve already and staying near them: a few words move what they
// are about, and little else.
func Refit(cat catalogue.Catalogue, bg Background, from Weights, cases []evaluation.Case, o Options) Weights {
	c := NewWith(cat, bg, from, o)
	w := c.fit(c.examples(cases)).weights(c.vocab)
	w.Temperature = from.Temperature // a few words say nothing of how sure to be
	return w
}
