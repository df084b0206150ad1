// Package export writes what people take away: outreach lists as xlsx and
// csv, and the inventory as JSON lines. Nothing that came from a tenant ever
// becomes a formula, and a failed export leaves the last good file in place.
package export

import (
	"strconv"
	"time"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// A Row is one conversation of an outreach list.
type Row struct {
	ConversationID string
	System         string
	Capability     string
	Partner        string
	KeeperName     string
	KeeperEmail    string
	AssetName      string
	AssetURL       string
	Source         string
	People         int // who edit it or rely on it by name; 0 when that was not observed
	Copies         int // members of the family
	Certainty      float64
	Why            string
	WhatItAdds     string
	FirstQuestion  string
	Status         inventory.State
	Since          time.Time
	Worth          float64 // what the conversation promises, 0 to 1
}

// Columns that partners write to, and that say what was there before.
const (
	columnID     = "conversation_id"
	columnStatus = "status"
	columnNote   = "note"
	columnWas    = "status_was"
)

// Columns are the headings of outreach.csv, in order. Other people script
// against them.
func Columns() []string {
	return []string{
		columnID, "system", "capability", "partner", "keeper_name", "keeper_email",
		"asset_name", "asset_url", "source", "people", "copies", "certainty", "why", "what_it_adds",
		"first_question", columnStatus, "since",
	}
}

// listColumns are those of outreach.xlsx: the same, and what a list that comes
// back needs.
func listColumns() []string { return append(Columns(), "worth", columnNote, columnWas) }

// NewRow puts an opening into the words of an outreach list.
func NewRow(o inventory.Opening, lang string) Row {
	r := Row{
		ConversationID: o.Conversation.ID,
		System:         o.System.Name,
		Partner:        o.System.Partner.Name,
		KeeperName:     o.Keeper.Name,
		KeeperEmail:    o.Keeper.Address,
		AssetName:      o.Asset.Asset.Name,
		AssetURL:       o.Asset.Asset.URL,
		Source:         o.Asset.PlaceName,
		Copies:         len(o.Family.Members),
		Status:         o.Conversation.State,
		Since:          o.Conversation.Since,
		Worth:          o.Worth.Total,
	}
	if o.Asset.Usage != nil {
		r.People = o.Asset.Usage.People
	}
	if v := o.Asset.Verdict; v != nil {
		r.Capability, r.Certainty = v.Capability, min(v.Score, 0.99) // nobody is ever wholly sure
		r.Why, r.WhatItAdds = words.Why(*v, lang), words.Adds(*v, lang)
		r.FirstQuestion = words.FirstQuestion(*v, o.System.Name, lang)
	}
	return r
}

// cells gives the row's values in the order of listColumns.
func (r Row) cells() []any {
	return []any{
		r.ConversationID, r.System, r.Capability, r.Partner, r.KeeperName, r.KeeperEmail,
		r.AssetName, r.AssetURL, r.Source, r.People, r.Copies, r.Certainty, r.Why, r.WhatItAdds,
		r.FirstQuestion, string(r.Status), r.Since, r.Worth, "", string(r.Status),
	}
}

// text is a cell as csv shows it.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case time.Time:
		return v.UTC().Format(time.DateOnly)
	default:
		return ""
	}
}
