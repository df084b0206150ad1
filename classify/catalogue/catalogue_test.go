package catalogue

import (
	"errors"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func TestBuiltinIsSound(t *testing.T) {
	c, err := Load(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range strings.Fields("crm hris lms timesheet ticketing asset inventory procurement finance project sales-order grc qa-test maintenance") {
		x, ok := c.Capability(id)
		if !ok || x.Parent != "" {
			t.Errorf("capability %q: found %v, parent %q", id, ok, x.Parent)
		}
	}
	if got := c.Top("payroll"); got != "hris" {
		t.Errorf("Top(payroll) = %q", got)
	}
}

const good = "id: pets\nname: Pets\nentities: [pet]\nfields: [{name: Paw, telling: 3, words: [paws]}]\n"

func TestLoadSaysWhatIsWrong(t *testing.T) {
	partner := "partner: {name: Ann Lee, address: ann@example.org}"
	tests := []struct {
		name  string
		files map[string]string
		want  string
	}{
		{"unknown key", map[string]string{"pets.yaml": "id: pets\nfeilds: []\n"}, `pets.yaml:2:1: unknown field "feilds"`},
		{"not yaml", map[string]string{"pets.yaml": "id: [pets\n"}, "pets.yaml:1:5: "},
		{"empty", map[string]string{"pets.yaml": ""}, "pets.yaml: holds 0 documents: write exactly one"},
		{"anchor", map[string]string{"pets.yaml": "id: &a pets\nname: *a\n"}, "pets.yaml:1:5: anchors and aliases are not read here"},
		{"too large", map[string]string{"pets.yaml": "id: " + strings.Repeat("x", maxFile)}, "pets.yaml: is larger than 1048576 bytes"},
		{"duplicate id", map[string]string{"a.yaml": good, "b.yaml": good}, "capability pets: is there twice (a.yaml and b.yaml): give one of them another id"},
		{"unknown parent", map[string]string{"a.yaml": good + "parent: zoo\n"}, `capability pets: parent "zoo" is unknown`},
		{"cyclic parents", map[string]string{"a.yaml": good + "parent: zoo\n", "b.yaml": strings.ReplaceAll(good, "id: pets", "id: zoo") + "parent: pets\n"}, "capability pets: has a parent that leads back to it: pets -> zoo -> pets"},
		{"no vocabulary", map[string]string{"a.yaml": "id: pets\nname: Pets\n"}, "capability pets: has no vocabulary: add entities and fields"},
		{"telling", map[string]string{"a.yaml": strings.ReplaceAll(good, "telling: 3", "telling: 9")}, `capability pets: field "Paw" has telling 9`},
		{"contradiction", map[string]string{"a.yaml": good + "counter: [PAW]\n"}, `capability pets: "PAW" speaks both for it and against it: leave it out of counter`},
		{"system without partner", map[string]string{"a.yaml": good, "systems.yaml": "- {id: vet, name: Vet, capability: pets}\n"}, "system vet: has no partner: name the person in IT"},
		{"system of nothing", map[string]string{"systems.yaml": "- {id: vet, name: Vet, capability: pets, " + partner + "}\n"}, `system vet: capability "pets" is unknown`},
		{"same host", map[string]string{"a.yaml": good, "systems.yaml": "- {id: vet, name: Vet, capability: pets, hosts: [Vet.example], " + partner + "}\n- {id: zoo, name: Zoo, capability: pets, hosts: [vet.example], " + partner + "}\n"}, `system zoo: shares the host or target "vet.example" with system vet`},
		{"ids without a sample", map[string]string{"a.yaml": good, "systems.yaml": "- {id: vet, name: Vet, capability: pets, ids: [{name: chips, key: k, distinct: 3, chance: 0, sample: \"\"}], " + partner + "}\n"}, "system vet: has ids that cannot be used: chips: a sample holds 1 to 256 ids"},
		{"ids that are damaged", map[string]string{"a.yaml": good, "systems.yaml": "- {id: vet, name: Vet, capability: pets, ids: [{name: chips, key: k, distinct: 3, chance: 0, sample: \"###\"}], " + partner + "}\n"}, "no sample of ids: it is damaged"},
		{"system with unknown key", map[string]string{"systems.yaml": "- {id: vet, boss: me}\n"}, `systems.yaml:1:13: unknown field "boss"`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for name, text := range tt.files {
				fsys[name] = &fstest.MapFile{Data: []byte(text)}
			}
			_, err := Load(fsys)
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v\nwant %s", err, tt.want)
			}
		})
	}
}

func TestProblemsComeWithTheCatalogue(t *testing.T) {
	c, err := Load(fstest.MapFS{"a.yaml": {Data: []byte(good)}, "b.yaml": {Data: []byte(good)}})
	var ps Problems
	if !errors.As(err, &ps) || len(ps) != 1 || len(c.Capabilities) != 2 {
		t.Errorf("problems %v, %d capabilities", ps, len(c.Capabilities))
	}
}

func TestSystemsFor(t *testing.T) {
	c, err := Load(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	people := inventory.System{ID: "people", Capability: "hris"}
	pay := inventory.System{ID: "pay", Capability: "payroll"}
	c = c.WithSystems(people, pay)
	tests := []struct {
		capability string
		want       []inventory.System
	}{
		{"payroll", []inventory.System{pay}},
		{"leave", []inventory.System{people}},
		{"hris", []inventory.System{people}},
		{"crm", nil},
	}
	for _, tt := range tests {
		if d := cmp.Diff(tt.want, c.SystemsFor(tt.capability)); d != "" {
			t.Errorf("%s: %s", tt.capability, d)
		}
	}
}

// TestBuiltinIsBroad holds how much the catalogue covers: finer capabilities
// under the coarse ones, and words of several languages for each.
func TestBuiltinIsBroad(t *testing.T) {
	c, err := Load(Builtin())
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Capabilities) < 50 {
		t.Errorf("%d capabilities", len(c.Capabilities))
	}
	for id, top := range map[string]string{
		"leave": "hris", "payroll": "hris", "recruitment": "hris", "roster": "hris", "expenses": "finance", "budget": "finance", "ledger": "finance",
		"gradebook": "lms", "class-attendance": "lms", "cmdb": "asset", "licences": "asset", "suppliers": "procurement", "risk-register": "grc",
		"quotations": "sales-order", "backlog": "project", "defects": "ticketing", "inspections": "maintenance", "stocktake": "inventory",
	} {
		if c.Top(id) != top {
			t.Errorf("%s is under %q, want %s", id, c.Top(id), top)
		}
	}
	for _, x := range c.Capabilities {
		foreign := 0
		for _, w := range x.Entities {
			if strings.ContainsFunc(w, func(r rune) bool { return r > 0x7f }) {
				foreign++
			}
		}
		if foreign == 0 {
			t.Errorf("%s: its entities are named in one language only", x.ID)
		}
	}
}
