package config

import (
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/schedule"
)

// Schedule says when "desirepath serve" begins a night by itself. Where a
// timer or a CronJob runs "desirepath scan", it is left out.
type Schedule struct {
	At      string `yaml:"at,omitempty"`       // a cron expression, such as "30 1 * * *"; "" is never
	Zone    string `yaml:"zone,omitempty"`     // whose clocks At is about, such as Europe/Berlin; "": this machine's
	Jitter  string `yaml:"jitter,omitempty"`   // begin up to this much later, such as 20m, so that not all tenants' nights begin at once
	CatchUp *bool  `yaml:"catch_up,omitempty"` // make up at once for a night that was missed; on unless it says false
	Done    string `yaml:"done,omitempty"`     // as --deadline of scan: a duration such as 6h, or a time of the day such as 06:30
}

// Set reports whether there is a schedule.
func (s Schedule) Set() bool { return s.At != "" }

// CatchesUp reports whether a night that was missed is made up for.
func (s Schedule) CatchesUp() bool { return s.CatchUp == nil || *s.CatchUp }

// Parsed gives the schedule and its jitter.
func (s Schedule) Parsed() (schedule.Schedule, time.Duration, error) {
	var jitter time.Duration
	if s.Jitter != "" {
		var err error
		if jitter, err = time.ParseDuration(s.Jitter); err != nil || jitter < 0 || jitter > 12*time.Hour {
			return schedule.Schedule{}, 0, fmt.Errorf("jitter %q: give a duration up to 12h, such as 20m", s.Jitter)
		}
	}
	at, err := schedule.Parse(s.At, s.Zone)
	if err != nil {
		return at, 0, fmt.Errorf("at: %w", err)
	}
	return at, jitter, nil
}

func (s Schedule) validate() error {
	if !s.Set() {
		if s != (Schedule{}) {
			return errors.New("schedule: give at, such as \"30 1 * * *\", or leave the others out as well")
		}
		return nil
	}
	if _, _, err := s.Parsed(); err != nil {
		return fmt.Errorf("schedule.%w", err)
	}
	return nil
}

// Metrics says where a night leaves its metrics, besides metrics.prom among
// the results.
type Metrics struct {
	Textfile    string `yaml:"textfile,omitempty"`    // for node_exporter's textfile collector, such as /var/lib/node_exporter/desirepath.prom
	Pushgateway string `yaml:"pushgateway,omitempty"` // the address of a Pushgateway, such as http://pushgateway.example.org:9091
	Instance    string `yaml:"instance,omitempty"`    // tells several installations on one gateway apart; "": the organisation's name
}

func (m Metrics) validate() error {
	if m.Pushgateway == "" {
		return nil
	}
	if u, err := url.Parse(m.Pushgateway); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return fmt.Errorf("metrics.pushgateway %q: give an address such as http://pushgateway.example.org:9091", m.Pushgateway)
	}
	return nil
}
