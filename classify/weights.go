package classify

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

//go:embed weights.json
var defaultWeights []byte

// Weights is what was learned from labelled structures: how many units of
// log-odds each feature is worth. Keys that a catalogue does not have are
// ignored, and what a catalogue has and Weights lacks counts nothing extra, so
// that weights outlive catalogues.
type Weights struct {
	Features map[string]float64 `json:"features"` // shared by all capabilities
	None     map[string]float64 `json:"none"`     // what speaks for "none"
	Bias     map[string]float64 `json:"bias"`     // by capability; "" is none
	Concepts map[string]float64 `json:"concepts"` // by capability/field, on top of what its being telling is worth
	// Temperature divides all log-odds, so that a score is as often right as
	// it says; 0 is 1.
	Temperature float64 `json:"temperature,omitempty"`
}

// DefaultWeights gives the weights that come with desirepath.
func DefaultWeights() (Weights, error) {
	var w Weights
	if err := json.Unmarshal(defaultWeights, &w); err != nil {
		return w, fmt.Errorf("weights.json: %w", err)
	}
	return w, nil
}

// Expert gives weights by judgement alone: where learning starts, and what it
// stays near where labels say nothing.
func Expert() Weights {
	return Weights{
		Features: map[string]float64{
			"telling_3": 1.6, "telling_2": 0.9, "telling_1": 0.3, "coverage": 3, "share": 3,
			"sheet_name": 1.2, "heading_entity": 0.6, "file_name": 2, "folder_name": 0.7, "title": 1,
			"list_words": 0.3, "function_words": 0.3, "formulas": 0.4, "counter_signs": -0.8, "thin": -0.7, "vague": -1.2, "system_trace": 4,
			"connected_service": 2.5, "consented_data": 1.2, "knowledge": 2, "shared_ids": 2.5,
		},
		None: map[string]float64{
			"few_headings": 1, "unknown_headings": 2, "number_columns": 0.3, "no_id_column": 0.2,
			"few_rows": 0.3, "very_wide": 0.3, "mute_sheet_names": 0.4,
			"only_numbers": 0.7, "symbols": 0.7, "mathematics": 0.7, "unruled": 0.2, "exercise": 10,
		},
		Bias:     map[string]float64{"": 2},
		Concepts: map[string]float64{},
	}
}

// A model is Weights made ready for one vocabulary.
type model struct {
	features [featureCount]float64
	none     [noneCount]float64
	noneBias float64
	bias     []float64 // by top
	concepts []float64
}

func newModel(v *vocabulary, w Weights) model {
	m := model{noneBias: w.Bias[""]}
	scale := 1.0
	if w.Temperature > 0 {
		scale = 1 / w.Temperature
	}
	m.noneBias *= scale
	for i, n := range featureNames() {
		m.features[i] = scale * w.Features[n]
	}
	for i, n := range noneNames() {
		m.none[i] = scale * w.None[n]
	}
	for _, id := range v.tops {
		m.bias = append(m.bias, scale*w.Bias[id])
	}
	for _, c := range v.concepts {
		m.concepts = append(m.concepts, scale*w.Concepts[c.id])
	}
	return m
}

// weights is the way back, with zeros left out.
func (m model) weights(v *vocabulary) Weights {
	w := Weights{Features: map[string]float64{}, None: map[string]float64{}, Bias: map[string]float64{}, Concepts: map[string]float64{}}
	put := func(to map[string]float64, key string, x float64) {
		if x = math.Round(x*1000) / 1000; x != 0 {
			to[key] = x
		}
	}
	for i, n := range featureNames() {
		put(w.Features, n, m.features[i])
	}
	for i, n := range noneNames() {
		put(w.None, n, m.none[i])
	}
	put(w.Bias, "", m.noneBias)
	for i, id := range v.tops {
		put(w.Bias, id, m.bias[i])
	}
	for i, c := range v.concepts {
		put(w.Concepts, c.id, m.concepts[i])
	}
	return w
}

// score is the unnormalised log-odds of each top capability; the last is none.
func (m model) score(vs []view, g [noneCount]float64) []float64 {
	out := make([]float64, len(vs)+1)
	for t, v := range vs {
		s := m.bias[t]
		for k, x := range v.f {
			s += m.features[k] * x
		}
		for _, f := range v.concepts {
			s += m.concepts[f.concept] * f.value
		}
		out[t] = s
	}
	none := m.noneBias
	for k, x := range g {
		none += m.none[k] * x
	}
	out[len(vs)] = none
	return out
}

// softmax turns log-odds into probabilities.
func softmax(scores []float64) []float64 {
	top := slices.Max(scores)
	out := make([]float64, len(scores))
	sum := 0.0
	for i, s := range scores {
		out[i] = math.Exp(s - top)
		sum += out[i]
	}
	for i := range out {
		out[i] /= sum
	}
	return out
}
