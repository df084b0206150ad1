package web

import (
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

// rowsPerPage is how many assets a page of the list shows.
const rowsPerPage = 50

type listPage struct {
	page
	Tiles    []fact
	Query    inventory.Search
	Systems  []inventory.System
	Purposes []fact // capabilities and what they are called
	Kinds    []string
	Tenants  []string
	States   []inventory.State
	Least    int    // of certainty, in percent
	Wider    string // the address of the same words among everything
	More     bool   // one of the filters is in use that are folded away
	Columns  []column
	Rows     []row
	Total    string
	Next     string // the address of the next page, "" on the last
	Previous string
	Empty    bool // the inventory itself is empty
}

// Certainties are those that can be chosen as the least, in percent.
func (listPage) Certainties() []int { return []int{50, 75, 90} }

// A column of the list, and the address that sorts by it.
type column struct {
	Name, Link, Class string
	Sorted            string // as aria-sort says it; "" when it is not
}

// A fact is a labelled value.
type fact struct{ Label, Value string }

// A row is one asset of the list.
type row struct {
	Name, Path, Place, Kind, Near, Quiet, Certainty, People, Modified, Size string
	Link                                                                    string
	Unserved                                                                bool // the organisation has no system for its purpose
}

func (p *Portal) list(w http.ResponseWriter, r *http.Request) {
	asked := r.URL.Query()
	query := sortedFor(r.Context(), searchOf(asked))
	found, err := p.Source.Search(r.Context(), query)
	if errors.Is(err, inventory.ErrCursor) {
		asked.Del("page") // a link that outlived its search
		http.Redirect(w, r, "/?"+asked.Encode(), http.StatusSeeOther)
		return
	}
	if err != nil {
		p.fail(w, "list", err)
		return
	}
	summary, err := p.Source.Summary(r.Context())
	if err != nil {
		p.fail(w, "list", err)
		return
	}
	data := listPage{
		page: p.page(r, "inventory"), Tiles: tiles(summary), Query: query, Systems: p.Systems, Purposes: p.purposes(), States: inventory.States(),
		Columns: columns(asked, query, seesAll(r.Context())), Total: total(found.Total), Next: turn(asked, found.Next), Previous: turn(asked, found.Previous), Empty: sum(summary.Assets) == 0,
		Least: int(query.Certainty*100 + 0.5), Wider: "/?" + url.Values{"show": {"all"}, "q": {query.Text}}.Encode(),
		More: query.Tenant+query.Place+string(query.State) != "" || query.Orphaned || query.Certainty > 0 || !query.Since.IsZero(),
	}
	for _, c := range summary.Assets {
		data.Tenants, data.Kinds = append(data.Tenants, c.A), append(data.Kinds, c.B)
	}
	data.Tenants, data.Kinds = distinct(data.Tenants), distinct(data.Kinds)
	for _, record := range found.Records {
		data.Rows = append(data.Rows, p.row(record))
	}
	p.show(w, http.StatusOK, "list", data)
}

// searchOf reads what an address asks for. What cannot be read narrows nothing.
func searchOf(q url.Values) inventory.Search {
	s := inventory.Search{
		Text: strings.TrimSpace(q.Get("q")), Tenant: q.Get("tenant"), Place: q.Get("place"), Kind: inventory.Kind(q.Get("kind")),
		System: q.Get("system"), Capability: q.Get("capability"), State: inventory.State(q.Get("state")),
		Near: q.Get("show") != "all", Orphaned: q.Get("orphaned") != "", Limit: rowsPerPage,
		Sort: inventory.Sort(q.Get("sort")), Backward: q.Get("order") == "reverse", Cursor: q.Get("page"),
	}
	if percent, err := strconv.Atoi(q.Get("certainty")); err == nil && percent > 0 && percent <= 100 {
		s.Certainty = float64(percent) / 100
	}
	if since, err := time.Parse(time.DateOnly, q.Get("since")); err == nil {
		s.Since = since
	}
	if !slices.Contains(inventory.Sorts(), s.Sort) {
		s.Sort = inventory.ByCertainty
	}
	return s
}

// purposes are what kinds of system there are, by name.
func (p *Portal) purposes() (out []fact) {
	for _, id := range words.Capabilities() {
		if id != "" {
			out = append(out, fact{id, words.Capability(id, p.Language)})
		}
	}
	slices.SortFunc(out, func(a, b fact) int { return strings.Compare(a.Value, b.Value) })
	return out
}

// columns are those of the list. A column that sorts leads to the list sorted
// by it or, where it is already, to the other way round. By name it sorts for
// those who see all names, see sortedFor.
func columns(asked url.Values, now inventory.Search, named bool) []column {
	out := []column{{Name: "Name"}, {Name: "Where"}, {Name: "Comes close to"}, {Name: "Certainty", Class: "number"}, {Name: "People", Class: "number"}, {Name: "Size", Class: "number"}, {Name: "Last edited"}}
	sorts := map[string]inventory.Sort{"Name": inventory.ByName, "Certainty": inventory.ByCertainty, "People": inventory.ByPeople, "Size": inventory.BySize, "Last edited": inventory.ByModified}
	if !named {
		delete(sorts, "Name")
	}
	for i := range out {
		by, sorts := sorts[out[i].Name]
		if !sorts {
			continue
		}
		link := with(asked, "sort", string(by))
		link.Del("order")
		link.Del("page")
		if by == now.Sort {
			out[i].Sorted = "descending"
			if (by == inventory.ByName) != now.Backward {
				out[i].Sorted = "ascending"
			}
			if !now.Backward {
				link.Set("order", "reverse")
			}
		}
		out[i].Link = "/?" + link.Encode()
	}
	return out
}

// turn is the address of another page of what is asked for.
func turn(asked url.Values, cursor string) string {
	if cursor == "" {
		return ""
	}
	return "/?" + with(asked, "page", cursor).Encode()
}

func with(asked url.Values, name, value string) url.Values {
	out := url.Values{}
	for k, v := range asked {
		out[k] = v
	}
	out.Set(name, value)
	return out
}

// total says how many there are, as far as they were counted.
func total(t inventory.Total) string {
	if t.More {
		return count(t.N) + "+"
	}
	return count(t.N)
}

func distinct(all []string) []string {
	slices.Sort(all)
	return slices.Compact(all)
}

func (p *Portal) row(r inventory.Record) row {
	out := row{
		Name: r.Asset.Name, Path: r.Asset.Path, Place: r.PlaceName, Kind: string(r.Asset.Kind),
		Near: p.near(r.Verdict), Quiet: quiet(r), Link: assetLink(r.Asset.ID), Size: size(r.Asset.Size),
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

// size is how large a file is; "" of what is no file.
func size(bytes int64) string {
	switch {
	case bytes <= 0:
		return ""
	case bytes < 1<<20:
		return strconv.FormatInt((bytes+1023)>>10, 10) + " KB"
	default:
		return strconv.FormatFloat(float64(bytes)/(1<<20), 'f', 1, 64) + " MB"
	}
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
		{"assets in the inventory", count(sum(s.Assets))},
		{"looked into", count(s.Structures)},
		{"come close to a system or purpose", count(near)},
		{"conversations open or proposed", count(open)},
	}
}

// count writes a number with its thousands apart.
func count(n int) string {
	digits := strconv.Itoa(n)
	for at := len(digits) - 3; at > 0 && digits[at-1] != '-'; at -= 3 {
		digits = digits[:at] + "," + digits[at:]
	}
	return digits
}

func sum(counts []inventory.Count) (n int) {
	for _, c := range counts {
		n += c.N
	}
	return n
}
