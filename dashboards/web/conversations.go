package web

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// A talk is a conversation in a list.
type talk struct {
	inventory.Opening
	row
	Keeper    string
	Link      string // of the conversation
	AssetLink string // "" when what it is about is gone
	Waits     string // what it waits for, if that has been long
}

func (p *Portal) talk(o inventory.Opening) talk {
	t := talk{Opening: o, row: p.row(o.Asset), Keeper: keeperName(o.Keeper), Link: "/conversation/" + o.Conversation.ID, Waits: p.waits(o.Conversation)}
	if o.Asset.Asset.ID != "" {
		t.AssetLink = assetLink(o.Asset.Asset.ID)
	}
	if o.PartnerLeft {
		t.Waits = cmp.Or(o.Conversation.Partner.Name, "its partner") + " has left: hand it over"
	}
	t.Name = cmp.Or(t.Name, "something that is no longer there")
	return t
}

// State is where the conversation stands; the row has none of its own.
func (t talk) State() inventory.State { return t.Conversation.State }

// waiting is how long an invitation stays without an answer before the partner
// is reminded.
const waiting = 14 * 24 * time.Hour

// waits says what a conversation waits for.
func (p *Portal) waits(c inventory.Conversation) string {
	long := p.Now().Sub(c.Since) >= waiting
	switch {
	case c.State == inventory.Invited && long:
		return "no answer since " + day(c.Since)
	case c.State == inventory.NotNow && !c.Until.IsZero() && !p.Now().Before(c.Until):
		return "may be asked again since " + day(c.Until)
	case c.State == inventory.Agreed && long:
		return "agreed on " + day(c.Since) + ", no outcome yet"
	case c.State.Ended() && c.State != inventory.OurMistake && !c.Helped && long:
		return "did it help? Ask the builder"
	}
	return ""
}

type conversationsPage struct {
	page
	Talks   []talk
	States  []inventory.State
	State   inventory.State
	Systems []inventory.System
	System  string
	Total   string
	Next    string // the address of the next page, "" on the last
}

func (p *Portal) conversations(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	found, err := p.Source.Talk(r.Context(), talksOf(asked))
	if errors.Is(err, inventory.ErrCursor) {
		asked.Del("page")
		http.Redirect(w, r, "/conversations?"+asked.Encode(), http.StatusSeeOther)
		return
	}
	if err != nil {
		p.fail(w, "conversations", err)
		return
	}
	data := conversationsPage{page: p.page(r, "conversations"), States: inventory.States(), State: inventory.State(asked.Get("state")),
		Systems: p.Systems, System: asked.Get("system"), Total: total(found.Total)}
	for _, o := range found.Openings {
		data.Talks = append(data.Talks, p.talk(o))
	}
	if found.Next != "" {
		data.Next = "/conversations?" + with(asked, "page", found.Next).Encode()
	}
	p.show(w, http.StatusOK, "conversations", data)
}

// talksOf reads which conversations an address asks for.
func talksOf(q url.Values) inventory.TalkSearch {
	s := inventory.TalkSearch{System: q.Get("system"), Partner: q.Get("partner"), Cursor: q.Get("page"), Limit: rowsPerPage}
	if state := q.Get("state"); state != "" {
		s.States = []inventory.State{inventory.State(state)}
	}
	return s
}

type conversationPage struct {
	page
	talk
	Steps   []stepRow
	Next    []inventory.State
	Charter string // how far the charter is
	Ended   bool
	Other   string // another open conversation about the same, to go on in
	Theirs  bool   // the viewer takes part in it
	MayWait bool   // the builder can say that it is not the time
	Soon    string // a date to ask again, to begin with
	Keepers keepers
}

// A stepRow is a step in words.
type stepRow struct {
	When           time.Time
	What, Who, Why string
}

func (p *Portal) conversation(w http.ResponseWriter, r *http.Request) {
	o, err := p.opening(r.Context(), r.PathValue("id"))
	if errors.Is(err, inventory.ErrNotFound) {
		p.missing(w, r)
		return
	}
	var charters []inventory.Charter
	if err == nil {
		charters, err = p.Source.Charters(r.Context(), o.Conversation.ID)
	}
	if err != nil {
		p.fail(w, "conversation", err)
		return
	}
	hands, err := p.Source.Candidates(r.Context(), o.Conversation.Family)
	if err != nil {
		p.fail(w, "conversation", err)
		return
	}
	other, found, err := p.Source.Opening(r.Context(), o.Conversation.Family)
	if err != nil {
		p.fail(w, "conversation", err)
		return
	}
	data := conversationPage{page: p.page(r, "conversations"), Keepers: whoKeeps(o, hands), talk: p.talk(o), Next: o.Conversation.State.Next(), Ended: o.Conversation.State.Ended(),
		Theirs:  glanceOf(r.Context()).talks[o.Conversation.ID],
		MayWait: slices.Contains(o.Conversation.State.Next(), inventory.NotNow),
		Charter: charterState(charters), Soon: p.Now().AddDate(0, 3, 0).Format(time.DateOnly)}
	if found && other.Conversation.ID != o.Conversation.ID && other.Conversation.Open() && o.Conversation.Open() {
		data.Other = other.Conversation.ID
	}
	for _, s := range slices.Backward(o.Conversation.Steps) {
		data.Steps = append(data.Steps, p.step(s))
	}
	p.show(w, http.StatusOK, "conversation", data)
}

// opening finds a conversation with what it is about, as far as that is still
// there.
func (p *Portal) opening(ctx context.Context, id string) (inventory.Opening, error) {
	c, err := p.Source.Conversation(ctx, id)
	if err != nil {
		return inventory.Opening{}, err
	}
	o, found, err := p.Source.Opening(ctx, c.Family)
	if err != nil || found && o.Conversation.ID == id {
		return o, err
	}
	if found { // two about the same, since their families merged
		o.Conversation, o.System, o.Keeper, o.Worth = c, inventory.System{ID: c.System, Name: cmp.Or(p.systemName(c.System), c.System), Partner: c.Partner}, inventory.Person{Address: c.Keeper}, inventory.Worth{}
		return o, nil
	}
	return inventory.Opening{Conversation: c, System: inventory.System{ID: c.System, Name: cmp.Or(p.systemName(c.System), c.System), Partner: c.Partner},
		Keeper: inventory.Person{Address: c.Keeper}}, nil
}

func (p *Portal) step(s inventory.Step) stepRow {
	what := words.State(s.To, p.Language)
	if s.Act != "" {
		what = words.Act(s.Act, p.Language)
	}
	if s.Detail != "" {
		what += ": " + s.Detail
	}
	return stepRow{When: s.At, What: what, Who: s.By, Why: s.Why}
}

func charterState(charters []inventory.Charter) string {
	if len(charters) == 0 {
		return "none yet"
	}
	c := charters[len(charters)-1]
	switch {
	case c.Holds():
		return "version " + strconv.Itoa(c.Version) + ", agreed by both sides"
	case len(c.Agreed) == 1:
		return "version " + strconv.Itoa(c.Version) + ", the " + string(c.Agreed[0].Side) + " has agreed"
	}
	return "version " + strconv.Itoa(c.Version) + ", a draft"
}

type charterPage struct {
	page
	talk
	Charter  inventory.Charter
	Earlier  []inventory.Charter
	Proposed bool // nothing was written yet: this is where to begin
	Builder  bool // has agreed
	Partner  bool
	Roles    []roleRow
	Outcomes []inventory.State
}

type roleRow struct {
	Role  inventory.Role
	Says  string
	Names string
}

func (p *Portal) charter(w http.ResponseWriter, r *http.Request) {
	o, err := p.opening(r.Context(), r.PathValue("id"))
	if errors.Is(err, inventory.ErrNotFound) {
		p.missing(w, r)
		return
	}
	var all []inventory.Charter
	if err == nil {
		all, err = p.Source.Charters(r.Context(), o.Conversation.ID)
	}
	if err != nil {
		p.fail(w, "charter", err)
		return
	}
	data := charterPage{page: p.page(r, "conversations"), talk: p.talk(o),
		Outcomes: []inventory.State{inventory.Supported, inventory.Connected, inventory.Adopted, inventory.SystemChanged}}
	if len(all) > 0 {
		data.Charter, data.Earlier = all[len(all)-1], all[:len(all)-1]
		slices.Reverse(data.Earlier)
	} else {
		data.Proposed = true
		data.Charter = words.Charter(inventory.State(r.URL.Query().Get("for")), cmp.Or(o.Asset.Asset.Name, "the tool"), o.System.Name)
		data.Charter.Roles = begin(o)
	}
	for _, a := range data.Charter.Agreed {
		data.Builder, data.Partner = data.Builder || a.Side == inventory.SideBuilder, data.Partner || a.Side == inventory.SidePartner
	}
	data.Roles = roleRows(data.Charter.Roles)
	p.show(w, http.StatusOK, "charter", data)
}

// begin is who holds the roles that are clear from the beginning.
func begin(o inventory.Opening) (out []inventory.RoleHolder) {
	if name := cmp.Or(o.Keeper.Name, o.Keeper.Address); name != "" {
		out = append(out, inventory.RoleHolder{Role: inventory.RoleCustomer, Name: name}, inventory.RoleHolder{Role: inventory.RoleParticipant, Name: name})
	}
	if name := cmp.Or(o.System.Partner.Name, o.System.Partner.Address); name != "" {
		out = append(out, inventory.RoleHolder{Role: inventory.RolePerforming, Name: name})
	}
	return out
}

func roleRows(holders []inventory.RoleHolder) (out []roleRow) {
	says := map[inventory.Role]string{
		inventory.RoleCustomer: "for whom it is done", inventory.RoleSponsor: "who pays and stands behind it", inventory.RoleExecutive: "who answers for it",
		inventory.RoleLiaison: "who speaks for a group of users", inventory.RoleParticipant: "who works on it", inventory.RolePerforming: "who delivers it",
	}
	for _, role := range inventory.Roles() {
		var names []string
		for _, h := range holders {
			if h.Role == role {
				names = append(names, h.Name)
			}
		}
		out = append(out, roleRow{role, says[role], strings.Join(names, ", ")})
	}
	return out
}
