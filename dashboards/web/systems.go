package web

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// An aroundRow is what people do around one system.
type aroundRow struct {
	inventory.Around
	Name, Link, Partner string
	Open                int // conversations that have begun and not ended
	Share               float64
}

type systemsPage struct {
	page
	Served, Unserved []aroundRow
}

// systems shows what people do around each system, and apart from these for
// what purposes there is none.
func (p *Portal) systems(w http.ResponseWriter, r *http.Request) {
	all, err := p.Source.Around(r.Context())
	if err != nil {
		p.fail(w, "systems", err)
		return
	}
	data := systemsPage{page: p.page(r, "systems")}
	most := 0
	for _, a := range all {
		most = max(most, a.People)
	}
	for _, a := range all {
		row := p.aroundRow(a)
		row.Share = share(a.People, most)
		if a.System == "" {
			data.Unserved = append(data.Unserved, row)
		} else {
			data.Served = append(data.Served, row)
		}
	}
	for _, s := range p.Systems { // nobody does anything around it: that is worth knowing, too
		if !slices.ContainsFunc(all, func(a inventory.Around) bool { return a.System == s.ID }) {
			data.Served = append(data.Served, p.aroundRow(inventory.Around{System: s.ID, Capability: s.Capability}))
		}
	}
	p.show(w, http.StatusOK, "systems", data)
}

func (p *Portal) aroundRow(a inventory.Around) aroundRow {
	row := aroundRow{Around: a, Name: words.Capability(a.Capability, p.Language), Link: "/?" + url.Values{"capability": {a.Capability}}.Encode()}
	if a.System != "" {
		row.Name, row.Link = cmp.Or(p.systemName(a.System), a.System), "/systems/"+url.PathEscape(a.System)
	}
	if s, known := p.known(a.System); known {
		row.Partner = s.Partner.Name
	}
	for _, c := range a.States {
		if s := inventory.State(c.A); !s.Ended() && s != inventory.Proposed {
			row.Open += c.N
		}
	}
	return row
}

// known is a system of the catalogue.
func (p *Portal) known(id string) (inventory.System, bool) {
	i := slices.IndexFunc(p.Systems, func(s inventory.System) bool { return s.ID == id })
	if i < 0 {
		return inventory.System{}, false
	}
	return p.Systems[i], true
}

type systemPage struct {
	page
	aroundRow
	System   inventory.System
	Tiles    []fact
	Spread   *spread
	Needs    needGroup
	States   []stateRow
	Told     []registered
	ShowWho  bool
	Families []row
	More     string // where to see the others
}

type stateRow struct {
	State inventory.State
	N     int
	Share float64
	Link  string
}

// ledgerShown is how many needs, and how many tools, the page of a system has.
const ledgerShown = 20

// system shows what people do around one system.
func (p *Portal) system(w http.ResponseWriter, r *http.Request) {
	s, known := p.known(r.PathValue("id"))
	if !known {
		p.missing(w, r)
		return
	}
	data := systemPage{page: p.page(r, "systems"), System: s}
	data.ShowWho = data.Viewer.SeesNames()
	if err := p.fillSystem(r, &data); err != nil {
		p.fail(w, "system", err)
		return
	}
	p.show(w, http.StatusOK, "system", data)
}

func (p *Portal) fillSystem(r *http.Request, data *systemPage) error {
	id := data.System.ID
	all, err := p.Source.Around(r.Context())
	if err != nil {
		return err
	}
	around := inventory.Around{System: id, Capability: data.System.Capability}
	if i := slices.IndexFunc(all, func(a inventory.Around) bool { return a.System == id }); i >= 0 {
		around = all[i]
	}
	data.aroundRow, data.Spread, data.States = p.aroundRow(around), drawSpread(around.Spread), states(around)
	helped := "0"
	if around.Families > 0 {
		helped = told(around.People)
	}
	data.Tiles = []fact{{"families of tools", count(around.Families)}, {"tools, with copies", count(around.Tools)},
		{"people helped", helped}, {"conversations under way", count(data.Open)}}
	lines, err := p.Source.Needs(r.Context(), id)
	if err != nil {
		return err
	}
	data.Needs = lacks(p.needGroup(inventory.NeedLine{System: id}), lines)
	told, err := p.Source.Registered(r.Context(), inventory.RegisteredFilter{System: id})
	if err != nil {
		return err
	}
	for _, t := range told {
		data.Told = append(data.Told, p.registered(t))
	}
	return p.largest(r, data)
}

// largest adds some of the tools.
func (p *Portal) largest(r *http.Request, data *systemPage) error {
	data.More = "/?" + url.Values{"system": {data.System.ID}}.Encode()
	for record, err := range p.Source.Records(r.Context(), inventory.Filter{Near: true, System: data.System.ID, Limit: ledgerShown}) {
		if err != nil {
			return err
		}
		data.Families = append(data.Families, p.row(record))
	}
	return nil
}

// lacks puts the needs behind which most people stand into a group.
func lacks(g needGroup, lines []inventory.NeedLine) needGroup {
	lines = slices.Clone(lines)
	slices.SortStableFunc(lines, func(a, b inventory.NeedLine) int {
		return cmp.Or(cmp.Compare(b.People, a.People), cmp.Compare(b.Families, a.Families))
	})
	for _, l := range lines {
		g.Most = max(g.Most, l.People)
		switch {
		case l.Kind == inventory.ByHand:
			g.ByHand = append(g.ByHand, needRow{NeedLine: l})
		case len(g.Lacks) < ledgerShown:
			g.Lacks = append(g.Lacks, needRow{NeedLine: l})
		}
	}
	return g
}

// states are those that conversations stand at, in the order in which they go
// through them.
func states(a inventory.Around) (out []stateRow) {
	most := 0
	for _, c := range a.States {
		most = max(most, c.N)
	}
	for _, state := range inventory.States() {
		for _, c := range a.States {
			if c.A == string(state) {
				out = append(out, stateRow{state, c.N, share(c.N, most), "/conversations?state=" + c.A})
			}
		}
	}
	return out
}

// A spread draws how sure the verdicts are: a column for each tenth.
type spread struct {
	Columns []spreadColumn
	Says    string
}

type spreadColumn struct{ X, Y, H, Mid, N, From int }

// drawSpread is nil where there is nothing to draw.
func drawSpread(s inventory.Spread) *spread {
	most, sum, sure := 0, 0, 0
	for i, n := range s {
		most, sum = max(most, n), sum+n
		if i >= 8 {
			sure += n
		}
	}
	if sum == 0 {
		return nil
	}
	const width, height = 26, 60
	out := &spread{Says: strconv.Itoa(sure) + " of " + strconv.Itoa(sum) + " families are at 80 % or more"}
	for i, n := range s {
		h := (n*height + most - 1) / most
		out.Columns = append(out.Columns, spreadColumn{X: i*width + 3, Y: 12 + height - h, H: h, Mid: i*width + 13, N: n, From: 10 * i})
	}
	return out
}

type teamsPage struct {
	page
	Rows []teamRow
	Rest *inventory.TeamTotal
}

type teamRow struct {
	inventory.TeamTotal
	Share float64
}

// teams shows what the people of each team keep, in totals of at least five
// people; see access.Discreet.
func (p *Portal) teams(w http.ResponseWriter, r *http.Request) {
	all, err := p.Source.Teams(r.Context())
	if err != nil {
		p.fail(w, "teams", err)
		return
	}
	data, most := teamsPage{page: p.page(r, "teams")}, 0
	for _, t := range all {
		if t.Team != "" {
			most = max(most, t.Tools)
		}
	}
	for _, t := range all {
		if t.Team == "" {
			data.Rest = &t
			continue
		}
		data.Rows = append(data.Rows, teamRow{t, share(t.Tools, most)})
	}
	p.show(w, http.StatusOK, "teams", data)
}
