package classify

import "math"

// repeated is what a concept's second name in a structure counts; each further
// one counts half of that before: "project id" and "project status" say more
// than one of them, but not twice as much.
const repeated = 0.5

// find keeps the best heading of each concept.
func (v *view) find(f found) {
	for k := range v.concepts {
		old := &v.concepts[k]
		if old.concept != f.concept {
			continue
		}
		if f.phrase != old.phrase {
			old.more += math.Min(f.value, old.value) * math.Pow(repeated, float64(old.phrases))
			old.phrases++
			old.phrase = f.phrase
		}
		if f.value > old.value {
			old.value, old.heading = f.value, f.heading
		}
		return
	}
	f.phrases = 1
	v.concepts = append(v.concepts, f)
}

// field keeps the best reading of each heading. Headings come in order.
func (v *view) field(f field) {
	if n := len(v.fields); n > 0 && v.fields[n-1].heading == f.heading {
		last := &v.fields[n-1]
		last.value, last.telling = math.Max(last.value, f.value), max(last.telling, f.telling)
		return
	}
	v.fields = append(v.fields, f)
}

// vagueCover is how much of a heading a vague word explains: a sheet that has
// the days of the week for headings may be anything.
const vagueCover = 0.3

// tally turns what was found into features.
func (v *view) tally(headings int) {
	for _, f := range v.concepts {
		switch {
		case f.use == useFunction:
			v.f[fFunction] += f.value
		case f.telling == 3:
			v.f[fTelling3] += f.value + f.more
		case f.telling == 2:
			v.f[fTelling2] += f.value + f.more
		default:
			v.f[fTelling1] += f.value + f.more
		}
	}
	v.f[fShare] = v.f[fTelling3] + 0.5*v.f[fTelling2] + 0.2*v.f[fTelling1]
	for _, k := range []int{fTelling3, fTelling2, fTelling1, fFunction} {
		v.f[k] = math.Log1p(v.f[k])
	}
	sum := 0.0
	for _, f := range v.fields {
		if f.telling == 1 {
			f.value *= vagueCover
		}
		sum += f.value
	}
	v.f[fCoverage] = sum / math.Max(4, float64(headings))
	v.f[fCounter] = math.Log1p(float64(len(v.counters)))
	switch v.thinness(headings) {
	case vagueOnly:
		v.f[fVague] = 1
	case oneThing:
		v.f[fThin] = 1
	}
}

// mostExplained is the share of a structure's headings that a capability has
// to know when only one telling field speaks for it.
const mostExplained = 0.6

// firmly is how well a heading has to be explained to count as seen.
const firmly = 0.45

// A thinness says how little speaks for a capability.
type thinness int

const (
	enoughSeen thinness = iota
	oneThing            // one telling field, among headings it knows nothing of
	vagueOnly           // only words that stand in all kinds of sheets
)

// thinness tells how little the headings say for a capability that no name
// speaks for: the days of the week do not make a timesheet, nor does one
// invoice among measurements make accounts.
func (v *view) thinness(headings int) thinness {
	if len(v.fields) == 0 || len(v.sheets)+len(v.names)+len(v.words) > 0 {
		return enoughSeen
	}
	telling, fields, explained, vague := 0, 0, 0, 0
	for _, f := range v.concepts {
		if f.use == useField && f.value >= firmly {
			fields++
			if f.telling > 1 {
				telling++
			}
		}
	}
	for _, f := range v.fields {
		if f.value >= firmly {
			explained++
			if f.telling == 1 {
				vague++
			}
		}
	}
	switch {
	case telling == 0 && fields > 1 && explained == headings: // "Name, Phone"
		return enoughSeen
	case telling == 0:
		return vagueOnly
	case telling == 1 && float64(explained)-0.5*float64(vague) < mostExplained*float64(headings):
		return oneThing
	}
	return enoughSeen
}

// What keeps one weak word from being all there is: shareFloor stands for what
// was not recognised, and a share counts in full only as what is behind it
// nears a few times shareScale.
const (
	shareFloor = 0.5
	shareScale = 0.4
)

// share turns the strengths that tally left into parts of their sum.
func share(vs []view) {
	sum := shareFloor
	for _, v := range vs {
		sum += v.f[fShare]
	}
	for t := range vs {
		x := vs[t].f[fShare]
		vs[t].f[fShare] = x / sum * (1 - math.Exp(-x/shareScale))
	}
}
