package classify

import (
	"math"
	"testing"

	"github.com/desirepath/desirepath/inventory"
)

// probability is what a subject's verdict leaves for a coarse capability.
func probability(c *Classifier, s inventory.Subject, capability string) float64 {
	r := c.read(s)
	vs := c.views(&r, nil)
	return softmax(c.model.score(vs, noneFeatures(r)))[c.index(capability)]
}

func TestANameThatSaysItAllWeighsMore(t *testing.T) {
	c := classifier(t)
	tests := []struct {
		name string
		want float64
	}{
		{"Risk register", 1},
		{"Risk register 2024", 0}, // more than the entity's name
		{"Risks", 0},              // one word
		{"Budget and risk register", 0},
	}
	for _, tt := range tests {
		r := c.read(sheet(tt.name, "Owner; Notes"))
		if got := c.views(&r, nil)[c.index("grc")].f[fTitle]; got != tt.want {
			t.Errorf("%s: title %v, want %v", tt.name, got, tt.want)
		}
	}
}

// TestLabelsBesideATable holds that "Project: X" over a list of issues does
// not make the list a project plan.
func TestLabelsBesideATable(t *testing.T) {
	c := classifier(t)
	s := sheet("Sheet1", "Issue ID; Issue Description; Severity; Reported By; Resolution")
	alone := probability(c, s, "project")
	s.Structure.Sheets[0].Regions = append(s.Structure.Sheets[0].Regions, inventory.Region{Headings: []string{"Project Name", "Project Manager"}})
	beside := probability(c, s, "project")
	s.Structure.Sheets[0].Regions[1].HeaderRows = 1
	table := probability(c, s, "project")
	if !(alone < beside && beside < table) {
		t.Errorf("project: alone %.3f, labels beside %.3f, as a table %.3f", alone, beside, table)
	}
}

func TestOneOffCalculations(t *testing.T) {
	c := classifier(t)
	s := sheet("Sheet1", "Payment no; Payment; Principal; Interest; Balance")
	before := probability(c, s, "")
	s.Structure.Sheets[0].Functions = map[string]int{"IPMT": 24, "PPMT": 24}
	if after := probability(c, s, ""); after <= before {
		t.Errorf("none is %.3f with compound interest, %.3f without", after, before)
	}
	s.Structure.Sheets[0].Functions = map[string]int{"SUM": 24, "IF": 3}
	if same := probability(c, s, ""); same != before {
		t.Errorf("sums make it %.3f rather than %.3f", same, before)
	}
}

func TestSeriesOfNumbers(t *testing.T) {
	c := classifier(t)
	s := sheet("Sheet1", "Date; Sales")
	s.Structure.Sheets[0].Regions[0].Types = []inventory.ColumnType{inventory.ColumnDate, inventory.ColumnText}
	words := probability(c, s, "")
	s.Structure.Sheets[0].Regions[0].Types[1] = inventory.ColumnNumber
	if numbers := probability(c, s, ""); numbers <= words {
		t.Errorf("none is %.3f for numbers by date, %.3f for words", numbers, words)
	}
}

func TestThinness(t *testing.T) {
	c := classifier(t)
	tests := []struct {
		headings, capability string
		want                 thinness
	}{
		{"Mon; Tue; Wed; Who brings what", "timesheet", vagueOnly},
		{"Name; Phone", "crm", enoughSeen}, // two things, and they are all there is
		{"Invoice No; Beak; Wing; Song; Nest", "finance", oneThing},
		{"Invoice No; Invoice Date; Customer; Amount Due", "finance", enoughSeen},
	}
	for _, tt := range tests {
		r := c.read(sheet("Sheet1", tt.headings))
		v := c.views(&r, nil)[c.index(tt.capability)]
		if got := v.thinness(len(r.headings)); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.headings, got, tt.want)
		}
	}
}

// TestAWordOfParentAndChildCountsOnce holds that finer capabilities do not
// make the coarse one louder.
func TestAWordOfParentAndChildCountsOnce(t *testing.T) {
	v := newVocabulary(builtin(t))
	for key, p := range v.phrases {
		coarse, fine := map[int]bool{}, map[int]bool{}
		for _, r := range p.refs {
			if r.use == useField {
				into := coarse
				if v.caps[r.cap].Parent != "" {
					into = fine
				}
				into[r.top] = true
			}
		}
		for top := range coarse {
			if fine[top] {
				t.Errorf("%q counts twice for %s", key, v.tops[top])
			}
		}
	}
}

// TestTemperature gives a model that is too sure of itself examples of which
// it gets a third wrong, and expects it to be cooled.
func TestTemperature(t *testing.T) {
	c := classifier(t)
	none := len(c.vocab.tops)
	var examples []example
	var held [][]float64
	for i := range 60 {
		scores := make([]float64, none+1)
		scores[0] = 8
		e := example{target: make([]float64, none+1)}
		e.target[0] = 1
		if i%3 == 0 {
			e.target[0], e.target[1] = 0, 1
		}
		held, examples = append(held, scores), append(examples, e)
	}
	hot, cool := c.surprise(held, examples, 1), c.surprise(held, examples, hottest)
	if cool >= hot {
		t.Errorf("log-loss %.3f when cooled, %.3f as it was", cool, hot)
	}
	w := Expert()
	warm := newModel(c.vocab, w)
	w.Temperature = 2
	half := newModel(c.vocab, w)
	if math.Abs(half.features[fTelling3]*2-warm.features[fTelling3]) > 1e-9 || math.Abs(half.noneBias*2-warm.noneBias) > 1e-9 {
		t.Error("a temperature of two does not halve the log-odds")
	}
}
