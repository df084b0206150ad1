package classify

import (
	"cmp"
	"math"
	"slices"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/classify/evaluation"
	"github.com/desirepath/desirepath/inventory"
)

// How strongly learning holds on to where it started, for each kind of weight:
// the fewer structures speak for a weight, the harder it is held.
const (
	holdFeatures = 3.0
	holdNone     = 2.0
	holdBias     = 4.0
	holdConcepts = 1.5
	holdFirm     = 1000 // for what the labels tell nothing about
	fitSteps     = 300
	fitRate      = 0.05
)

// Fit learns weights from labelled cases, starting from Expert. It is
// deterministic. Ambiguous cases and labels that the catalogue does not know
// are left out.
func Fit(cat catalogue.Catalogue, bg Background, cases []evaluation.Case, o Options) Weights {
	c := NewWith(cat, bg, Expert(), o)
	examples := c.examples(cases)
	w := c.fit(examples).weights(c.vocab)
	w.Temperature = c.temperature(examples)
	return w
}

// CrossValidate judges each case by weights that were learned without its
// group, in a number of folds.
func CrossValidate(cat catalogue.Catalogue, bg Background, cases []evaluation.Case, o Options, folds int) evaluation.Report {
	fold := foldOf(cases, folds)
	judges := make([]*Classifier, folds)
	for f := range folds {
		var others []evaluation.Case
		for _, c := range cases {
			if fold[c.Group] != f {
				others = append(others, c)
			}
		}
		judges[f] = NewWith(cat, bg, Fit(cat, bg, others, o), o)
	}
	judge := func(c evaluation.Case) inventory.Verdict { return judges[fold[c.Group]].Classify(c.Subject) }
	return evaluation.Evaluate(slices.Values(cases), judge, cat.Top)
}

// foldOf deals groups out to folds, the largest first, each to the smallest
// fold.
func foldOf(cases []evaluation.Case, folds int) map[string]int {
	size := map[string]int{}
	var groups []string
	for _, c := range cases {
		if size[c.Group] == 0 {
			groups = append(groups, c.Group)
		}
		size[c.Group]++
	}
	slices.SortFunc(groups, func(a, b string) int { return cmp.Or(size[b]-size[a], cmp.Compare(a, b)) })
	load := make([]int, folds)
	fold := map[string]int{}
	for _, g := range groups {
		f := slices.Index(load, slices.Min(load))
		fold[g] = f
		load[f] += size[g]
	}
	return fold
}

// An example is a case as the model sees it. Target shares one unit between
// the right answers.
type example struct {
	vs     []view
	g      [noneCount]float64
	target []float64
	group  string
	weight float64 // less for each of many from one group, which tend to be alike
}

// also is how much of an example's weight goes to its accepted alternates.
const also = 0.3

func (c *Classifier) examples(cases []evaluation.Case) []example {
	var out []example
	for _, x := range cases {
		label := c.index(x.Answer)
		if x.Ambiguous || label < 0 {
			continue
		}
		r := c.read(x.Subject)
		e := example{vs: c.views(&r, nil), g: noneFeatures(r), target: make([]float64, len(c.vocab.tops)+1), group: x.Group}
		e.target[label] = 1
		for _, a := range x.Also {
			if t := c.index(a); t >= 0 && t != label {
				e.target[t] += also / float64(len(x.Also))
				e.target[label] -= also / float64(len(x.Also))
			}
		}
		out = append(out, e)
	}
	weigh(out)
	return out
}

// groupPower is how much of a group's size its weight loses: at 0 every
// example counts the same, at 1 every group.
const groupPower = 0.5

// weigh gives examples of large groups less weight each, so that twenty files
// of one author do not teach what a kind of system looks like. The weights'
// mean is 1.
func weigh(examples []example) {
	size := map[string]int{}
	for _, e := range examples {
		size[e.group]++
	}
	sum := 0.0
	for i, e := range examples {
		examples[i].weight = math.Pow(float64(size[e.group]), -groupPower)
		sum += examples[i].weight
	}
	for i := range examples {
		examples[i].weight *= float64(len(examples)) / sum
	}
}

// index is where an answer stands in a model's scores, or -1.
func (c *Classifier) index(answer string) int {
	if answer == "" {
		return len(c.vocab.tops)
	}
	return slices.Index(c.vocab.tops, c.cat.Top(answer))
}

// fit descends the cross-entropy of a multinomial logistic model whose
// feature weights all answers share, held near the expert's weights. A feature
// may lose its weight and not change its sign: a counter-sign that speaks for
// something could not be explained to anybody.
func (c *Classifier) fit(examples []example) model {
	start := flatten(c.model)
	hold := holds(c.model, examples)
	at := slices.Clone(start)
	m := c.model
	var first, second = make([]float64, len(at)), make([]float64, len(at))
	for step := 1; step <= fitSteps; step++ {
		m = m.unflatten(at)
		grad := m.gradient(examples)
		for i := range at {
			g := grad[i] + hold[i]*(at[i]-start[i])
			first[i] = 0.9*first[i] + 0.1*g
			second[i] = 0.999*second[i] + 0.001*g*g
			mean := first[i] / (1 - math.Pow(0.9, float64(step)))
			spread := second[i] / (1 - math.Pow(0.999, float64(step)))
			at[i] -= fitRate * mean / (math.Sqrt(spread) + 1e-8)
			if i < featureCount+noneCount && at[i]*start[i] < 0 {
				at[i] = 0
			}
		}
		inOrder(at)
	}
	return m.unflatten(at)
}

// inOrder keeps a field that gives a system away worth no less than one that
// some systems have, and that no less than one that many have.
func inOrder(at []float64) {
	at[fTelling2] = math.Max(at[fTelling2], at[fTelling1])
	at[fTelling3] = math.Max(at[fTelling3], at[fTelling2])
}

// gradient is the slope of the summed cross-entropy, laid out as flatten does.
func (m model) gradient(examples []example) []float64 {
	g := make([]float64, featureCount+noneCount+1+len(m.bias)+len(m.concepts))
	none, bias := featureCount, featureCount+noneCount+1
	concepts := bias + len(m.bias)
	for _, e := range examples {
		for t, p := range softmax(m.score(e.vs, e.g)) {
			d := e.weight * (p - e.target[t])
			if t == len(e.vs) {
				for k, x := range e.g {
					g[none+k] += d * x
				}
				g[none+noneCount] += d
				continue
			}
			for k, x := range e.vs[t].f {
				g[k] += d * x
			}
			g[bias+t] += d
			for _, f := range e.vs[t].concepts {
				g[concepts+f.concept] += d * f.value
			}
		}
	}
	return g
}

func flatten(m model) []float64 {
	return slices.Concat(m.features[:], m.none[:], []float64{m.noneBias}, m.bias, m.concepts)
}

func (m model) unflatten(x []float64) model {
	n := copy(m.features[:], x)
	n += copy(m.none[:], x[n:])
	m.noneBias = x[n]
	n++
	m.bias = slices.Clone(x[n : n+len(m.bias)])
	m.concepts = slices.Clone(x[n+len(m.bias):])
	return m
}

// holds is laid out as flatten does. An answer that no example has keeps its
// bias: that nobody labelled one does not make it rare.
func holds(m model, examples []example) []float64 {
	var out []float64
	repeat := func(n int, x float64) {
		for range n {
			out = append(out, x)
		}
	}
	repeat(featureCount, holdFeatures)
	out[fThin], out[fVague] = holdFirm, holdFirm
	repeat(noneCount, holdNone)
	repeat(1, holdBias)
	for t := range m.bias {
		hold := float64(holdFirm)
		if slices.ContainsFunc(examples, func(e example) bool { return e.target[t] > 0 }) {
			hold = holdBias
		}
		repeat(1, hold)
	}
	repeat(len(m.concepts), holdConcepts)
	return out
}
