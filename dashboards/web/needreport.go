package web

import (
	"cmp"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

type needReportPage struct {
	page
	Style    template.CSS // of a report that is a file of its own; "" on a page of the portal
	Key      string       // the system's id, or the capability's where no system serves
	Name     string
	Unserved bool
	System   inventory.System
	At       time.Time
	Tiles    []fact
	Needs    []needReportRow // what to change first, first
	ByHand   []needReportRow
	Follow   []followUp
}

type needReportRow struct {
	inventory.NeedLine
	N      int // its place
	First  float64
	Most   float64 // what the first one has
	Quotes string  // in whose words
}

// Latest is what was changed last; the zero Answered where nothing was.
func (r needReportRow) Latest() (a inventory.Answered) {
	if len(r.Answers) > 0 {
		a = r.Answers[0]
	}
	return a
}

// A followUp is an answer with those whom a partner tells, and who said what.
type followUp struct {
	inventory.Answer
	Sum                    inventory.Answered
	Untold, Waiting, Heard []heard
}

type heard struct {
	Address, Name string
	Stands        inventory.AnswerAct
}

// needReport shows the owner of a system what people need of it.
func (p *Portal) needReport(w http.ResponseWriter, r *http.Request) {
	key := r.PathValue("system")
	lines, err := p.Source.Needs(r.Context(), "")
	if err != nil {
		p.fail(w, "needs of a system", err)
		return
	}
	lines = needsOf(lines, key)
	if len(lines) == 0 && p.systemName(key) == "" {
		p.missing(w, r)
		return
	}
	data := p.needReportOf(lines, key)
	data.page = p.page(r, "needs")
	if access.Of(r.Context()).SeesNames() {
		if data.Follow, err = p.follow(r, lines); err != nil {
			p.fail(w, "who is told what was changed", err)
			return
		}
	}
	p.show(w, http.StatusOK, "needreport", data)
}

// NeedReport writes what people need of a system, or of a capability that no
// system serves, as one HTML file that loads nothing.
func (p *Portal) NeedReport(w io.Writer, lines []inventory.NeedLine, key string) error {
	style, err := files.ReadFile("static/style.css")
	if err != nil {
		return err
	}
	data := p.needReportOf(needsOf(lines, key), key)
	data.page, data.Style = page{Organisation: p.Organisation}, template.CSS(style)
	return p.render(w, "needreport", data)
}

// needsOf are the lines about a system, or about a capability without one.
func needsOf(lines []inventory.NeedLine, key string) []inventory.NeedLine {
	return slices.DeleteFunc(slices.Clone(lines), func(l inventory.NeedLine) bool { return cmp.Or(l.System, l.Capability) != key })
}

// needReportOf is discreet whoever looks at it: a report is handed on.
func (p *Portal) needReportOf(lines []inventory.NeedLine, key string) needReportPage {
	data := needReportPage{Key: key, Name: p.systemName(key), At: p.Now()}
	if i := slices.IndexFunc(p.Systems, func(s inventory.System) bool { return s.ID == key }); i >= 0 {
		data.System = p.Systems[i]
	} else {
		data.Name, data.Unserved = words.Capability(key, p.Language), true
	}
	lines = inventory.DiscreetNeeds(lines)
	slices.SortStableFunc(lines, func(a, b inventory.NeedLine) int { return cmp.Compare(b.First(), a.First()) })
	var answered inventory.Answered
	changed := 0
	for _, l := range lines {
		row := needReportRow{NeedLine: l, First: l.First(), Quotes: quotes(l)}
		for _, a := range l.Answers {
			answered.Told, answered.Helped = answered.Told+a.Told, answered.Helped+a.Helped
		}
		changed += min(1, len(l.Answers))
		into := &data.Needs
		if l.Kind == inventory.ByHand {
			into = &data.ByHand
		}
		row.N, row.Most = len(*into)+1, row.First
		if len(*into) > 0 {
			row.Most = (*into)[0].First
		}
		*into = append(*into, row)
	}
	data.Tiles = []fact{
		{"things that people need", strconv.Itoa(len(data.Needs))}, {"done by hand all the same", strconv.Itoa(len(data.ByHand))},
		{"needs with something changed", strconv.Itoa(changed)}, {"say that it helped, of " + strconv.Itoa(answered.Told) + " told", strconv.Itoa(answered.Helped)},
	}
	return data
}

// told is a number of people, which is 0 where they are too few to be told.
func told(n int) string {
	if n == 0 {
		return "under " + strconv.Itoa(inventory.FewestTold)
	}
	return count(n)
}

// quotes are the words that builders used, with how many tools say it so.
func quotes(l inventory.NeedLine) string {
	if len(l.Said) == 1 && l.Said[0].Word == l.Word {
		return "" // the need is called so already
	}
	var out []string
	for _, s := range l.Said {
		quote := "“" + s.Word + "”"
		if s.Families > 1 {
			quote += " (" + strconv.Itoa(s.Families) + ")"
		}
		out = append(out, quote)
	}
	return strings.Join(out, ", ")
}

// follow gives what was changed for needs, with whom to tell of it.
func (p *Portal) follow(r *http.Request, lines []inventory.NeedLine) (out []followUp, err error) {
	all, err := p.Source.Answers(r.Context())
	if err != nil {
		return nil, err
	}
	for _, a := range all {
		shown := slices.ContainsFunc(lines, func(l inventory.NeedLine) bool {
			return slices.ContainsFunc(l.Answers, func(s inventory.Answered) bool { return s.ID == a.ID })
		})
		if !shown {
			continue
		}
		f := followUp{Answer: a, Sum: a.Sum()}
		people, err := p.Source.Behind(r.Context(), a)
		if err != nil {
			return nil, err
		}
		for _, person := range people {
			f.add(heard{person.Address, keeperName(person), a.Standing(person.Address)})
		}
		for _, address := range a.Told() {
			if !slices.ContainsFunc(people, func(person inventory.Person) bool { return inventory.FoldAddress(person.Address) == address }) {
				f.add(heard{address, address, a.Standing(address)})
			}
		}
		out = append(out, f)
	}
	slices.SortFunc(out, func(a, b followUp) int { return inventory.CompareAnswered(a.Sum, b.Sum) })
	return out, nil
}

func (f *followUp) add(h heard) {
	switch h.Stands {
	case "":
		f.Untold = append(f.Untold, h)
	case inventory.AnswerTold:
		f.Waiting = append(f.Waiting, h)
	default:
		f.Heard = append(f.Heard, h)
	}
}

// shipAnswer keeps what was changed for a need.
func (p *Portal) shipAnswer(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	back := "/needs/" + r.PathValue("system")
	lines, err := p.Source.Needs(r.Context(), "")
	if err != nil {
		p.done(w, r, err, back)
		return
	}
	lines = needsOf(lines, r.PathValue("system"))
	i := slices.IndexFunc(lines, func(l inventory.NeedLine) bool { return l.Kind+":"+l.Word == field(r, "need") })
	if i < 0 {
		p.refuse(w, r, "That need is no longer told of. Choose one of those that are.", back)
		return
	}
	_, err = p.Desk.ShipAnswer(r.Context(), lines[i], field(r, "what"), me(r), p.Now())
	p.done(w, r, err, back)
}

// takeAnswer keeps that somebody was told, or what they said. Builders speak
// for themselves; partners put down what was said to them.
func (p *Portal) takeAnswer(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	step := inventory.AnswerStep{Act: inventory.AnswerAct(field(r, "act")), Builder: field(r, "builder"), By: me(r), At: p.Now(), Why: field(r, "why")}
	back := "/needs/" + field(r, "system")
	if field(r, "system") == "" {
		back = "/answers"
	}
	p.done(w, r, p.Desk.TakeAnswer(r.Context(), r.PathValue("id"), step), back)
}

type answersPage struct {
	page
	Answers []toldOf
}

// A toldOf is something that was changed for the viewer.
type toldOf struct {
	inventory.Answer
	Sum    inventory.Answered
	System string
	Own    string // the viewer's address that was told
	Stands inventory.AnswerAct
}

// answers shows builders what was changed for them, and asks whether it helped.
func (p *Portal) answers(w http.ResponseWriter, r *http.Request) {
	all, err := p.Source.Answers(r.Context())
	if err != nil {
		p.fail(w, "what was changed", err)
		return
	}
	data := answersPage{page: p.page(r, "answers")}
	for _, a := range all {
		own := me(r)
		if told := a.Told(); a.Standing(own) == "" && len(told) > 0 && !seesAll(r.Context()) {
			own = told[0] // another address of the viewer: others' are not shown to them
		}
		if stands := a.Standing(own); stands != "" {
			name := cmp.Or(p.systemName(a.System), words.Capability(a.Capability, p.Language))
			data.Answers = append(data.Answers, toldOf{a, a.Sum(), name, own, stands})
		}
	}
	slices.SortFunc(data.Answers, func(a, b toldOf) int { return inventory.CompareAnswered(a.Sum, b.Sum) })
	p.show(w, http.StatusOK, "answers", data)
}
