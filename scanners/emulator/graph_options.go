package emulator

import (
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// objection is what Graph has against the options and headers of a request: a property that its type does not have, a page of a directory
// that is too large, sharing changes without what has to go with them. "" is nothing.
func objection(r *http.Request, path string) (code, message string) {
	if name := unknownProperty(r, path); name != "" {
		return "BadRequest", "Parsing OData Select and Expand failed: Could not find a property named '" + name + "'."
	}
	if n, err := strconv.Atoi(r.URL.Query().Get("$top")); err == nil && (n < 0 || n > mostOf(path)) {
		return "Request_UnsupportedQuery", "Invalid page size specified: '" + r.URL.Query().Get("$top") + "'. Must be between 1 and 999 inclusive."
	}
	prefer := strings.ToLower(strings.Join(r.Header.Values("Prefer"), ","))
	if strings.Contains(prefer, "deltashowsharingchanges") && !(strings.Contains(prefer, "deltashowremovedasdeleted") && strings.Contains(prefer, "deltatraversepermissiongaps")) {
		return "invalidRequest", "deltashowsharingchanges needs deltashowremovedasdeleted and deltatraversepermissiongaps."
	}
	return "", ""
}

// mostOf is the page size a directory refuses to exceed. Files and lists give what they like.
func mostOf(path string) int {
	switch path {
	case "/users", "/groups", "/applications", "/servicePrincipals", "/oauth2PermissionGrants", "/groups/{group}/members":
		return 999
	}
	return 1 << 30
}

// unknownProperty is the first name in $select that the type of an answer does not have.
func unknownProperty(r *http.Request, path string) string {
	known := properties(path)
	if known == nil {
		return ""
	}
	for _, name := range selected(r) {
		if first, _, _ := strings.Cut(name, "/"); !slices.Contains(known, first) {
			return name
		}
	}
	return ""
}

// properties are the names that may be selected at a path; nil where any may.
func properties(path string) []string {
	last := path[strings.LastIndex(path, "/")+1:]
	switch {
	case last == "delta", last == "children", last == "root", last == "{item}":
		return append(jsonNames(driveItem{}), "description", "lastModifiedByUser", "remoteItem", "content", "content.downloadUrl", "@microsoft.graph.downloadUrl",
			"webDavUrl", "publication", "searchResult", "specialFolder", "sharepointIds", "audio", "image", "photo", "video", "location", "bundle", "pendingOperations", "retentionLabel")
	case last == "versions", last == "{no}":
		return append(jsonNames(itemVersion{}), "publication", "content")
	case last == "permissions":
		return append(jsonNames(permission{}), "grantedTo", "grantedToIdentities", "shareId")
	case last == "users", last == "{user}":
		return append(jsonNames(graphUser{}), "proxyAddresses", "createdDateTime", "companyName", "employeeType", "signInActivity", "onPremisesSyncEnabled", "usageLocation", "manager", "externalUserState")
	case last == "getAllSites", last == "oneDrive.getAllSites", last == "sites", last == "{site}":
		return append(jsonNames(graphSite{}), "description", "eTag", "sharepointIds", "error", "createdBy", "lastModifiedBy")
	case last == "drives", last == "drive", last == "{drive}":
		return append(jsonNames(graphDrive{}), "description", "createdBy", "lastModifiedBy", "sharePointIds", "eTag", "parentReference")
	case last == "lists", last == "{list}":
		return append(jsonNames(graphList{}), "description", "sharepointIds", "columns", "contentTypes", "items", "drive")
	}
	return nil
}

// jsonNames are the names of a struct's properties.
func jsonNames(v any) []string {
	var out []string
	t := reflect.TypeOf(v)
	for i := range t.NumField() {
		if name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ","); name != "" {
			out = append(out, name)
		}
	}
	return out
}
