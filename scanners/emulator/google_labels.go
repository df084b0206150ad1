package emulator

import (
	"slices"
	"strings"
)

// A DriveLabel is one that people put on files of Drive, with what can be chosen of it, if anything.
type DriveLabel struct {
	ID      string // made from the title when empty
	Title   string
	Choices []string
}

// AddLabel adds a label of Drive's.
func (w *World) AddLabel(l DriveLabel) DriveLabel {
	if l.ID == "" {
		l.ID = digits("label", w.Org, l.Title)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.google.labels = append(w.google.labels, l)
	return l
}

// Label puts a label on a file, with one of its choices or none.
func (w *World) Label(place, id string, l DriveLabel, choice string) (Item, error) {
	return w.change(place, id, func(_ *drive, it *Item) error {
		it.labels = append(slices.Clone(it.labels), appliedLabel{l.ID, choice})
		return nil
	})
}

// An appliedLabel is a label on a file.
type appliedLabel struct{ id, choice string }

func choiceID(label, choice string) string { return digits("choice", label, choice)[:12] }

// labelList answers drivelabels.labels.list. All labels of the domain are for administrators; to others none is shown here.
func (g *google) labelList(c *call) (any, error) {
	if !c.is("useAdminAccess") || !g.administrator(c.who) {
		return nil, forbidden()
	}
	size, err := c.size("pageSize", 50, 200)
	if err != nil {
		return nil, err
	}
	g.World.mu.RLock()
	all := slices.Clone(g.World.google.labels)
	g.World.mu.RUnlock()
	answer, err := g.pageFrom(c, "", "labels", len(all), size, func(i int) object {
		return labelObject(all[i], c.query.Get("view") == "LABEL_VIEW_FULL")
	})
	if o, ok := answer.(object); ok {
		delete(o, "kind") // which no API of this age has
	}
	return answer, err
}

func labelObject(l DriveLabel, full bool) object {
	o := object{"id": l.ID, "name": "labels/" + l.ID + "/1", "revisionId": "1", "labelType": "ADMIN", "properties": object{"title": l.Title}}
	if !full || len(l.Choices) == 0 {
		return o
	}
	var choices []object
	for _, name := range l.Choices {
		choices = append(choices, object{"id": choiceID(l.ID, name), "properties": object{"displayName": name}, "lifecycle": object{"state": "PUBLISHED"}})
	}
	o["fields"] = []object{{"id": fieldID(l.ID), "properties": object{"displayName": "Which"}, "selectionOptions": object{"choices": choices}}}
	return o
}

func fieldID(label string) string { return digits("field", label)[:12] }

// labelInfo is which of the labels that a call names a file has.
func (v *viewer) labelInfo(it Item) any {
	shown := []object{}
	for _, l := range it.labels {
		if !slices.Contains(v.labels, l.id) {
			continue
		}
		o := object{"kind": "drive#label", "id": l.id, "revisionId": "1"}
		if l.choice != "" {
			o["fields"] = object{fieldID(l.id): object{"kind": "drive#labelField", "id": fieldID(l.id), "valueType": "selection", "selection": []string{choiceID(l.id, l.choice)}}}
		}
		shown = append(shown, o)
	}
	if len(v.labels) == 0 {
		return nil
	}
	return object{"labels": shown}
}

// labels are those that a call asks for; without their names it is told of none.
func (c *call) labels() []string {
	if ids := c.query.Get("includeLabels"); ids != "" {
		return strings.Split(ids, ",")
	}
	return nil
}
