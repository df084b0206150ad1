package classify

import (
	"math"

	"github.com/desirepath/desirepath/inventory"
)

// SignalSaid is evidence that somebody who knows the asset said what it is.
const SignalSaid = "said"

// saidScore is how probable an answer is that somebody who knows gave.
const saidScore = 0.97

// Heed brings a verdict in line with what somebody who knows the asset said of
// it. Their word outweighs all that was found; the rest of the evidence stays,
// so that the two can be held side by side.
func (c *Classifier) Heed(v inventory.Verdict, f inventory.Feedback) inventory.Verdict {
	answer := f.Answer()
	if answer != "" {
		if _, known := c.cat.Capability(answer); !known {
			return v // its capability has left the catalogue
		}
	}
	if answer != v.Capability {
		v.Capability, v.System, v.Needs, v.Evidence = answer, "", nil, nil
		v.Alternatives = nil
		if systems := c.cat.SystemsFor(answer); answer != "" && len(systems) > 0 {
			v.System = systems[0].ID
		}
		v.Score = 0.5
	}
	if v.Score < saidScore {
		weight := logOdds(saidScore) - logOdds(v.Score)
		v.Evidence = append([]inventory.Evidence{{Signal: SignalSaid, Args: []string{answer}, Weight: math.Round(weight*100) / 100}}, v.Evidence...)
		v.Score = saidScore
	}
	return v
}

func logOdds(p float64) float64 {
	p = min(max(p, 1e-6), 1-1e-6)
	return math.Log(p / (1 - p))
}
