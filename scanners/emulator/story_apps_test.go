package emulator

import (
	"slices"
	"testing"
)

// What the story tells of apps, the directory and the catalogue serve.
func TestAlderBayApps(t *testing.T) {
	w, err := AlderBay(nil)
	if err != nil {
		t.Fatal(err)
	}
	c := serve(t, w, ServerOptions{})
	names := func(url string) (out []string) {
		for _, v := range c.walk(url).Value {
			out = append(out, v["displayName"].(string))
		}
		return out
	}
	own, let, teams := names("/v1.0/applications?$top=2"), names("/v1.0/servicePrincipals?$top=3"), names("/v1.0/appCatalogs/teamsApps?$filter=distributionMethod%20eq%20'organization'")
	for _, test := range []struct {
		name string
		in   []string
		want bool
	}{
		{"Lab Booking", own, true}, {"Lab Booking", let, true}, {"Casual hours approval", own, true}, {"Casual hours approval", let, false},
		{"Receiptly", own, false}, {"Receiptly", let, true}, {"Microsoft Graph", own, false}, {"Microsoft Graph", let, true},
		{"func-timetable-sync", own, false}, {"Enrolment answers", let, true}, {"Shift swap", teams, true},
	} {
		if slices.Contains(test.in, test.name) != test.want {
			t.Errorf("%s: %v in %q", test.name, !test.want, test.in)
		}
	}
	grants := c.walk("/v1.0/oauth2PermissionGrants?$top=4").Value
	seen := map[any]bool{}
	for _, g := range grants {
		if key := [3]any{g["clientId"], g["resourceId"], g["principalId"]}; seen[key] {
			t.Errorf("two consents of the same person: %v", g)
		} else {
			seen[key] = true
		}
	}
	if len(grants) != 15 {
		t.Errorf("%d consents, want 15", len(grants))
	}
}
