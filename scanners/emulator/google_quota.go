package emulator

import (
	"net/http"
	"strings"
	"sync"
	"time"
)

// meter counts the quota units of Drive that were spent in the minute under way, of the project and of each person.
// https://developers.google.com/workspace/drive/api/guides/limits
type meter struct {
	mu    sync.Mutex
	since time.Time
	spent map[string]int // by person; "" is everybody together
}

// personShare is a person's part of what a project may spend: 325,000 units of 1,000,000.
const personShare = 0.325

// charge takes what a call costs, or refuses it when a plan of faults says how much there is and that is spent.
func (g *google) charge(r *http.Request, who string) error {
	limit := g.faults.Load().Units
	cost := driveCost(r)
	if limit == 0 || cost == 0 {
		return nil
	}
	g.meter.mu.Lock()
	defer g.meter.mu.Unlock()
	if now := time.Now(); g.meter.spent == nil || now.Sub(g.meter.since) >= time.Minute {
		g.meter.since, g.meter.spent = now, map[string]int{}
	}
	switch {
	case g.meter.spent[""]+cost > limit:
		return &googleError{http.StatusForbidden, "rateLimitExceeded", "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' of service 'drive.googleapis.com'.", ""}
	case g.meter.spent[who]+cost > int(personShare*float64(limit)):
		return &googleError{http.StatusForbidden, "userRateLimitExceeded", "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service 'drive.googleapis.com'.", ""}
	}
	g.meter.spent[""] += cost
	g.meter.spent[who] += cost
	return nil
}

// driveCost is what a request costs: 200 to download, 100 to list, 5 for the rest. Requests to other APIs cost nothing of Drive's quota.
func driveCost(r *http.Request) int {
	path, drive := strings.CutPrefix(r.URL.Path, "/drive/v3/")
	last := path[strings.LastIndex(path, "/")+1:]
	switch {
	case !drive:
		return 0
	case r.URL.Query().Get("alt") == "media" || last == "export":
		return 200
	case last == "files" || last == "changes" || last == "drives" || last == "permissions" || last == "revisions":
		return 100
	}
	return 5
}
