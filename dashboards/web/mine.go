package web

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// ownShown is how many of somebody's tools their page shows.
const ownShown = 60

// A minePage shows somebody all that is known of what they built or keep.
type minePage struct {
	page
	Tools      []ownTool
	More       bool // there are more than are shown
	Registered []registered
	Systems    []inventory.System
	Quiet      time.Time // until when they asked not to be invited
	Soon       string    // a date to begin with
}

// An ownTool is one of them.
type ownTool struct {
	row
	Why     string
	Read    string // in plain words
	Looked  string
	Talk    *talk
	Private bool
}

type registered struct {
	inventory.Registered
	SystemName string
	Link       string // of the asset, if the inventory knows it
}

// mine shows builders their own tools.
func (p *Portal) mine(w http.ResponseWriter, r *http.Request) {
	data := minePage{page: p.page(r, "mine"), Systems: p.Systems, Soon: p.Now().AddDate(0, 3, 0).Format(time.DateOnly)}
	if err := p.fillMine(r, &data); err != nil {
		p.fail(w, "mine", err)
		return
	}
	p.show(w, http.StatusOK, "mine", data)
}

func (p *Portal) fillMine(r *http.Request, data *minePage) error {
	ids, err := p.Source.Own(r.Context(), nil, ownShown+1)
	if err != nil {
		return err
	}
	data.More = len(ids) > ownShown
	for _, id := range ids[:min(len(ids), ownShown)] {
		tool, err := p.ownTool(r, id)
		if errors.Is(err, inventory.ErrNotFound) {
			continue // it went meanwhile
		}
		if err != nil {
			return err
		}
		data.Tools = append(data.Tools, tool)
	}
	quiet, err := p.Source.Quiet(r.Context())
	if err != nil {
		return err
	}
	for _, until := range quiet {
		data.Quiet = until // their addresses ask for it together
	}
	told, err := p.Source.Registered(r.Context(), inventory.RegisteredFilter{})
	for _, t := range told {
		data.Registered = append(data.Registered, p.registered(t))
	}
	return err
}

func (p *Portal) registered(t inventory.Registered) registered {
	out := registered{Registered: t, SystemName: p.systemName(t.System)}
	if t.Asset != "" {
		out.Link = assetLink(t.Asset)
	}
	return out
}

func (p *Portal) ownTool(r *http.Request, id inventory.AssetID) (ownTool, error) {
	record, err := p.Source.Record(r.Context(), id)
	if err != nil {
		return ownTool{}, err
	}
	tool := ownTool{row: p.row(record), Read: plainly(record)}
	if v := record.Verdict; v != nil && !v.None() {
		tool.Why = words.Why(*v, p.Language)
	}
	visits, err := p.Source.Lookers(r.Context(), id)
	if err != nil {
		return tool, err
	}
	tool.Looked = looked(visits, me(r))
	if record.Family == "" {
		return tool, nil
	}
	o, found, err := p.Source.Opening(r.Context(), record.Family)
	if found {
		t := p.talk(o)
		tool.Talk = &t
	}
	return tool, err
}

// plainly says what was read of an asset, in a sentence.
func plainly(r inventory.Record) string {
	s := r.Structure
	if s == nil {
		return quiet(r) + "."
	}
	headings, formulas := 0, 0
	for range s.Headings {
		headings++
	}
	for _, sheet := range s.Sheets {
		formulas += sheet.Formulas
	}
	var parts []string
	add := func(n int, one, many string) {
		switch {
		case n == 1:
			parts = append(parts, one)
		case n > 1:
			parts = append(parts, strconv.Itoa(n)+" "+many)
		}
	}
	add(len(s.Sheets), "the name of its sheet", "names of sheets")
	add(headings, "1 heading", "headings")
	add(formulas, "that there is 1 formula", "formulas, counted")
	add(len(s.Connections)+len(s.ExternalLinks), "what it is connected to", "things that it is connected to")
	if len(parts) == 0 {
		return "Its name, and nothing else."
	}
	return sentence(parts) + "; no cell."
}

func sentence(parts []string) string {
	text := strings.Join(parts, ", ")
	return strings.ToUpper(text[:1]) + text[1:]
}

// looked says who was shown an asset with names on it, others than who asks.
func looked(visits []inventory.Visit, asks string) string {
	var who []string
	var last time.Time
	for _, v := range visits {
		if v.Who == asks {
			continue
		}
		if !slices.Contains(who, v.Who) {
			who = append(who, v.Who)
		}
		if v.At.After(last) {
			last = v.At
		}
	}
	const named = 3
	switch {
	case len(who) == 0:
		return "Nobody but you."
	case len(who) > named:
		return fmt.Sprintf("%s and %d more; last on %s.", strings.Join(who[:named], ", "), len(who)-named, day(last))
	}
	return strings.Join(who, ", ") + "; last on " + day(last) + "."
}

// register keeps a tool that its builder tells of.
func (p *Portal) register(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	_, err := p.Desk.Register(r.Context(), inventory.Registered{
		Name: field(r, "name"), Lies: field(r, "lies"), Purpose: field(r, "purpose"), System: field(r, "system"), By: me(r), At: p.Now(),
	})
	p.done(w, r, err, "/mine")
}

// unregister forgets it again.
func (p *Portal) unregister(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	p.done(w, r, p.Desk.Unregister(r.Context(), field(r, "id"), []string{me(r)}), "/mine")
}

// keepQuiet has nobody invite the viewer for a while, and answers the
// invitations that wait.
func (p *Portal) keepQuiet(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	until, err := time.Parse(time.DateOnly, field(r, "until"))
	if err != nil && field(r, "until") != "" {
		p.refuse(w, r, "That is not a date.", "/mine")
		return
	}
	if err := p.Desk.KeepQuiet(r.Context(), me(r), until); err != nil || until.IsZero() {
		p.done(w, r, err, "/mine")
		return
	}
	p.done(w, r, p.answerLater(r, until), "/mine")
}

// answerLater says "not now" to whoever invited the viewer.
func (p *Portal) answerLater(r *http.Request, until time.Time) error {
	mine, err := p.look.addresses(r.Context())
	if err != nil {
		return err
	}
	if len(mine) == 0 {
		return nil
	}
	q := inventory.TalkSearch{Of: slices.Sorted(maps.Keys(mine)), States: []inventory.State{inventory.Invited}, Plain: true}
	for more := true; more; more = q.Cursor != "" {
		found, err := p.Source.Talk(r.Context(), q)
		if err != nil {
			return err
		}
		for _, o := range found.Openings {
			c := o.Conversation
			if !mine[inventory.FoldAddress(c.Keeper)] {
				continue // somebody else was invited, about a tool that the viewer edits
			}
			err := p.Desk.Decide(r.Context(), inventory.Decision{Conversation: c.ID, To: inventory.NotNow, By: me(r), At: p.Now(), Until: until, Why: "asked for quiet"})
			if err != nil {
				return err
			}
		}
		q.Cursor = found.Next
	}
	return nil
}

// erase takes one of the viewer's tools out of the inventory, for good.
func (p *Portal) erase(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	id := inventory.AssetID(field(r, "asset"))
	if field(r, "sure") == "" {
		p.refuse(w, r, "It needs your tick that you are sure.", assetLink(id))
		return
	}
	_, err := p.Desk.EraseAsset(r.Context(), id, false)
	p.done(w, r, err, "/mine")
}
