package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/scanners/emulator/alderbay"
)

// powered makes what people built in Power Platform and Power BI.
func (t *telling) powered() error {
	told, err := t.story.Powered()
	if err != nil {
		return err
	}
	for _, e := range told.Environments {
		id := guid("environment", e.ID)
		if e.Sort == "Default" {
			id = "Default-" + t.world.tenantID()
		}
		t.places[e.ID] = t.world.AddEnvironment(Environment{ID: id, Name: e.Name, Sort: e.Sort, CreatedBy: t.people[e.By]}).ID
	}
	for _, a := range told.Things {
		if err := t.thing(a); err != nil {
			return fmt.Errorf("%s: %w", a.ID, err)
		}
	}
	for _, w := range told.Workspaces {
		t.places[w.ID] = t.world.AddWorkspace(Workspace{ID: guid("workspace", w.ID), Name: w.Name}).ID
	}
	for _, r := range told.Reports {
		t.powerReport(r)
	}
	return nil
}

func (t *telling) thing(a alderbay.PowerThing) error {
	types := map[string]string{"canvas app": CanvasApp, "model-driven app": ModelApp, "cloud flow": CloudFlow, "agent flow": AgentFlow, "agent": StudioAgent}
	if types[a.Sort] == "" {
		return fmt.Errorf("there is no sort %q", a.Sort)
	}
	by := t.people[a.By]
	made := PowerThing{
		ID: guid("thing", a.ID), Environment: t.places[a.In], Type: types[a.Sort], Name: a.Name, CreatedBy: by, Owner: by, ModifiedBy: by,
		Created: a.Made, Modified: a.Saved, Channels: a.Channels, Model: a.Model, SharedUsers: a.Users, SharedGroups: a.Groups,
	}
	if made.Type == StudioAgent {
		made.Published = a.Saved
	}
	for _, c := range a.Connectors {
		made.Connectors = append(made.Connectors, Connector(c))
	}
	t.world.AddThing(made)
	return nil
}

// powerReport makes a report with a model of the same name, as Power BI does when one is published.
func (t *telling) powerReport(r alderbay.PowerReport) {
	at, by := t.places[r.In], t.people[r.By]
	m := Model{ID: guid("model", r.ID), Workspace: at, Name: r.Name, ConfiguredBy: by, Created: r.Made}
	for _, name := range slices.Sorted(maps.Keys(r.Tables)) {
		table := ModelTable{Name: name}
		for line := range strings.Lines(r.Tables[name]) {
			column, kind, _ := strings.Cut(strings.TrimSpace(line), " | ")
			if kind == "measure" {
				table.Measures = append(table.Measures, [2]string{column, "SUM(1)"})
			} else {
				table.Columns = append(table.Columns, [2]string{column, kind})
			}
		}
		m.Tables = append(m.Tables, table)
	}
	for _, from := range r.Sources {
		m.Sources = append(m.Sources, ModelSource{Type: from.Type, Details: from.Details})
	}
	t.world.AddModel(m)
	report := Report{ID: guid("report", r.ID), Workspace: at, Name: r.Name, Model: m.ID, CreatedBy: by, Created: r.Made, Modified: r.Saved, Users: []string{by}, Groups: r.Groups}
	for _, who := range r.Readers {
		report.Users = append(report.Users, t.people[who])
	}
	t.world.AddReport(report)
}
