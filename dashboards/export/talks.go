package export

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// A talk is all that is known about a conversation, as other programs take it.
type talk struct {
	Conversation inventory.Conversation `json:"conversation"` // with its history
	System       inventory.System       `json:"system"`
	Keeper       *keeper                `json:"keeper"` // null when nobody was found
	Asset        subject                `json:"asset"`
	Copies       int                    `json:"copies"`
	Members      []inventory.AssetID    `json:"members"`
	Certainty    float64                `json:"certainty"`
	Capability   string                 `json:"capability"`
	Why          string                 `json:"why"`
	WhatItAdds   string                 `json:"what_it_adds"`
	Question     string                 `json:"first_question"`
	Reasons      []reason               `json:"reasons"`
	Worth        inventory.Worth        `json:"worth"`
}

type keeper struct {
	Name    string `json:"name"`
	Address string `json:"address"`
	Team    string `json:"team"`
	Left    bool   `json:"left"`
}

type subject struct {
	ID     inventory.AssetID `json:"id"`
	Name   string            `json:"name"`
	Kind   inventory.Kind    `json:"kind"`
	URL    string            `json:"url"`
	Source string            `json:"source"`
	People int               `json:"people"`
}

type reason struct {
	inventory.Evidence
	Text string `json:"text"`
}

// Talks writes conversations as JSON, one a line, complete: who, about what,
// why with every reason, what it promises, and all that was decided. What
// people called things is given as it is; JSON needs no caution with it.
func Talks(w io.Writer, openings iter.Seq2[inventory.Opening, error], lang string) error {
	buffered := bufio.NewWriter(w)
	out := json.NewEncoder(buffered)
	out.SetEscapeHTML(false)
	for o, err := range openings {
		if err != nil {
			return err
		}
		if err := out.Encode(newTalk(o, lang)); err != nil {
			return err
		}
	}
	return buffered.Flush()
}

func newTalk(o inventory.Opening, lang string) talk {
	r, a := NewRow(o, lang), o.Asset.Asset
	t := talk{
		Conversation: o.Conversation, System: o.System, Copies: r.Copies, Members: o.Family.Members, Certainty: r.Certainty,
		Capability: r.Capability, Why: r.Why, WhatItAdds: r.WhatItAdds, Question: r.FirstQuestion, Worth: o.Worth,
		Asset: subject{a.ID, a.Name, a.Kind, a.URL, r.Source, r.People},
	}
	if o.Keeper.Address != "" {
		t.Keeper = &keeper{o.Keeper.Name, o.Keeper.Address, o.Keeper.Team, o.Keeper.Left()}
	}
	if v := o.Asset.Verdict; v != nil {
		for _, e := range v.Evidence {
			t.Reasons = append(t.Reasons, reason{e, words.Sentence(e, lang)})
		}
	}
	return t
}
