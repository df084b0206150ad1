package emulator

import (
	"slices"
	"strings"
)

// readers are, for each path that is served, the application permissions any one of which lets a token read there, the least first. They
// are as Microsoft publishes them (https://learn.microsoft.com/graph/permissions-reference); what only device management and the like are
// let at besides is left out.
func readers() map[string][]string {
	out := map[string][]string{}
	for _, group := range []struct {
		roles []string
		paths string
	}{
		{[]string{"User.ReadBasic.All", "User.Read.All", "Directory.Read.All"}, "/users /users/{user}"},
		{[]string{"Organization.Read.All", "User.Read.All", "Directory.Read.All"}, "/organization"},
		{[]string{"Group.ReadBasic.All", "GroupMember.Read.All", "Group.Read.All", "Directory.Read.All"}, "/groups"},
		{[]string{"GroupMember.ReadBasic.All", "GroupMember.Read.All", "Group.ReadBasic.All", "Group.Read.All", "Directory.Read.All"}, "/groups/{group}/members"},
		{[]string{"Sites.Read.All"}, "/sites/getAllSites /sites/oneDrive.getAllSites /sites/{site} /sites/{site}/sites " +
			"/sites/{site}/lists /sites/{site}/lists/{list} /sites/{site}/lists/{list}/columns"},
		{[]string{"Files.Read.All", "Sites.Read.All"}, "/users/{user}/drive /users/{user}/drive/root/delta " +
			"/sites/{site}/drives /sites/{site}/drive /sites/{site}/drive/root/delta " +
			"/drives/{drive} /drives/{drive}/root /drives/{drive}/root/children /drives/{drive}/root/delta /drives/{drive}/items/{item} " +
			"/drives/{drive}/items/{item}/children /drives/{drive}/items/{item}/content /drives/{drive}/items/{item}/delta " +
			"/drives/{drive}/items/{item}/permissions /drives/{drive}/items/{item}/versions /drives/{drive}/items/{item}/versions/{no}"},
		{[]string{"Application.Read.All", "Directory.Read.All"}, "/applications /servicePrincipals /servicePrincipals/{id} /servicePrincipals/{id}/appRoleAssignedTo"},
		{[]string{"Directory.Read.All"}, "/oauth2PermissionGrants"},
		{[]string{"AppCatalog.Read.All"}, "/appCatalogs/teamsApps"},
		{[]string{"ReportSettings.Read.All"}, "/admin/reportSettings"},
		{[]string{"Reports.Read.All"}, "/reports/{report}/{period}"},
	} {
		for path := range strings.FieldsSeq(group.paths) {
			out[path] = group.roles
		}
	}
	return out
}

// permits says that the token may read at a path: it carries one of the permissions, or the same for writing. Of a path that is not in the
// table the endpoint's family decides.
func (s *Server) permits(table map[string][]string, path, family string) bool {
	wanted, known := table[path]
	if !known {
		return s.allowed(family)
	}
	return slices.ContainsFunc(s.roles, func(role string) bool {
		return slices.Contains(wanted, role) || slices.Contains(wanted, strings.Replace(role, ".ReadWrite.", ".Read.", 1))
	})
}

// holds says that the token carries a permission, or the same for writing.
func (s *Server) holds(roles ...string) bool {
	return s.permits(map[string][]string{"": roles}, "", "")
}
