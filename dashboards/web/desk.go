package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// maxForm bounds what a form may send, in bytes.
const maxForm = 64 << 10

// decide takes a step of a conversation.
func (p *Portal) decide(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	d := inventory.Decision{
		Conversation: r.PathValue("id"), By: me(r), At: p.Now(), Why: field(r, "why"),
		Act: inventory.Act(field(r, "act")), To: inventory.State(field(r, "to")),
		Partner: inventory.Partner{Name: field(r, "partner_name"), Address: field(r, "partner_address")},
		Keeper:  field(r, "keeper"), With: field(r, "with"),
	}
	if until, err := time.Parse(time.DateOnly, field(r, "until")); err == nil {
		d.Until = until
	}
	p.done(w, r, p.Desk.Decide(r.Context(), d), "/conversation/"+r.PathValue("id"))
}

// writeCharter keeps a new version of a charter.
func (p *Portal) writeCharter(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	c := inventory.Charter{
		Conversation: r.PathValue("id"), By: me(r), At: p.Now(),
		Scope: field(r, "scope"), Ownership: field(r, "ownership"), Input: field(r, "input"), Authority: field(r, "authority"),
	}
	for _, role := range inventory.Roles() {
		for name := range strings.SplitSeq(field(r, "role_"+string(role)), ",") {
			if name = strings.TrimSpace(name); name != "" {
				c.Roles = append(c.Roles, inventory.RoleHolder{Role: role, Name: name})
			}
		}
	}
	_, err := p.Desk.WriteCharter(r.Context(), c)
	p.done(w, r, err, "/conversation/"+r.PathValue("id")+"/charter")
}

// agree records one side's word on a version.
func (p *Portal) agree(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	version, err := strconv.Atoi(r.PathValue("version"))
	if err == nil {
		side := inventory.Side(field(r, "side"))
		err = p.Desk.AgreeCharter(r.Context(), r.PathValue("id"), version, inventory.Agreement{Side: side, By: me(r), At: p.Now()})
	}
	p.done(w, r, err, "/conversation/"+r.PathValue("id")+"/charter")
}

// feedback keeps what somebody who knows an asset says of its verdict.
func (p *Portal) feedback(w http.ResponseWriter, r *http.Request) {
	if !p.form(w, r) {
		return
	}
	id := inventory.AssetID(field(r, "asset"))
	record, err := p.Source.Record(r.Context(), id)
	if err == nil && record.Verdict == nil {
		err = inventory.ErrNotFound
	}
	if err == nil {
		err = p.Desk.SaveFeedback(r.Context(), inventory.Feedback{
			Asset: id, Said: record.Verdict.Capability, Right: field(r, "word") == "right",
			Capability: field(r, "capability"), By: me(r), At: p.Now(), Why: field(r, "why"),
		})
	}
	p.done(w, r, err, assetLink(id))
}

// form reads a form, or answers that it is too long.
func (p *Portal) form(w http.ResponseWriter, r *http.Request) bool {
	if err := r.ParseForm(); err != nil {
		p.refuse(w, r, "That is longer than what can be kept here.", r.URL.Path)
		return false
	}
	return true
}

// me is who takes a decision.
func me(r *http.Request) string { return access.Of(r.Context()).Address }

func field(r *http.Request, name string) string { return strings.TrimSpace(r.PostForm.Get(name)) }

// done goes back to the page, or says why something could not be done.
func (p *Portal) done(w http.ResponseWriter, r *http.Request, err error, back string) {
	switch {
	case err == nil:
		http.Redirect(w, r, back, http.StatusSeeOther)
	case errors.Is(err, inventory.ErrNotFound):
		p.missing(w, r)
	case errors.Is(err, inventory.ErrStale):
		p.refuse(w, r, "Meanwhile there is a newer version. Read it first.", back)
	case errors.Is(err, inventory.ErrIllegalStep), errors.Is(err, inventory.ErrCharter), errors.Is(err, inventory.ErrIncomplete):
		p.refuse(w, r, last(err), back)
	default:
		p.fail(w, "decision", err)
	}
}

// last is the part of an error that says why, as a sentence.
func last(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		text = text[i+2:]
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

type refusedPage struct {
	page
	Why, Back string
}

func (p *Portal) refuse(w http.ResponseWriter, r *http.Request, why, back string) {
	p.show(w, http.StatusConflict, "refused", refusedPage{p.page(r, ""), why, back})
}
