package emulator

import "net/http"

const formKnown = "formId,info(description,documentTitle,title),linkedSheetId,publishSettings,responderUri,revisionId,settings(emailCollectionType,quizSettings)," +
	"items(description,itemId,title,imageItem,videoItem,textItem,pageBreakItem,questionItem(image,question(" + questionKnown + ")),questionGroupItem(image," +
	"grid(columns(options(" + optionKnown + "),shuffle,type),shuffleQuestions),questions(" + questionKnown + ")))"

const (
	optionKnown   = "goToAction,goToSectionId,image,isOther,value"
	questionKnown = "choiceQuestion(options(" + optionKnown + "),shuffle,type),dateQuestion(includeTime,includeYear),fileUploadQuestion(folderId,maxFileSize,maxFiles,types),grading," +
		"questionId,ratingQuestion(iconType,ratingScaleLevel),required,rowQuestion(title),scaleQuestion(high,highLabel,low,lowLabel),textQuestion(paragraph),timeQuestion(duration)"
)

// form answers forms.get. Answers that people gave are another method's, which there is not here.
func (g *google) form(c *call) (any, error) {
	v := g.viewer(c.who)
	it, ok := g.World.FindItem(c.PathValue("form"))
	switch {
	case !ok || v.place(it).Suite != Google || it.MIME != MIMEGoogleForm || !v.sees(it):
		return nil, &googleError{http.StatusNotFound, "notFound", "Requested entity was not found.", ""}
	case rank(v.role(it, v.place(it))) < rank(RoleWrite):
		// Who may only answer a form cannot read how it is made.
		return nil, &googleError{http.StatusForbidden, "forbidden", "The caller does not have permission", ""}
	}
	f := it.form()
	o := object{
		"formId": it.ID, "revisionId": guid(it.ID, "form", number(int64(it.Edition)))[:8],
		"info":         object{"title": it.Name, "documentTitle": it.Name},
		"responderUri": "https://docs.google.example/forms/d/e/" + it.ID + "/viewform",
		"settings":     object{"emailCollectionType": collection(f.Addresses)},
		"items":        f.items(it.ID),
	}
	if f.Sheet != "" {
		o["linkedSheetId"] = f.Sheet
	}
	return o, nil
}

// form is what an item asks, nothing for a form that was made without questions.
func (it Item) form() Form {
	if it.Form == nil {
		return Form{}
	}
	return it.Form()
}

func collection(addresses bool) string {
	if addresses {
		return "VERIFIED"
	}
	return "DO_NOT_COLLECT"
}

func (f Form) items(form string) []object {
	out := make([]object, len(f.Questions))
	for i, q := range f.Questions {
		id := guid(form, "item", number(int64(i)))[:8]
		o := object{"itemId": id, "title": q.Title}
		switch q.Type {
		case QuestionSection:
			o["pageBreakItem"] = object{}
		case QuestionNote:
			o["textItem"] = object{}
		case QuestionGrid:
			o["questionGroupItem"] = q.grid(id)
		default:
			o["questionItem"] = object{"question": q.question(id)}
		}
		out[i] = o
	}
	return out
}

func (q Question) grid(id string) object {
	rows := make([]object, len(q.Rows))
	for i, r := range q.Rows {
		rows[i] = object{"questionId": guid(id, r)[:8], "rowQuestion": object{"title": r}}
	}
	return object{"grid": object{"columns": object{"type": "RADIO", "options": formOptions(q.Choices)}}, "questions": rows}
}

func (q Question) question(id string) object {
	o := object{"questionId": guid(id, "question")[:8]}
	switch q.Type {
	case QuestionChoice:
		o["choiceQuestion"] = object{"type": "RADIO", "options": formOptions(q.Choices)}
	case QuestionChecks:
		o["choiceQuestion"] = object{"type": "CHECKBOX", "options": formOptions(q.Choices)}
	case QuestionScale:
		o["scaleQuestion"] = object{"low": 1, "high": 5}
	case QuestionRating:
		o["ratingQuestion"] = object{"iconType": "STAR", "ratingScaleLevel": 5}
	case QuestionDate:
		o["dateQuestion"] = object{"includeYear": true}
	case QuestionTime:
		o["timeQuestion"] = object{}
	case QuestionFile:
		o["fileUploadQuestion"] = object{"folderId": id, "maxFiles": 1, "maxFileSize": "10485760", "types": []string{"DOCUMENT"}}
	default:
		o["textQuestion"] = object{}
	}
	return o
}

func formOptions(choices []string) []object {
	out := make([]object, len(choices))
	for i, c := range choices {
		out[i] = object{"value": c}
	}
	return out
}
