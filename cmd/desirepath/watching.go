package main

import (
	"cmp"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/metrics"
	"github.com/desirepath/desirepath/inventory"
)

// nightMetrics says where a night leaves its metrics.
func nightMetrics(c config.Config, systems []inventory.System) night.Metrics {
	return night.Metrics{
		Setting: setting(c, systems), Textfile: c.Metrics.Textfile,
		Gateway: c.Metrics.Pushgateway, Instance: cmp.Or(c.Metrics.Instance, c.Organisation),
	}
}

// setting is what the metrics tell beside the inventory.
func setting(c config.Config, systems []inventory.System) metrics.Setting {
	s := metrics.Setting{Version: version(), Capacity: c.Outreach.Weekly * partners(systems)}
	for _, source := range c.Sources {
		if source.Microsoft == nil {
			continue
		}
		// A certificate that cannot be read stops the source itself, with its reason.
		if ends, err := microsoftCredential(*source.Microsoft).CertificateEnds(); err == nil && !ends.IsZero() {
			s.Credentials = append(s.Credentials, metrics.Credential{Tenant: source.Name, Kind: "certificate", Ends: ends})
		}
	}
	return s
}

// partners counts the people in IT who talk about the systems.
func partners(systems []inventory.System) int {
	addresses := map[string]bool{}
	for _, s := range systems {
		if s.Partner.Address != "" {
			addresses[inventory.FoldAddress(s.Partner.Address)] = true
		}
	}
	return len(addresses)
}
