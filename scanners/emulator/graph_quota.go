package emulator

import (
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A band is how many resource units an application may spend in a tenant of so many licences
// (https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online).
type band struct {
	upTo        int // licences; 0 is any number
	minute, day int
}

func bands() []band {
	return []band{{1_000, 1_250, 1_200_000}, {5_000, 2_500, 2_400_000}, {15_000, 3_750, 3_600_000}, {50_000, 5_000, 4_800_000}, {0, 6_250, 6_000_000}}
}

func bandOf(licences int) band {
	all := bands()
	for _, b := range all {
		if licences <= b.upTo {
			return b
		}
	}
	return all[len(all)-1]
}

// resourceUnits are what a request to SharePoint and OneDrive costs, by the template of its path; those to the directory cost none of these.
func resourceUnits(r *http.Request, pattern string) int {
	last := pattern[strings.LastIndex(pattern, "/")+1:]
	switch {
	case !strings.Contains(pattern, "/drive") && !strings.Contains(pattern, "/sites") && !strings.Contains(pattern, downloadPath):
		return 0
	case last == "permissions", strings.Contains(r.URL.Query().Get("$expand"), "permissions"):
		return 5
	case last == "delta" && r.URL.Query().Get("token") == "":
		return 2
	case last == "delta", last == "root", last == "content", last == "drive", strings.HasPrefix(last, "{"), strings.HasSuffix(pattern, downloadPath):
		return 1
	}
	return 2
}

// A unitMeter counts units in windows of fixed length.
type unitMeter struct {
	from  time.Time
	spent int
}

// spend adds to what was spent in the window that now is in, and tells how long that window goes on.
func (m *unitMeter) spend(units int, now time.Time, length time.Duration) (spent int, left time.Duration) {
	if now.Sub(m.from) >= length {
		m.from, m.spent = now, 0
	}
	m.spent += units
	return m.spent, m.from.Add(length).Sub(now)
}

// afford takes the units of a request from what the tenant has, where the plan says how many licences that is. From four fifths of a
// minute's units on it says what is left, and when there is none the answer is 429; requests that are refused count too.
func (g *graph) afford(w http.ResponseWriter, r *http.Request, pattern string) bool {
	p := g.faults.Load()
	units := resourceUnits(r, pattern)
	if p.Licences == 0 || units == 0 {
		return true
	}
	limits, now := bandOf(p.Licences), time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	spent, left := p.meters["minute"].spend(units, now, time.Minute)
	today, rest := p.meters["day"].spend(units, now, 24*time.Hour)
	if spent*5 >= limits.minute*4 {
		w.Header().Set("RateLimit-Limit", strconv.Itoa(limits.minute))
		w.Header().Set("RateLimit-Remaining", strconv.Itoa(max(0, limits.minute-spent)))
		w.Header().Set("RateLimit-Reset", wholeSeconds(left))
	}
	if today > limits.day {
		left = rest
	} else if spent <= limits.minute {
		return true
	}
	p.closed[Microsoft] = window{now, now.Add(left)}
	w.Header().Set("Retry-After", wholeSeconds(left))
	g.fail(w, r, http.StatusTooManyRequests, "activityLimitReached", "The request has been throttled.")
	return false
}

func wholeSeconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
