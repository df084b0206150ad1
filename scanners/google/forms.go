package google

import (
	"context"
	"slices"

	"google.golang.org/api/forms/v1"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// formFields is what is asked of a form: its questions and what may be answered, no description, and no answer that anybody gave.
const formFields = "linkedSheetId,settings(emailCollectionType),items(title,pageBreakItem," +
	"questionItem(question(choiceQuestion(options(value)),scaleQuestion(low),ratingQuestion(iconType),dateQuestion(includeTime),timeQuestion(duration)))," +
	"questionGroupItem(questions(rowQuestion(title)),grid(columns(options(value)))))"

// Google's limits on reading forms, a minute. https://developers.google.com/workspace/forms/api/limits
const (
	formReads       = 975
	formPersonReads = 390
)

// forms looks into the forms that the drives hold.
func (s *Scanner) forms() feature {
	return feature{
		on: s.o.Features.Forms,
		needs: []scanners.Need{{Feature: "forms", Name: forms.FormsBodyReadonlyScope,
			Purpose: "the questions of Google Forms and which spreadsheet is behind them, and no answer",
			Cost:    "forms are listed by name, and none is looked into"}},
		reads:   []wire.Rule{admits(s.o.Endpoints.withDefaults().Forms, "v1/forms/*")},
		limits:  []quota{{path: "/v1/forms/", project: formReads, person: formPersonReads}},
		kinds:   []inventory.Kind{inventory.KindForm},
		scope:   forms.FormsBodyReadonlyScope,
		inspect: s.form,
	}
}

// form reads the questions of a form.
// https://developers.google.com/workspace/forms/api/reference/rest/v1/forms/get
func (s *Scanner) form(ctx context.Context, who string, d inventory.Due) (inventory.Structure, error) {
	var bytes int64
	ctx = counting(as(ctx, who, forms.FormsBodyReadonlyScope), &bytes)
	f, err := s.clients.forms.Forms.Get(d.Asset.VendorID).Context(ctx).Fields(formFields).Do()
	if err != nil {
		return inventory.Structure{}, err
	}
	st := asked(f, d.Asset.Name, workbook.Meta{Format: "gform", Depth: d.Depth, Personal: s.o.Personal})
	st.BytesRead = bytes
	return st, nil
}

// asked is a form as a table with a column for each question, as its answers would fill one; each section is a sheet.
func asked(f *forms.Form, name string, m workbook.Meta) inventory.Structure {
	var found sources
	found.link(spreadsheetAddress(f.LinkedSheetId))
	m.ExternalLinks = found.links
	var whole inventory.Structure
	for i, part := range sections(f, name) {
		st := workbook.Declared(part.name, part.columns, m)
		if i == 0 {
			whole = st
			continue
		}
		whole.Sheets = append(whole.Sheets, st.Sheets...)
		whole.Validations += st.Validations
		whole.ListWords = union(whole.ListWords, st.ListWords)
	}
	return whole
}

// A section is a page of a form.
type section struct {
	name    string
	columns []workbook.Column
}

func sections(f *forms.Form, name string) []section {
	all := []section{{name: name}}
	if f.Settings != nil && collects(f.Settings.EmailCollectionType) {
		all[0].columns = append(all[0].columns, workbook.Column{Heading: "Email Address", Type: inventory.ColumnEmail})
	}
	for _, it := range f.Items {
		if it.PageBreakItem != nil {
			all = append(all, section{name: it.Title})
			continue
		}
		last := &all[len(all)-1]
		last.columns = append(last.columns, questions(it)...)
	}
	return all
}

// collects tells whether a form asks everybody for their address.
func collects(setting string) bool { return setting == "VERIFIED" || setting == "RESPONDER_INPUT" }

// questions are the columns that an item's answers fill: none for a text or a picture, one for a question, one a row for a grid.
func questions(it *forms.Item) (out []workbook.Column) {
	switch {
	case it.QuestionItem != nil && it.QuestionItem.Question != nil:
		return []workbook.Column{answer(it.Title, it.QuestionItem.Question)}
	case it.QuestionGroupItem != nil:
		var choices []string
		if g := it.QuestionGroupItem.Grid; g != nil {
			choices = options(g.Columns)
		}
		for _, q := range it.QuestionGroupItem.Questions {
			heading := it.Title
			if q.RowQuestion != nil {
				heading = joined(" / ", it.Title, q.RowQuestion.Title)
			}
			out = append(out, workbook.Column{Heading: heading, Type: inventory.ColumnText, Choices: choices})
		}
	}
	return out
}

func answer(title string, q *forms.Question) workbook.Column {
	c := workbook.Column{Heading: title, Type: inventory.ColumnText}
	switch {
	case q.ScaleQuestion != nil || q.RatingQuestion != nil:
		c.Type = inventory.ColumnNumber
	case q.DateQuestion != nil || q.TimeQuestion != nil:
		c.Type = inventory.ColumnDate
	case q.ChoiceQuestion != nil:
		c.Choices = options(q.ChoiceQuestion)
	}
	return c
}

func options(q *forms.ChoiceQuestion) (out []string) {
	if q == nil {
		return nil
	}
	for _, o := range q.Options {
		if o.Value != "" {
			out = append(out, o.Value)
		}
	}
	return out
}

// union is the words of two sorted lists, each once.
func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}
