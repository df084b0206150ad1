package metrics

import (
	"cmp"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// A Setting is what is known beside the inventory: of the program and of its
// configuration.
type Setting struct {
	Version  string
	Capacity int // invitations that all partners together have time for in a week; 0: not known

	Credentials []Credential
}

// A Credential is something to sign in with that ends one day.
type Credential struct {
	Tenant, Kind string // the source's name; certificate, secret ...
	Ends         time.Time
}

// standing gives the metrics of a setting.
func (s Setting) standing() []prometheus.Metric {
	constant := func(name, help string, value float64, labels ...string) prometheus.Metric {
		var names, values []string
		for i := 0; i < len(labels); i += 2 {
			names, values = append(names, labels[i]), append(values, labels[i+1])
		}
		return prometheus.MustNewConstMetric(prometheus.NewDesc("desirepath_"+name, help, names, nil), prometheus.GaugeValue, value, values...)
	}
	all := []prometheus.Metric{
		constant("build_info", "1, with the version of the program.", 1, "version", cmp.Or(s.Version, "unknown")),
		constant("invitation_capacity_per_week", "Invitations that all partners together have time for in a week.", float64(s.Capacity)),
	}
	for _, c := range s.Credentials {
		all = append(all, constant("credential_end_timestamp_seconds", "When a certificate that a source signs in with ends.", seconds(c.Ends), "tenant", c.Tenant, "kind", c.Kind))
	}
	return all
}
