package main

import (
	"testing"

	"github.com/desirepath/desirepath/scanners/google"
	"github.com/desirepath/desirepath/scanners/microsoft"
	"github.com/desirepath/desirepath/scanners/wire"
)

// TestPacesOfATenantHaveNames makes the transports of tenants with everything
// switched on: each shares a pace of its own with those of its kind in other
// processes, and so does each of its limits.
func TestPacesOfATenantHaveNames(t *testing.T) {
	features := microsoft.Features{PowerPlatform: true, PowerPlatformAdmin: true, PowerBI: true, FormsAudit: true}
	graph, err := microsoft.WireOptions("m365", microsoft.Endpoint, features)
	if err != nil {
		t.Fatal(err)
	}
	services, err := microsoft.ServiceOptions("m365", microsoft.Endpoint, features, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	workspace, err := google.Wire(google.Options{Tenant: "workspace", Credential: google.Credential{Principal: "a@b.iam.gserviceaccount.com"},
		Features: google.Features{Forms: true, Scripts: true, LookerStudio: true, TokenAudit: true, OAuthTokens: true, Labels: true}})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]bool{}
	for _, o := range append(services, graph, workspace) {
		for _, l := range o.Limits {
			if l.Name == "" && len(o.Limits) > 1 {
				t.Errorf("%s has a limit without a name, among %d", o.Name, len(o.Limits))
			}
		}
		// It refuses limits of one name, and takes nothing yet.
		o.Shared = struct{ wire.Shared }{}
		if _, err := wire.New(o); err != nil {
			t.Error(err)
		}
		names[o.Tenant+" "+o.Name] = true
	}
	if len(names) != len(services)+2 || len(services) < 5 {
		t.Errorf("%d transports are named %v", len(services)+2, names)
	}
}
