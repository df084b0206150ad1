package microsoft

import (
	"net/http"
	"testing"
)

func TestUnitsOfTheDirectory(t *testing.T) {
	for address, want := range map[string]int{
		"/v1.0/applications":                                              2,
		"/v1.0/applications?$select=id&$top=100":                          1,
		"/v1.0/applications?$select=id&$expand=owners&$top=100":           2,
		"/v1.0/servicePrincipals?$expand=appRoleAssignedTo":               3,
		"/v1.0/servicePrincipals/x?$select=id&$top=5":                     1,
		"/v1.0/oauth2PermissionGrants?$top=999":                           2,
		"/v1.0/users?$select=id,mail&$top=999":                            1,
		"/v1.0/groups/x/members":                                          3,
		"/v1.0/users/x/drive":                                             2,
		"/v1.0/users/x/drive/root/delta?token=1":                          1,
		"/v1.0/drives/applications/items/servicePrincipals/permissions":   5,
		"/v1.0/sites/users/drives":                                        2,
		"/v1.0/appCatalogs/teamsApps?$filter=distributionMethod%20eq%20x": 2,
	} {
		req, err := http.NewRequest(http.MethodGet, "https://graph.microsoft.com"+address, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := units(req); got != want {
			t.Errorf("%s: %d units, want %d", address, got, want)
		}
	}
}
