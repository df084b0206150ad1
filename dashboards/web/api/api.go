// Package api is what programs are told: the portal's pages as JSON, and the
// document that describes it, made from the same types.
package api

import (
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// Root is the path that everything here is below.
const Root = "/api/v1"

// A Page is one of a list, in its order. Next is the address of the page after
// it, and is not there on the last.
type Page[T any] struct {
	Items    []T    `json:"items"`
	Total    *Total `json:"total,omitempty" doc:"How many there are, counted up to 10,000; not there where the whole list is."`
	Next     string `json:"next,omitempty" doc:"The address of the next page."`
	Previous string `json:"previous,omitempty" doc:"The address of the page before."`
}

// A Total is how many there are.
type Total struct {
	N    int  `json:"n"`
	More bool `json:"more" doc:"There are more than n."`
}

// NewTotal is a total as it is told.
func NewTotal(t inventory.Total) *Total { return &Total{t.N, t.More} }

// An Asset is one thing people work in, in a list.
type Asset struct {
	ID         string    `json:"id"`
	Self       string    `json:"self" doc:"The address of all that is known of it."`
	Tenant     string    `json:"tenant"`
	Place      string    `json:"place"`
	PlaceName  string    `json:"place_name"`
	Kind       string    `json:"kind"`
	Name       string    `json:"name"`
	Path       string    `json:"path,omitempty"`
	URL        string    `json:"url,omitempty"`
	Size       int64     `json:"size" doc:"Bytes; 0 of what has no file."`
	Modified   time.Time `json:"modified,omitzero"`
	ModifiedBy string    `json:"modified_by,omitempty"`
	People     int       `json:"people" doc:"Who edit it or have it shared with them by name; 0 when nobody looked yet."`
	Capability string    `json:"capability,omitempty" doc:"The purpose it comes close to."`
	System     string    `json:"system,omitempty" doc:"The sanctioned system it comes close to."`
	Certainty  float64   `json:"certainty" doc:"From 0 to 1; 0 when it comes close to nothing."`
	Family     string    `json:"family,omitempty" doc:"The family of copies and versions that it belongs to."`
	Unread     string    `json:"unread,omitempty" doc:"Why it was not looked into."`
}

// NewAsset is a record as lists tell of it.
func NewAsset(r inventory.Record, self string) Asset {
	a := Asset{
		ID: string(r.Asset.ID), Self: self, Tenant: r.Asset.Tenant, Place: r.Asset.Place, PlaceName: r.PlaceName, Kind: string(r.Asset.Kind),
		Name: r.Asset.Name, Path: r.Asset.Path, URL: r.Asset.URL, Size: r.Asset.Size, Modified: r.Asset.Modified, ModifiedBy: r.Asset.ModifiedBy,
		Family: r.Family, Unread: r.Unread,
	}
	if r.Usage != nil {
		a.People = r.Usage.People
	}
	if v := r.Verdict; v != nil && !v.None() {
		a.Capability, a.System, a.Certainty = v.Capability, v.System, v.Score
	}
	return a
}

// A Whole is all that is known of one asset.
type Whole struct {
	Record   inventory.Record `json:"record" doc:"As a line of inventory.jsonl."`
	Why      string           `json:"why,omitempty" doc:"What was noticed, in words."`
	Adds     string           `json:"adds,omitempty" doc:"What it does that the system may not, in words."`
	Evidence []string         `json:"evidence" doc:"Each reason in a sentence, the weightiest first."`
	Edges    []inventory.Edge `json:"edges" doc:"What it takes data from, and what takes data from it."`
	Talk     string           `json:"conversation,omitempty" doc:"The address of the conversation about it."`
}

// A System is one that the organisation sanctioned, and what is around it.
type System struct {
	ID            string  `json:"id"`
	Name          string  `json:"name"`
	Capability    string  `json:"capability"`
	Purpose       string  `json:"purpose,omitempty"`
	Owner         string  `json:"owner,omitempty" doc:"The team that owns it."`
	Partner       Partner `json:"partner"`
	Assets        int     `json:"assets" doc:"How many assets come close to it."`
	Conversations []Count `json:"conversations" doc:"By their state."`
}

// A Partner is who in IT talks about a system, and also solves.
type Partner struct {
	Name    string `json:"name"`
	Address string `json:"address"`
}

// A Count is how many there are of something.
type Count struct {
	What string `json:"what"`
	N    int    `json:"n"`
}

// A Talk is a conversation in a list.
type Talk struct {
	ID        string    `json:"id"`
	Self      string    `json:"self"`
	System    string    `json:"system"`
	Partner   Partner   `json:"partner"`
	Keeper    string    `json:"keeper" doc:"A name, an address, or what stands for them where the role sees no names."`
	State     string    `json:"state"`
	Since     time.Time `json:"since"`
	Asset     string    `json:"asset,omitempty" doc:"The address of what it is about."`
	AssetName string    `json:"asset_name,omitempty"`
	Family    string    `json:"family"`
	Copies    int       `json:"copies"`
	Worth     float64   `json:"worth" doc:"What it promises, from 0 to 1; 0 where that is not for the role."`
}

// A WholeTalk is a conversation with its history.
type WholeTalk struct {
	Talk
	Helped bool   `json:"helped" doc:"The keeper said that the outcome helped."`
	Steps  []Step `json:"steps"`
	Parts  []Part `json:"worth_parts" doc:"What the worth comes from."`
}

// A Step is one recorded decision.
type Step struct {
	From string    `json:"from"`
	To   string    `json:"to"`
	Act  string    `json:"act,omitempty"`
	By   string    `json:"by"`
	At   time.Time `json:"at"`
	Why  string    `json:"why,omitempty"`
}

// A Part is one reason for a conversation to come early.
type Part struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Weight float64 `json:"weight"`
}

// A Need is a field or a function that people have and their system lacks, or
// one that it has and they do by hand.
type Need struct {
	System     string   `json:"system,omitempty" doc:"Not there where the organisation has no such system."`
	Capability string   `json:"capability"`
	Kind       string   `json:"kind" doc:"field, function or by-hand."`
	Word       string   `json:"word"`
	Words      []string `json:"words"`
	Families   int      `json:"families"`
	Builders   *int     `json:"builders" doc:"Who keep the tools. Null where they are fewer than five and who asks may not see names."`
	People     *int     `json:"people" doc:"Who rely on the tools. Null where they are fewer than five and who asks may not see names."`
}

// A Run is the account of one scan.
type Run struct {
	ID       int64     `json:"id"`
	Started  time.Time `json:"started"`
	Finished time.Time `json:"finished,omitzero"`
	Result   string    `json:"result" doc:"complete, partial, failed or cut; empty while it runs."`
	Error    string    `json:"error,omitempty"`
	Places   int       `json:"places"`
	Complete int       `json:"complete" doc:"Places that were listed to their end."`
	Found    int       `json:"found"`
	Stored   int       `json:"stored"`
	Excluded int       `json:"excluded"`
	Skipped  []Count   `json:"skipped"`
	Failed   []Count   `json:"failed"`
	Requests int       `json:"requests"`
	Changes  int       `json:"mutations" doc:"Requests that were no reads. There are none."`
}

// Coverage is what the newest run saw, and what it did not.
type Coverage struct {
	Run    Run     `json:"run"`
	Unread []Count `json:"unread" doc:"What was not looked into, by source and reason."`
	Places []Place `json:"places" doc:"Those that were not seen to their end."`
	// Tonight is left out between two nights.
	Tonight *Tonight `json:"tonight,omitempty" doc:"How far the night under way is."`
}

// Tonight is how far the night under way is.
type Tonight struct {
	Run     int64       `json:"run"`
	Started time.Time   `json:"started"`
	Workers int         `json:"workers" doc:"Processes that work on it, where several do."`
	Steps   []NightStep `json:"steps" doc:"In the order in which they began."`
}

// A NightStep is how far a part of a night is.
type NightStep struct {
	Step   string `json:"step"`
	Source string `json:"source,omitempty"`
	Ended  int    `json:"ended"`
	Parts  int    `json:"parts"`
	Files  int    `json:"files"`
}

// A Place is one that was not listed to its end.
type Place struct {
	Name  string `json:"name"`
	Found int    `json:"found"`
	Error string `json:"error,omitempty"`
}

// A Problem says why there is no answer (https://www.rfc-editor.org/rfc/rfc9457).
type Problem struct {
	Type   string `json:"type"`
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
}
