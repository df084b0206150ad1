package microsoft

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// ofDirectory reports whether an address is the directory's, whose units are
// counted apart from SharePoint's
// (https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits).
// A small tenant's 3,500 in ten seconds are more than SharePoint gives a large
// one in half a minute, so that whoever keeps SharePoint's pace keeps this one.
func ofDirectory(u *url.URL) bool {
	_, below, _ := strings.Cut(u.Path, "/v1.0/")
	kind, rest, _ := strings.Cut(below, "/")
	return slices.Contains([]string{"applications", "servicePrincipals", "oauth2PermissionGrants", "users", "groups"}, kind) && !strings.Contains(rest, "drive")
}

// directoryUnits are what a request to the directory costs.
func directoryUnits(u *url.URL) int {
	cost, query := 2, u.Query()
	if strings.HasSuffix(u.Path, "/members") {
		cost = 3
	}
	if query.Has("$select") {
		cost--
	}
	if query.Has("$expand") {
		cost++
	}
	if top, err := strconv.Atoi(query.Get("$top")); err == nil && top < 20 {
		cost--
	}
	return max(1, cost)
}
