package web

import (
	"errors"
	"net/http"
	"slices"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// A familyPage shows copies and versions of the same thing.
type familyPage struct {
	page
	Living   row
	Kind     string
	Members  []member
	More     int // members that are not shown
	Why      string
	Adds     string
	Lineage  *picture
	Talk     *talk
	Steps    []stepRow
	Keepers  keepers
	Question string
}

type member struct {
	row
	Original, Living bool
}

// family shows what its members are, which was first and which is alive.
func (p *Portal) family(w http.ResponseWriter, r *http.Request) {
	f, err := p.Source.Family(r.Context(), r.PathValue("id"))
	data := familyPage{page: p.page(r, "inventory")}
	if err == nil {
		err = p.fillFamily(r, f, &data)
	}
	switch {
	case errors.Is(err, inventory.ErrNotFound):
		p.missing(w, r)
	case err != nil:
		p.fail(w, "family", err)
	default:
		p.show(w, http.StatusOK, "family", data)
	}
}

func (p *Portal) fillFamily(r *http.Request, f inventory.Family, data *familyPage) error {
	living, err := p.Source.Record(r.Context(), f.Representative)
	if err != nil {
		return err
	}
	data.Living, data.Kind, data.More = p.row(living), familyKind(f.Kind), max(0, len(f.Members)-copiesShown)
	if v := living.Verdict; v != nil && !v.None() {
		data.Why, data.Adds = words.Why(*v, p.Language), words.Adds(*v, p.Language)
		data.Question = words.FirstQuestion(*v, p.systemName(v.System), p.Language)
	}
	if err := p.members(r, f, data); err != nil {
		return err
	}
	if data.Lineage, err = p.lineage(r.Context(), living.Asset); err != nil {
		return err
	}
	return p.talkedAbout(r, f, data)
}

// members adds them, the newest first; the original is the one that was begun
// first of those that are shown.
func (p *Portal) members(r *http.Request, f inventory.Family, data *familyPage) error {
	var records []inventory.Record
	for record, err := range p.Source.Records(r.Context(), inventory.Filter{Family: f.ID, Limit: copiesShown}) {
		if err != nil {
			return err
		}
		records = append(records, record)
	}
	slices.SortStableFunc(records, func(a, b inventory.Record) int { return b.Asset.Modified.Compare(a.Asset.Modified) })
	first := -1
	for i, record := range records {
		if c := record.Asset.Created; !c.IsZero() && (first < 0 || c.Before(records[first].Asset.Created)) {
			first = i
		}
		data.Members = append(data.Members, member{row: p.row(record), Living: record.Asset.ID == f.Representative})
	}
	if first >= 0 {
		data.Members[first].Original = true
	}
	return nil
}

// talkedAbout adds the conversation and who has a hand in the family.
func (p *Portal) talkedAbout(r *http.Request, f inventory.Family, data *familyPage) error {
	o, found, err := p.Source.Opening(r.Context(), f.ID)
	if err != nil || !found {
		return err
	}
	t := p.talk(o)
	data.Talk = &t
	for _, s := range slices.Backward(o.Conversation.Steps) {
		data.Steps = append(data.Steps, p.step(s))
	}
	all, err := p.Source.Candidates(r.Context(), f.ID)
	data.Keepers = whoKeeps(o, all)
	return err
}

func familyKind(kind string) string {
	switch kind {
	case inventory.FamilyCopies:
		return "copies of the same thing"
	case inventory.FamilyVersions:
		return "versions of the same thing"
	case inventory.FamilyTemplate:
		return "one form, filled in by several people"
	default:
		return "a tool by itself"
	}
}
