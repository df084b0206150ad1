package google

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/forms/v1"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// dueOf lists everything and gives the asset of a name with its place, as it would be looked into.
func (d *domain) dueOf(s *Scanner, name string) inventory.Due {
	d.Helper()
	sink := scannertest.NewMemory(inventory.Scope{})
	d.list(s, sink, inventory.Scope{})
	places := map[string]inventory.Place{}
	for p, err := range s.Places(d.Context()) {
		if err != nil {
			d.Fatal(err)
		}
		places[p.ID] = p
	}
	for r, err := range sink.Records(d.Context()) {
		if err != nil {
			d.Fatal(err)
		}
		if r.Asset.Name == name {
			return inventory.Due{Asset: r.Asset, Place: places[r.Asset.Place], Depth: inventory.DepthHeads}
		}
	}
	d.Fatalf("nothing is called %s", name)
	return inventory.Due{}
}

func TestForm(t *testing.T) {
	world, drives := people("ann")
	item := must[emulator.Item](t)
	answers := item(world.Create(drives["ann"].ID, emulator.Item{Name: "Answers", Sheet: func() emulator.Sheet { return emulator.Sheet{Tabs: []emulator.Tab{{Title: "1"}}} }}))
	form := item(world.Create(drives["ann"].ID, emulator.Item{Name: "Kit desk", MIME: emulator.MIMEGoogleForm, Form: func() emulator.Form {
		return emulator.Form{Sheet: answers.ID, Addresses: true, Questions: []emulator.Question{
			{Title: "Borrower", Type: emulator.QuestionText},
			{Title: "Priority", Type: emulator.QuestionChoice, Choices: []string{"High", "Low", "Canary Yellow"}},
			{Title: "Please read this carefully, canary", Type: emulator.QuestionNote},
			{Title: "Date out", Type: emulator.QuestionDate},
			{Title: "How many?", Type: emulator.QuestionScale},
			{Title: "On return", Type: emulator.QuestionSection},
			{Title: "Condition", Type: emulator.QuestionGrid, Rows: []string{"Body", "Lens"}, Choices: []string{"Good", "Damaged"}},
			{Title: "Ada Abbott", Type: emulator.QuestionText},
			{Title: "Stars", Type: emulator.QuestionRating},
			{Title: "Time back", Type: emulator.QuestionTime},
			{Title: "Receipt", Type: emulator.QuestionFile},
		}}
	}}))
	d := newDomain(t, world)
	s := d.scanner(with(Features{Forms: true}), func(o *Options, _ *wire.Options) { o.Personal = func(s string) bool { return s == "Ada Abbott" } })
	due := d.dueOf(s, "Kit desk")
	if due.Asset.Kind != inventory.KindForm {
		t.Errorf("kind %s", due.Asset.Kind)
	}
	st, err := s.Inspect(t.Context(), due)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, sh := range st.Sheets {
		for _, r := range sh.Regions {
			for i, h := range r.Headings {
				got = append(got, sh.Name+": "+h+" "+string(r.Types[i]))
			}
		}
	}
	want := []string{
		"Kit desk: Email Address email", "Kit desk: Borrower text", "Kit desk: Priority text", "Kit desk: Date out date", "Kit desk: How many? number",
		"On return: Condition / Body text", "On return: Condition / Lens text", "On return: Stars number", "On return: Time back date", "On return: Receipt text",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("headings (-want +got):\n%s", d)
	}
	if d := cmp.Diff([]string{"docs.google.com/spreadsheets/d/" + answers.ID}, st.ExternalLinks); d != "" {
		t.Errorf("links (-want +got):\n%s", d)
	}
	if st.Format != "gform" || st.Revision != due.Asset.Revision || st.Reader != 7 || st.BytesRead == 0 || st.Validations != 3 || !slices.Contains(st.ListWords, "high") {
		t.Errorf("structure %+v", st)
	}
	if body, err := json.Marshal(st); err != nil || strings.Contains(strings.ToLower(string(body)), "canary") {
		t.Errorf("what was to be forgotten was kept (%v): %s", err, body)
	}
	if n := d.server.Count("/v1/forms/"); n != 1 {
		t.Errorf("%d requests for a form", n)
	}
	item(world.Edit(drives["ann"].ID, form.ID, "", emulator.BytesContent(nil)))
	if _, err := s.Inspect(t.Context(), due); !errors.Is(err, inventory.ErrStale) {
		t.Errorf("a form that has changed since: %v", err)
	}
}

func TestFormsAskForTheirScope(t *testing.T) {
	s := newScripted(t, answers{
		"/v1/forms/f": refuses(403, "insufficientPermissions"),
	})
	scanner := s.scanner(t, func(o *Options) { o.Features.Forms = true })
	_, err := scanner.Inspect(t.Context(), inventory.Due{Place: mine, Asset: inventory.Asset{VendorID: "f", Kind: inventory.KindForm}})
	if !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), "forms.body.readonly") {
		t.Errorf("error %v", err)
	}
	if d := cmp.Diff([]string{mine.Owner + " forms.body.readonly"}, s.exchanged); d != "" {
		t.Errorf("tokens (-want +got):\n%s", d)
	}
}

// A form of which Google tells less than it might is read all the same.
func TestScantForms(t *testing.T) {
	for _, f := range []*forms.Form{
		{}, {Items: []*forms.Item{{}, {Title: "?", QuestionItem: &forms.QuestionItem{}}, {PageBreakItem: &forms.PageBreakItem{}}, {QuestionGroupItem: &forms.QuestionGroupItem{}}}},
		{LinkedSheetId: "not an id", Items: []*forms.Item{{QuestionGroupItem: &forms.QuestionGroupItem{Questions: []*forms.Question{{}}, Grid: &forms.Grid{}}}}},
	} {
		st := asked(f, "A form", workbook.Meta{Format: "gform"})
		if len(st.Sheets) == 0 || st.Sheets[0].Name != "A form" || len(st.ExternalLinks) > 0 && st.ExternalLinks[0] == "" {
			t.Errorf("structure %+v", st)
		}
	}
}
