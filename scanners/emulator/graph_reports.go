package emulator

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// reportPath is where usage reports are downloaded from. In a real tenant it is on a host of its own.
const reportPath = "/data/v1.0/download"

// reportHost is that host.
const reportHost = "reports.office.com"

// reportPass is what the address of a report carries instead of an Authorization header.
type reportPass struct {
	Report string `json:"r"`
	Until  int64  `json:"u"` // seconds since 1970
}

// usageReport sends the client on to where the report lies.
// https://learn.microsoft.com/graph/api/reportroot-getonedriveusageaccountdetail
func (g *graph) usageReport(w http.ResponseWriter, r *http.Request) {
	report, period := r.PathValue("report"), strings.TrimPrefix(r.PathValue("period"), "period='")
	days := map[string]bool{"D7": true, "D30": true, "D90": true, "D180": true}
	switch {
	case g.usageLines(report) == nil:
		g.notFound(w, r)
	case !days[period]:
		g.fail(w, r, http.StatusBadRequest, "BadRequest", "Invalid value for parameter 'period'.")
	default:
		query := url.Values{"token": {g.seal(reportPass{report + " " + period, time.Now().Add(10 * time.Minute).Unix()})}}
		w.Header().Set("Location", elsewhere(r, reportHost)+reportPath+"?"+query.Encode())
		w.WriteHeader(http.StatusFound)
	}
}

// usageLines is how a report is made; nil: there is no such report.
func (g *graph) usageLines(report string) func(period string) [][]string {
	return map[string]func(string) [][]string{
		"getOneDriveUsageAccountDetail": g.oneDriveUsage,
		"getSharePointSiteUsageDetail":  g.siteUsage,
	}[report]
}

// usageDownload serves a report as CSV.
func (g *graph) usageDownload(w http.ResponseWriter, r *http.Request) {
	var p reportPass
	if err := g.open(r.URL.Query().Get("token"), &p); err != nil || p.Until < time.Now().Unix() || r.Header.Get("Authorization") != "" {
		g.fail(w, r, http.StatusUnauthorized, "unauthenticated", "The link is not valid, has expired, or came with a token.")
		return
	}
	report, period, _ := strings.Cut(p.Report, " ")
	var body bytes.Buffer
	body.WriteString("\ufeff")
	out := csv.NewWriter(&body)
	for _, line := range g.usageLines(report)(strings.TrimPrefix(period, "D")) {
		out.Write(line) // into memory
	}
	out.Flush()
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", `attachment; filename="`+report+`.csv"`)
	w.Write(body.Bytes())
}

func (g *graph) oneDriveUsage(period string) [][]string {
	lines := [][]string{strings.Split("Report Refresh Date,Site Id,Site URL,Owner Display Name,Is Deleted,Last Activity Date,File Count,"+
		"Active File Count,Storage Used (Byte),Storage Allocated (Byte),Owner Principal Name,Report Period", ",")}
	for _, p := range g.World.Places() {
		owner, ok := g.World.Person(p.Owner)
		if p.Kind != KindPersonal || !ok {
			continue
		}
		site, _ := g.World.Site(p.Site)
		last, files := g.lastUse(p.ID, period)
		lines = append(lines, []string{g.refreshed(), "", g.concealed(g.siteURL(site)), g.concealed(owner.Name), "False", last, files,
			files, "0", "0", g.concealed(owner.Address), period})
	}
	return lines
}

func (g *graph) siteUsage(period string) [][]string {
	lines := [][]string{strings.Split("Report Refresh Date,Site Id,Site URL,Owner Display Name,Is Deleted,Last Activity Date,File Count,"+
		"Active File Count,Page View Count,Visited Page Count,Storage Used (Byte),Storage Allocated (Byte),Root Web Template,Owner Principal Name,Report Period", ",")}
	for _, s := range g.World.Sites() {
		if s.Personal || s.Parent != "" {
			continue
		}
		newest, n := "", 0
		for _, p := range g.World.libraries(s.ID) {
			last, files := g.lastUse(p.ID, period)
			count, _ := strconv.Atoi(files)
			newest, n = max(newest, last), n+count
		}
		// Since 2023 the address of a site is left out, and its id stays.
		lines = append(lines, []string{g.refreshed(), g.siteID(s), "", g.concealed(s.Name), "False", newest, strconv.Itoa(n),
			strconv.Itoa(n), "0", "0", "0", "0", "Group", "", period})
	}
	return lines
}

// siteID is the middle of Graph's "host,collection,web"; concealing takes it away.
func (g *graph) siteID(s Site) string {
	parts := strings.Split(s.ID, ",")
	if len(parts) < 3 || g.conceal {
		return "00000000-0000-0000-0000-000000000000"
	}
	return parts[1]
}

// lastUse is the day of the latest change to a file within the period, "" if there was none, and how many files there are.
func (g *graph) lastUse(place, period string) (day, files string) {
	var newest time.Time
	n := 0
	items, next := g.World.List(place, 0, 1000)
	for {
		for _, it := range items {
			if it.Folder || it.Gone() {
				continue
			}
			n++
			if it.Modified.After(newest) {
				newest = it.Modified
			}
		}
		if next < 0 {
			break
		}
		items, next = g.World.List(place, next, 1000)
	}
	days, _ := strconv.Atoi(period)
	if newest.Before(g.World.now().AddDate(0, 0, -days)) {
		return "", strconv.Itoa(n)
	}
	return newest.UTC().Format(time.DateOnly), strconv.Itoa(n)
}

func (g *graph) refreshed() string {
	return g.World.now().UTC().AddDate(0, 0, -2).Format(time.DateOnly)
}

// concealed is a name as a report shows it: as it is or, when the organisation conceals names, a hash.
func (g *graph) concealed(name string) string {
	if !g.conceal || name == "" {
		return name
	}
	sum := digest("concealed", name)
	return strings.ToUpper(hex.EncodeToString(sum[:16]))
}

// reportSettings says whether reports conceal names.
func (g *graph) reportSettings(w http.ResponseWriter, r *http.Request) {
	g.answer(w, r, map[string]any{"@odata.context": baseURL(r) + "/v1.0/$metadata#admin/reportSettings/$entity", "displayConcealedNames": g.conceal})
}
