package classify

import (
	"math"
	"strconv"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// WorthWeights is how much each part of a conversation's worth counts. A part
// without a weight counts nothing.
type WorthWeights map[string]float64

// DefaultWorth puts people first.
func DefaultWorth() WorthWeights {
	return WorthWeights{
		inventory.PartPeople: 3, inventory.PartNeed: 2, inventory.PartFragility: 2, inventory.PartCraft: 1, inventory.PartCertainty: 2,
	}
}

// Worth says how much a conversation about a record promises. keeperGone tells
// that the account of who kept it is closed, which everybody can see; why it
// is closed plays no part. Years are counted whole, so that a list does not
// change from day to day.
func Worth(r inventory.Record, keeperGone bool, now time.Time, weights WorthWeights) inventory.Worth {
	parts := []inventory.Part{worthPeople(r), worthNeed(r), worthFragility(r, keeperGone), worthCraft(r, now), worthCertainty(r)}
	w := inventory.Worth{}
	sum := 0.0
	for _, p := range parts {
		p.Weight = max(0, weights[p.Name])
		p.Value = math.Round(100*p.Value) / 100
		w.Total += p.Weight * p.Value
		sum += p.Weight
		w.Parts = append(w.Parts, p)
	}
	if sum > 0 {
		w.Total = math.Round(1000*w.Total/sum) / 1000
	}
	return w
}

func part(name string, value float64, facts ...string) inventory.Part {
	return inventory.Part{Name: name, Value: min(max(value, 0), 1), Facts: facts}
}

func fact(name string, n int) string { return name + "=" + strconv.Itoa(n) }

// worthPeople grows with those who rely on it, less and less: from ten on it
// is a good part of a team.
func worthPeople(r inventory.Record) inventory.Part {
	if r.Usage == nil {
		return part(inventory.PartPeople, 0)
	}
	facts := []string{fact("people", r.Usage.People)}
	value := 1 - math.Exp(-float64(r.Usage.People)/10)
	if r.Usage.Widely {
		value, facts = max(value, 0.6), append(facts, "widely")
	}
	return part(inventory.PartPeople, value, facts...)
}

func worthNeed(r inventory.Record) inventory.Part {
	if r.Verdict == nil || r.Verdict.None() {
		return part(inventory.PartNeed, 0)
	}
	value, facts := 0.0, []string(nil)
	for _, n := range r.Verdict.Needs {
		value += 0.2
		if n.Kind == inventory.NeedFunction {
			value += 0.2
		}
	}
	if n := len(r.Verdict.Needs); n > 0 {
		facts = append(facts, fact("needs", n))
	}
	if r.Verdict.System == "" {
		value, facts = max(value, 0.8), append(facts, "unserved")
	}
	return part(inventory.PartNeed, value, facts...)
}

// Fragility says how much of what people rely on hangs on one person or one
// file, 0 to 1: the part of Worth of that name.
func Fragility(r inventory.Record, keeperGone bool) float64 {
	return worthFragility(r, keeperGone).Value
}

// worthFragility is what would be lost if one person or one file were away.
func worthFragility(r inventory.Record, keeperGone bool) inventory.Part {
	value, facts := 0.0, []string(nil)
	add := func(on bool, more float64, said string) {
		if on {
			value, facts = value+more, append(facts, said)
		}
	}
	alone := r.Usage != nil && len(r.Usage.Editors) == 1
	add(keeperGone, 0.6, "keeper-gone")
	add(alone && r.Usage.People > 1, 0.4, "one-keeper")
	if s := r.Structure; s != nil {
		add(s.Macros.Present && alone, 0.2, "macros")
		add(len(s.ExternalLinks) > 0, 0.1, fact("links", len(s.ExternalLinks)))
	}
	return part(inventory.PartFragility, value, facts...)
}

// worthCraft is what went into it: rules, code, queries, and years.
func worthCraft(r inventory.Record, now time.Time) inventory.Part {
	value, facts := 0.0, []string(nil)
	if s := r.Structure; s != nil {
		functions := map[string]bool{}
		for _, sheet := range s.Sheets {
			for name := range sheet.Functions {
				functions[name] = true
			}
		}
		value += 0.04 * float64(len(functions))
		if len(functions) > 0 {
			facts = append(facts, fact("functions", len(functions)))
		}
		if s.Macros.Present {
			value, facts = value+0.2, append(facts, "macros")
		}
		if len(s.Queries)+len(s.Connections) > 0 {
			value, facts = value+0.2, append(facts, "connected")
		}
	}
	if years := yearsBetween(r.Asset.Created, now); years > 0 {
		value, facts = value+0.06*float64(years), append(facts, fact("years", years))
	}
	return part(inventory.PartCraft, value, facts...)
}

func worthCertainty(r inventory.Record) inventory.Part {
	if r.Verdict == nil || r.Verdict.None() {
		return part(inventory.PartCertainty, 0)
	}
	return part(inventory.PartCertainty, r.Verdict.Score)
}

func yearsBetween(from, to time.Time) int {
	if from.IsZero() || to.Before(from) {
		return 0
	}
	years := to.Year() - from.Year()
	if to.AddDate(-years, 0, 0).Before(from) {
		years--
	}
	return years
}
