package web

import (
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// visitsPerPage is how many visits a page shows.
const visitsPerPage = 100

type auditPage struct {
	page
	Who, Day string
	Rows     []visitRow
	Next     string // the address of the next page, "" on the last
	Days     int    // how long visits are kept
}

type visitRow struct {
	inventory.Visit
	Name string // of who looked, as far as the directory knows it
}

// audit shows who was shown names of people, the newest first.
func (p *Portal) audit(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	filter, day := visitFilter(q)
	visits, err := p.Source.Visits(r.Context(), filter)
	if err != nil {
		p.fail(w, "audit", err)
		return
	}
	data := auditPage{page: p.page(r, "audit"), Who: q.Get("who"), Day: day, Days: p.VisitDays}
	if len(visits) > visitsPerPage {
		visits = visits[:visitsPerPage]
		q.Set("before", strconv.FormatInt(visits[visitsPerPage-1].N, 10))
		data.Next = "/audit?" + q.Encode()
	}
	names := map[string]string{}
	for _, v := range visits {
		name, known := names[v.Who]
		if !known {
			person, err := p.Directory.Person(r.Context(), v.Who)
			if err != nil {
				p.fail(w, "audit", err)
				return
			}
			name, names[v.Who] = person.Name, person.Name
		}
		data.Rows = append(data.Rows, visitRow{v, name})
	}
	p.show(w, http.StatusOK, "audit", data)
}

// visitFilter reads what is asked for, and the day as it was understood.
func visitFilter(q url.Values) (f inventory.VisitFilter, day string) {
	f.Who, f.Limit = q.Get("who"), visitsPerPage+1 // one more tells whether there is a next page
	f.Before, _ = strconv.ParseInt(q.Get("before"), 10, 64)
	if from, err := time.Parse(time.DateOnly, q.Get("day")); err == nil {
		f.From, f.Until, day = from, from.AddDate(0, 0, 1), q.Get("day")
	}
	return f, day
}
