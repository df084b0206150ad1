package main

import (
	"context"
	"os/user"

	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// exported keeps, before a list is handed out, who was given the names on it:
// whoever is logged in to this machine.
func (a *app) exported(ctx context.Context, readings night.Readings, page string, talks []string, about []inventory.AssetID) error {
	v := inventory.Visit{Who: access.Here, Role: string(access.Partner), Page: page, At: a.Now(), Talks: talks, About: about}
	if u, err := user.Current(); err == nil {
		v.Who = u.Username + " " + access.Here
	}
	return readings.SaveVisits(ctx, []inventory.Visit{v})
}
