package google

import (
	"cmp"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/desirepath/desirepath/scanners/wire"
)

// half is the share of the quota that is taken when nothing is said.
const half = 0.5

// Google's limits as published: a minute's, and of a project, unless they say otherwise.
const (
	// https://developers.google.com/workspace/drive/api/guides/limits
	driveUnits     = 1_000_000
	personUnits    = 325_000     // in one person's name
	billedUnits    = 400_000_000 // a day; what is asked beyond it is to be paid for
	oldDriveCalls  = 12_000      // of projects that used Drive before May 2026, in calls and without a threshold
	oldPersonCalls = 12_000

	spreadsheetReads = 300
	personReads      = 60   // https://developers.google.com/workspace/sheets/api/limits
	directoryReads   = 2400 // https://developers.google.com/workspace/admin/directory/v1/limits
)

// pace says how fast a domain may be asked, at our share of what is published.
func (o Options) pace(w *wire.Options) {
	share := cmp.Or(o.Share, half)
	project, person := share*driveUnits, share*personUnits
	w.Pace.PerDay = share * billedUnits
	if o.OldQuota {
		project, person = share*oldDriveCalls, share*oldPersonCalls
		w.Pace.PerDay, w.Units = 0, calls
	}
	w.Pace.PerMinute = project
	w.Limits = []wire.Limit{
		{Name: "drive by person", Match: isDrive, Key: onBehalf, Units: w.Units, PerMinute: person, Burst: 1000},
		{Name: "spreadsheets", Match: isSpreadsheet, PerMinute: share * spreadsheetReads, Burst: 10},
		{Name: "spreadsheets by person", Match: isSpreadsheet, Key: onBehalf, PerMinute: share * personReads, Burst: 5},
		{Name: "directory", Match: isDirectory, PerMinute: share * directoryReads, Burst: 10},
	}
	for _, f := range switchedOn(o) {
		for _, q := range f.limits {
			w.Limits = append(w.Limits, q.limits(share)...)
		}
	}
}

// units are what a request costs of Drive's quota. Other services count requests, which Limits do.
func units(r *http.Request) int {
	_, call, drive := strings.Cut(r.URL.Path, "/drive/v3/")
	switch {
	case !drive:
		return 0
	case r.URL.Query().Get("alt") == "media", strings.HasSuffix(call, "/export"):
		return 200
	case call == "changes/startPageToken":
		return 5
	case strings.Count(call, "/") != 1: // a collection: files, changes, drives, files/*/permissions, files/*/revisions
		return 100
	}
	return 5
}

// calls is units where the old quota holds.
func calls(r *http.Request) int {
	if isDrive(r) {
		return 1
	}
	return 0
}

// onBehalf is the person in whose name a request is made.
func onBehalf(r *http.Request) string {
	id, _ := r.Context().Value(identityKey{}).(identity)
	return id.subject
}

func isDrive(r *http.Request) bool       { return strings.Contains(r.URL.Path, "/drive/v3/") }
func isSpreadsheet(r *http.Request) bool { return strings.Contains(r.URL.Path, "/v4/spreadsheets/") }
func isDirectory(r *http.Request) bool   { return strings.Contains(r.URL.Path, "/admin/directory/v1/") }

// later tells a refusal that means "too fast" from one that means "no": Google answers both with 403. It names no time to wait, so that
// the request backs off by itself; one person's limit is no reason to hold up the others.
// https://developers.google.com/workspace/drive/api/guides/handle-errors
func later(resp *http.Response) (bool, time.Duration) {
	if resp.StatusCode != http.StatusForbidden {
		return false, 0
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return false, 0
	}
	var answer struct {
		Error struct {
			Errors []struct {
				Reason string `json:"reason"`
			} `json:"errors"`
		} `json:"error"`
	}
	if json.Unmarshal(body, &answer) != nil {
		return false, 0
	}
	for _, e := range answer.Error.Errors {
		if isPace(e.Reason) {
			return true, 0
		}
	}
	return false, 0
}

// isPace tells the reasons for which Google asks to be asked again soon. Those of a day's limit are not among them.
func isPace(reason string) bool {
	switch reason {
	case "rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "RATE_LIMIT_EXCEEDED":
		return true
	}
	return false
}
