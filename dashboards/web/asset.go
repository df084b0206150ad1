package web

import (
	"cmp"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// copiesShown bounds the list of a family's members on a page.
const copiesShown = 50

// An assetPage shows all that is known of one asset, in words.
type assetPage struct {
	page
	row
	URL          string
	Why, Adds    string
	Question     string
	Facts        []fact
	Evidence     []string
	Alternatives []fact
	Conversation []fact
	Family       []row
	Kin          string // the address of the family
	Sheets       []sheet
	Unread       string
	Lineage      *picture
	Said         []string // what people said of the verdict
	ID           inventory.AssetID
	Capabilities []fact // to choose from when a verdict is disputed
	Talk         string // the address of the conversation
	Judged       bool
	Own          bool       // the viewer built, edits or keeps it
	MayForget    bool       // the viewer built, owns or keeps it
	Visits       []visitRow // of an own one: who was shown it
}

type sheet struct {
	Name      string
	Hidden    bool
	Facts     string // how large it is
	Functions string
	Tables    [][]string
}

func (p *Portal) asset(w http.ResponseWriter, r *http.Request) {
	record, err := p.Source.Record(r.Context(), inventory.AssetID(r.PathValue("id")))
	if errors.Is(err, inventory.ErrNotFound) {
		p.missing(w, r)
		return
	}
	if err != nil {
		p.fail(w, "asset", err)
		return
	}
	data := p.describe(record)
	data.page = p.page(r, "inventory")
	if err := p.surround(r, record, &data); err != nil {
		p.fail(w, "asset", err)
		return
	}
	if err := p.relate(r, record, &data); err != nil {
		p.fail(w, "asset", err)
		return
	}
	if err := p.own(r, record, &data); err != nil {
		p.fail(w, "asset", err)
		return
	}
	p.show(w, http.StatusOK, "asset", data)
}

// surround adds what feeds the asset and what people said of its verdict.
func (p *Portal) surround(r *http.Request, record inventory.Record, data *assetPage) (err error) {
	data.ID, data.Judged = record.Asset.ID, record.Verdict != nil
	if data.Lineage, err = p.lineage(r.Context(), record.Asset); err != nil {
		return err
	}
	said, err := p.Source.Feedback(r.Context(), record.Asset.ID)
	if err != nil {
		return err
	}
	for _, f := range said {
		answer := "it is none of the systems we know of"
		if f.Answer() != "" {
			answer = "it is " + words.Capability(f.Answer(), p.Language)
		}
		data.Said = append(data.Said, strings.TrimSuffix(day(f.At)+": "+answer+". "+f.Why, " "))
	}
	for _, id := range words.Capabilities() {
		if id == "" {
			continue // "none of these" stands first
		}
		data.Capabilities = append(data.Capabilities, fact{id, words.Capability(id, p.Language)})
	}
	slices.SortFunc(data.Capabilities, func(a, b fact) int { return strings.Compare(a.Value, b.Value) })
	return nil
}

// relate adds the copies of an asset and the conversation about it.
func (p *Portal) relate(r *http.Request, record inventory.Record, data *assetPage) error {
	if record.Family == "" {
		return nil
	}
	for other, err := range p.Source.Records(r.Context(), inventory.Filter{Family: record.Family, Limit: copiesShown}) {
		if err != nil {
			return err
		}
		if other.Asset.ID != record.Asset.ID {
			data.Family = append(data.Family, p.row(other))
		}
	}
	data.Kin = "/family/" + (&url.URL{Path: record.Family}).EscapedPath()
	opening, found, err := p.Source.Opening(r.Context(), record.Family)
	if err != nil || !found {
		return err
	}
	data.Talk = "/conversation/" + opening.Conversation.ID
	data.Conversation = []fact{
		{"State", words.State(opening.Conversation.State, p.Language) + " since " + day(opening.Conversation.Since)},
		{"Partner in IT", opening.System.Partner.Name},
		{"Keeper", keeperName(opening.Keeper)},
	}
	return nil
}

// visitsShown bounds who looked on the page of an asset.
const visitsShown = 20

// own adds what only those are shown whose asset it is.
func (p *Portal) own(r *http.Request, record inventory.Record, data *assetPage) (err error) {
	if !data.Viewer.Is(access.Builder) {
		return nil
	}
	if data.Own, err = p.look.owns(r.Context(), record); err != nil || !data.Own {
		return err
	}
	if data.MayForget, err = p.look.mayForget(r.Context(), record); err != nil {
		return err
	}
	visits, err := p.Source.Lookers(r.Context(), record.Asset.ID)
	if err != nil {
		return err
	}
	for _, v := range visits[:min(len(visits), visitsShown)] {
		person, err := p.Directory.Person(r.Context(), v.Who)
		if err != nil {
			return err
		}
		data.Visits = append(data.Visits, visitRow{v, person.Name})
	}
	return nil
}

func keeperName(k inventory.Person) string {
	switch {
	case k.Name != "":
		return k.Name
	case k.Address != "":
		return k.Address
	default:
		return "not known yet"
	}
}

func (p *Portal) describe(r inventory.Record) assetPage {
	data := assetPage{row: p.row(r), Facts: facts(r), Unread: quiet(r)}
	if strings.HasPrefix(r.Asset.URL, "https://") || strings.HasPrefix(r.Asset.URL, "http://") {
		data.URL = r.Asset.URL
	}
	if r.Structure != nil {
		data.Unread = "Its names, and what it is connected to, as they stand above. It has no sheets."
		for _, s := range r.Structure.Sheets {
			data.Sheets = append(data.Sheets, describeSheet(s, r.Structure.Database()))
		}
	}
	if r.Verdict == nil {
		return data
	}
	for _, e := range r.Verdict.Evidence {
		if sentence := words.Sentence(e, p.Language); sentence != "" {
			data.Evidence = append(data.Evidence, sentence)
		}
	}
	if r.Verdict.None() {
		return data
	}
	for _, a := range r.Verdict.Alternatives {
		if a.Capability == "" {
			continue // that it may be nothing of the kind, the certainty says
		}
		data.Alternatives = append(data.Alternatives, fact{words.Capability(a.Capability, p.Language), percent(a.Score)})
	}
	data.Why, data.Adds = words.Why(*r.Verdict, p.Language), words.Adds(*r.Verdict, p.Language)
	data.Question = words.FirstQuestion(*r.Verdict, p.systemName(r.Verdict.System), p.Language)
	return data
}

// describeSheet describes a sheet, or a table of a database.
func describeSheet(s inventory.Sheet, table bool) sheet {
	out := sheet{
		Name: cmp.Or(s.Name, "(a name that is not kept)"), Hidden: s.Hidden,
		Facts: many(s.Rows, "row") + ", " + many(s.Columns, "column"), Functions: strings.Join(slices.Sorted(maps.Keys(s.Functions)), ", "),
	}
	switch {
	case table && s.Rows == 0:
		out.Facts = "linked"
	case table:
		out.Facts = many(s.Rows-1, "record") + ", " + many(s.Columns, "column")
	case s.Formulas > 0:
		out.Facts += ", " + many(s.Formulas, "formula")
	}
	for _, region := range s.Regions {
		if len(region.Headings) > 0 {
			out.Tables = append(out.Tables, region.Headings)
		}
	}
	return out
}

// facts are what the metadata says, without what is not known.
func facts(r inventory.Record) (out []fact) {
	add := func(label, value string) {
		if value != "" {
			out = append(out, fact{label, value})
		}
	}
	a := r.Asset
	add("Kind", string(a.Kind))
	add("Begun", strings.TrimSpace(day(a.Created)+by(a.CreatedBy)))
	add("Last edited", strings.TrimSpace(day(a.Modified)+by(a.ModifiedBy)))
	add("Owner", a.Owner)
	if u := r.Usage; u != nil && u.People > 0 {
		people := strconv.Itoa(u.People)
		if u.Widely {
			people += " or more, it is shared widely"
		}
		add("People", people)
	}
	if s := r.Structure; s != nil {
		out = append(out, connected(s.Connections)...)
		add("Linked files", strings.Join(s.ExternalLinks, ", "))
		add("Around its tables", around(*s))
		if s.Macros.Present {
			add("Code", cmp.Or(strings.ReplaceAll(strings.Join(s.Macros.Does, ", "), "-", " "), "yes"))
		}
	}
	return out
}

// around counts what was built around the tables of a database.
func around(s inventory.Structure) string {
	if !s.Database() {
		return ""
	}
	var parts []string
	for _, of := range []struct {
		n    int
		what string
	}{{len(s.Objects.Forms), "form"}, {len(s.Objects.Reports), "report"}, {len(s.Objects.Macros), "macro"}, {len(s.Queries), "query"}, {s.Objects.Relationships, "relationship"}} {
		if of.n > 0 {
			parts = append(parts, many(of.n, of.what))
		}
	}
	return strings.Join(parts, ", ")
}

// many is a number of things.
func many(n int, what string) string {
	switch {
	case n == 1:
	case strings.HasSuffix(what, "y"):
		what = strings.TrimSuffix(what, "y") + "ies"
	default:
		what += "s"
	}
	return strconv.Itoa(n) + " " + what
}

// connected lists what an asset is connected to, a line for each way.
func connected(connections []inventory.Connection) (out []fact) {
	at := map[string]int{}
	for _, c := range connections {
		label := connectionLabel(c.Kind)
		if i, known := at[label]; known {
			out[i].Value += ", " + c.Target
			continue
		}
		at[label] = len(out)
		out = append(out, fact{label, c.Target})
	}
	return out
}

// connectionLabel says what a connection is to the asset.
func connectionLabel(kind string) string {
	switch kind {
	case "permission":
		return "May, in people's names"
	case "application-permission":
		return "May by itself"
	case "asked-permission":
		return "Asks for"
	case "redirect":
		return "Runs at"
	case "publisher":
		return "Made by"
	case "connector", "knowledge":
		return "Connected to"
	case "service":
		return "Uses"
	case "trigger":
		return "Set off by"
	case "channel":
		return "Answers in"
	case "language model":
		return "Answers with"
	default:
		return "Reads from"
	}
}

func by(address string) string {
	if address == "" {
		return ""
	}
	return " by " + address
}

func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("2 January 2006")
}
