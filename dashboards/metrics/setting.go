package metrics

import (
	"cmp"
	"time"
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

// beside lists the metrics that are taken from the setting.
func beside() []gauge[Setting] {
	return []gauge[Setting]{
		family("build_info", "1, with the version of the program.", func(s Setting) []sample {
			return []sample{{1, []string{cmp.Or(s.Version, "unknown")}}}
		}, "version"),
		family("invitation_capacity_per_week", "Invitations that all partners together have time for in a week.", func(s Setting) []sample {
			return []sample{{value: float64(s.Capacity)}}
		}),
		family("credential_end_timestamp_seconds", "When a certificate that a source signs in with ends.", func(s Setting) (out []sample) {
			for _, c := range s.Credentials {
				out = append(out, sample{seconds(c.Ends), []string{c.Tenant, c.Kind}})
			}
			return out
		}, "tenant", "kind"),
	}
}
