package web

import (
	"cmp"
	"maps"
	"net/http"
	"slices"
	"strconv"

	"github.com/desirepath/desirepath/dashboards/web/api"
	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

var (
	pageParam  = api.Param{Name: "page", Doc: "where to go on, as next and previous say"}
	limitParam = api.Param{Name: "limit", Type: "integer", Doc: "at most so many, up to 200; 50 unless told"}
)

func assetParams() []api.Param {
	var sorts []string
	for _, s := range inventory.Sorts() {
		sorts = append(sorts, string(s))
	}
	return []api.Param{
		{Name: "q", Doc: "words in the name, the folder, the headings or the sheets; each may be the beginning of one, \"in quotes\" they stand as they are"},
		{Name: "tenant", Doc: "only this source"},
		{Name: "place", Doc: "only this place of the source, by its id"},
		{Name: "kind", Doc: "only this kind: workbook, form ..."},
		{Name: "system", Doc: "only what comes close to this system, by its id"},
		{Name: "capability", Doc: "only what comes close to this purpose"},
		stateParam(),
		{Name: "near", Type: "boolean", Doc: "true: only what comes close to any purpose"},
		{Name: "orphaned", Type: "boolean", Doc: "true: only what nobody keeps who is still there"},
		{Name: "certainty", Type: "integer", Doc: "at least so sure, in percent"},
		{Name: "since", Format: "date", Doc: "edited on that day or later, such as 2026-11-01"},
		{Name: "sort", Enum: sorts, Doc: "the order; by name for partners alone, the surest first for others"},
		{Name: "order", Enum: []string{"reverse"}, Doc: "the other way round"},
		pageParam, limitParam,
	}
}

func talkParams() []api.Param {
	return []api.Param{stateParam(), {Name: "system", Doc: "only about this system, by its id"}, {Name: "partner", Doc: "only those of this partner, by their address"}, pageParam, limitParam}
}

func stateParam() api.Param {
	var states []string
	for _, s := range inventory.States() {
		states = append(states, string(s))
	}
	return api.Param{Name: "state", Enum: states, Doc: "only where the conversation stands there"}
}

func (p *Portal) apiAssets(r *http.Request) (any, error) {
	asked := r.URL.Query()
	q := searchOf(asked)
	on := func(name string) bool { is, _ := strconv.ParseBool(asked.Get(name)); return is }
	q.Near, q.Orphaned, q.Limit = on("near"), on("orphaned"), limited(asked)
	found, err := p.Source.Search(r.Context(), q)
	if err != nil {
		return nil, err
	}
	out := api.Page[api.Asset]{Items: []api.Asset{}, Total: api.NewTotal(found.Total), Next: next(r, found.Next), Previous: next(r, found.Previous)}
	for _, record := range found.Records {
		out.Items = append(out.Items, api.NewAsset(record, assetAddress(record.Asset.ID)))
	}
	return out, nil
}

func assetAddress(id inventory.AssetID) string {
	return api.Root + "/assets/" + assetLink(id)[len("/asset/"):]
}

func (p *Portal) apiAsset(r *http.Request) (any, error) {
	record, err := p.Source.Record(r.Context(), inventory.AssetID(r.PathValue("id")))
	if err != nil {
		return nil, err
	}
	out := api.Whole{Record: record, Evidence: []string{}, Edges: []inventory.Edge{}}
	edges, err := p.Source.Edges(r.Context(), record.Asset.ID)
	if err != nil {
		return nil, err
	}
	out.Edges = append(out.Edges, edges...)
	if v := record.Verdict; v != nil {
		out.Why, out.Adds = words.Why(*v, p.Language), words.Adds(*v, p.Language)
		for _, e := range v.Evidence {
			if sentence := words.Sentence(e, p.Language); sentence != "" {
				out.Evidence = append(out.Evidence, sentence)
			}
		}
	}
	if record.Family == "" {
		return out, nil
	}
	o, found, err := p.Source.Opening(r.Context(), record.Family)
	if found {
		out.Talk = talkAddress(o.Conversation.ID)
	}
	return out, err
}

func (p *Portal) apiFamily(r *http.Request) (any, error) {
	out := api.Page[api.Asset]{Items: []api.Asset{}}
	for record, err := range p.Source.Records(r.Context(), inventory.Filter{Family: r.PathValue("id"), Limit: 200}) {
		if err != nil {
			return nil, err
		}
		out.Items = append(out.Items, api.NewAsset(record, assetAddress(record.Asset.ID)))
	}
	if len(out.Items) == 0 {
		return nil, inventory.ErrNotFound
	}
	return out, nil
}

func (p *Portal) apiSystems(r *http.Request) (any, error) {
	summary, err := p.Source.Summary(r.Context())
	if err != nil {
		return nil, err
	}
	out := api.Page[api.System]{Items: []api.System{}}
	for _, s := range p.Systems {
		item := api.System{ID: s.ID, Name: s.Name, Capability: s.Capability, Purpose: s.Purpose, Owner: s.OwnerTeam, Partner: api.Partner(s.Partner), Conversations: []api.Count{}}
		for _, c := range summary.Verdicts {
			if c.B == s.ID {
				item.Assets += c.N
			}
		}
		for _, c := range summary.Conversations {
			if c.A == s.ID {
				item.Conversations = append(item.Conversations, api.Count{What: c.B, N: c.N})
			}
		}
		out.Items = append(out.Items, item)
	}
	return out, nil
}

func (p *Portal) apiNeeds(r *http.Request) (any, error) {
	lines, err := p.Source.Needs(r.Context(), r.URL.Query().Get("system"))
	if err != nil {
		return nil, err
	}
	exact := seesAll(r.Context())
	tell := func(n int) *int {
		if n == 0 && !exact {
			return nil
		}
		return &n
	}
	out := api.Page[api.Need]{Items: []api.Need{}}
	for _, l := range lines {
		out.Items = append(out.Items, api.Need{System: l.System, Capability: l.Capability, Kind: l.Kind, Word: l.Word, Words: l.Words, Families: l.Families, Builders: tell(l.Builders), People: tell(l.People)})
	}
	return out, nil
}

func (p *Portal) apiTalks(r *http.Request) (any, error) {
	q := talksOf(r.URL.Query())
	q.Limit = limited(r.URL.Query())
	found, err := p.Source.Talk(r.Context(), q)
	if err != nil {
		return nil, err
	}
	out := api.Page[api.Talk]{Items: []api.Talk{}, Total: api.NewTotal(found.Total), Next: next(r, found.Next)}
	for _, o := range found.Openings {
		out.Items = append(out.Items, tellTalk(o))
	}
	return out, nil
}

func talkAddress(id string) string { return api.Root + "/conversations/" + id }

func tellTalk(o inventory.Opening) api.Talk {
	c := o.Conversation
	t := api.Talk{
		ID: c.ID, Self: talkAddress(c.ID), System: c.System, Partner: api.Partner(o.System.Partner), Keeper: cmp.Or(o.Keeper.Name, o.Keeper.Address), State: string(c.State), Since: c.Since,
		AssetName: o.Asset.Asset.Name, Family: c.Family, Copies: len(o.Family.Members), Worth: o.Worth.Total,
	}
	if o.Asset.Asset.ID != "" {
		t.Asset = assetAddress(o.Asset.Asset.ID)
	}
	return t
}

func (p *Portal) apiTalk(r *http.Request) (any, error) {
	o, err := p.opening(r.Context(), r.PathValue("id"))
	if err != nil {
		return nil, err
	}
	out := api.WholeTalk{Talk: tellTalk(o), Helped: o.Conversation.Helped, Steps: []api.Step{}, Parts: []api.Part{}}
	for _, s := range o.Conversation.Steps {
		out.Steps = append(out.Steps, api.Step{From: string(s.From), To: string(s.To), Act: string(s.Act), By: s.By, At: s.At, Why: s.Why})
	}
	for _, part := range o.Worth.Parts {
		out.Parts = append(out.Parts, api.Part{Name: part.Name, Value: part.Value, Weight: part.Weight})
	}
	return out, nil
}

func (p *Portal) apiCoverage(r *http.Request) (any, error) {
	summary, err := p.Source.Summary(r.Context())
	if err != nil {
		return nil, err
	}
	tonight, last, err := p.runs(r.Context(), summary.LastRun)
	if err != nil {
		return nil, err
	}
	out := api.Coverage{Run: tellRun(last), Unread: []api.Count{}, Places: []api.Place{}, Tonight: tellTonight(tonight)}
	for _, c := range summary.Unread {
		out.Unread = append(out.Unread, api.Count{What: c.A + ": " + c.B, N: c.N})
	}
	for _, place := range last.Places {
		if !place.Complete && place.Place != "" {
			out.Places = append(out.Places, api.Place{Name: place.Name, Found: place.Tally.Found, Error: place.Error})
		}
	}
	return out, nil
}

func tellTonight(u inventory.Underway) *api.Tonight {
	if u.Run == 0 {
		return nil
	}
	out := &api.Tonight{Run: u.Run, Started: u.Started, Workers: u.Workers, Steps: []api.NightStep{}}
	for _, s := range u.Steps {
		out.Steps = append(out.Steps, api.NightStep{Step: s.Step, Source: s.Tenant, Ended: s.Ended, Parts: s.Jobs, Files: s.Done})
	}
	return out
}

func (p *Portal) apiRuns(r *http.Request) (any, error) {
	runs, err := p.Source.Runs(r.Context(), min(limited(r.URL.Query()), 20))
	if err != nil {
		return nil, err
	}
	out := api.Page[api.Run]{Items: []api.Run{}}
	for _, run := range runs {
		out.Items = append(out.Items, tellRun(run))
	}
	return out, nil
}

func tellRun(run inventory.Run) api.Run {
	var t inventory.Tally
	out := api.Run{ID: run.ID, Started: run.Started, Finished: run.Finished, Result: string(run.Result), Error: run.Error, Places: len(run.Places), Changes: run.Ledger.Mutations()}
	for _, p := range run.Places {
		t.Add(p.Tally)
		if p.Complete {
			out.Complete++
		}
	}
	for _, l := range run.Ledger {
		out.Requests += l.Count
	}
	out.Found, out.Stored, out.Excluded, out.Skipped, out.Failed = t.Found, t.Stored, t.Excluded, tellCounts(t.Skipped), tellCounts(t.Failed)
	return out
}

func tellCounts(counts map[string]int) []api.Count {
	out := []api.Count{}
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		out = append(out, api.Count{What: what, N: counts[what]})
	}
	return out
}
