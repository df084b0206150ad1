package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

// rowsPerPage is how many assets a page of the list shows.
const rowsPerPage = 50

type listPage struct {
	page
	Tiles   []fact
	Query   inventory.Filter
	Systems []inventory.System
	Rows    []row
	Next    string // the address of the next page, "" on the last
	Empty   bool   // the inventory itself is empty
}

// A fact is a labelled value.
type fact struct{ Label, Value string }

// A row is one asset of the list.
type row struct {
	Name, Path, Place, Kind, Near, Quiet, Certainty, People, Modified string
	Link                                                              string
	Unserved                                                          bool // the organisation has no system for its purpose
}

func (p *Portal) list(w http.ResponseWriter, r *http.Request) {
	query := filterOf(r.URL.Query())
	summary, err := p.Source.Summary(r.Context())
	if err != nil {
		p.fail(w, "list", err)
		return
	}
	data := listPage{
		page: p.page(r, "inventory"), Tiles: tiles(summary), Query: query,
		Systems: p.Systems, Empty: total(summary.Assets) == 0,
	}
	asked := query
	asked.Limit = rowsPerPage + 1 // one more tells whether there is a next page
	for record, err := range p.Source.Records(r.Context(), asked) {
		if err != nil {
			p.fail(w, "list", err)
			return
		}
		if len(data.Rows) == rowsPerPage {
			data.Next = nextLink(r.URL.Query(), query.After)
			break
		}
		query.After = record.Asset.ID
		data.Rows = append(data.Rows, p.row(record))
	}
	p.show(w, http.StatusOK, "list", data)
}

func filterOf(q url.Values) inventory.Filter {
	return inventory.Filter{
		Text:   strings.TrimSpace(q.Get("q")),
		System: q.Get("system"),
		Near:   q.Get("show") != "all",
		After:  inventory.AssetID(q.Get("after")),
	}
}

func nextLink(q url.Values, after inventory.AssetID) string {
	q.Set("after", string(after))
	return "/?" + q.Encode()
}

func (p *Portal) row(r inventory.Record) row {
	out := row{
		Name: r.Asset.Name, Path: r.Asset.Path, Place: r.PlaceName, Kind: string(r.Asset.Kind),
		Near: p.near(r.Verdict), Quiet: quiet(r), Link: assetLink(r.Asset.ID),
	}
	if v := r.Verdict; v != nil && !v.None() {
		out.Certainty, out.Unserved = percent(v.Score), p.systemName(v.System) == ""
	}
	if r.Usage != nil && r.Usage.People > 0 {
		out.People = strconv.Itoa(r.Usage.People)
	}
	if !r.Asset.Modified.IsZero() {
		out.Modified = r.Asset.Modified.Format("2 Jan 2006")
	}
	return out
}

// near names the system a verdict comes close to, or else its purpose.
func (p *Portal) near(v *inventory.Verdict) string {
	if v == nil || v.None() {
		return ""
	}
	if name := p.systemName(v.System); name != "" {
		return name
	}
	return words.Capability(v.Capability, p.Language)
}

// systemName is "" where the organisation has no system for the purpose.
func (p *Portal) systemName(id string) string {
	for _, s := range p.Systems {
		if s.ID == id {
			return s.Name
		}
	}
	return ""
}

// quiet says why there is nothing to say about an asset.
func quiet(r inventory.Record) string {
	switch {
	case r.Unread == "private":
		return "Not opened: it is private"
	case r.Unread != "":
		return "Not read: " + r.Unread
	case r.Verdict == nil:
		return "Not looked into yet"
	default:
		return "Nothing like a sanctioned system"
	}
}

func assetLink(id inventory.AssetID) string {
	return "/asset/" + (&url.URL{Path: string(id)}).EscapedPath()
}

// percent never says 100: a verdict is a well-founded guess.
func percent(share float64) string { return strconv.Itoa(min(int(share*100+0.5), 99)) + " %" }

func tiles(s inventory.Summary) []fact {
	near, open := 0, 0
	for _, c := range s.Verdicts {
		if c.A != "" {
			near += c.N
		}
	}
	for _, c := range s.Conversations {
		if !inventory.State(c.B).Ended() {
			open += c.N
		}
	}
	return []fact{
		{"assets in the inventory", strconv.Itoa(total(s.Assets))},
		{"looked into", strconv.Itoa(s.Structures)},
		{"come close to a system or purpose", strconv.Itoa(near)},
		{"conversations open or proposed", strconv.Itoa(open)},
	}
}

func count(n int) string { return strconv.Itoa(n) }

func total(counts []inventory.Count) (n int) {
	for _, c := range counts {
		n += c.N
	}
	return n
}
