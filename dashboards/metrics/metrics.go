// Package metrics shows the inventory to Prometheus, scraped from "desirepath
// serve" or left as a textfile by a one-shot run. No label names a person or
// an asset.
package metrics

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/push"
	"github.com/prometheus/common/expfmt"
)

// A Source tells the inventory's totals.
type Source interface {
	Summary(context.Context) (inventory.Summary, error)
}

// timeout bounds what one scrape may ask of the store.
const timeout = 10 * time.Second

// A Collector turns totals into metrics whenever Prometheus asks.
type Collector struct {
	source  Source
	setting atomic.Pointer[Setting]
	gauges  []gauge[inventory.Summary]
	beside  []gauge[Setting]
}

// A gauge is one metric family and how its samples are taken from what is
// known.
type gauge[Known any] struct {
	desc    *prometheus.Desc
	samples func(Known) []sample
}

func (g gauge[Known]) collect(ch chan<- prometheus.Metric, k Known) {
	for _, s := range g.samples(k) {
		ch <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, s.value, s.labels...)
	}
}

type sample struct {
	value  float64
	labels []string
}

// New makes a collector over a source, in a setting.
func New(source Source, setting Setting) *Collector {
	c := &Collector{source: source, gauges: gauges(), beside: beside()}
	c.Set(setting)
	return c
}

// Set puts another setting in the place of the one before.
func (c *Collector) Set(s Setting) { c.setting.Store(&s) }

// Describe implements prometheus.Collector.
func (c *Collector) Describe(ch chan<- *prometheus.Desc) {
	for _, g := range c.gauges {
		ch <- g.desc
	}
	for _, g := range c.beside {
		ch <- g.desc
	}
}

// Collect implements prometheus.Collector. A store that does not answer makes
// the scrape fail rather than show zeros.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	for _, g := range c.beside {
		g.collect(ch, *c.setting.Load())
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	summary, err := c.source.Summary(ctx)
	for _, g := range c.gauges {
		if err != nil {
			ch <- prometheus.NewInvalidMetric(g.desc, err)
			continue
		}
		g.collect(ch, summary)
	}
}

// known is a summary that was asked for already.
type known inventory.Summary

func (k known) Summary(context.Context) (inventory.Summary, error) { return inventory.Summary(k), nil }

// registry holds the metrics of one summary, for programs that end.
func registry(s inventory.Summary, setting Setting) (*prometheus.Registry, error) {
	r := prometheus.NewRegistry()
	return r, r.Register(New(known(s), setting))
}

// Textfile writes the metrics in the text format, for node_exporter's
// textfile collector.
func Textfile(w io.Writer, s inventory.Summary, setting Setting) error {
	r, err := registry(s, setting)
	if err != nil {
		return err
	}
	families, err := r.Gather()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	for _, f := range families {
		if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
			return err
		}
	}
	_, err = b.WriteTo(w)
	return err
}

// Push sends the metrics to a Pushgateway, in place of those that it has of
// this job and instance.
func Push(ctx context.Context, address, instance string, s inventory.Summary, setting Setting) error {
	r, err := registry(s, setting)
	if err != nil {
		return err
	}
	err = push.New(address, "desirepath").Grouping("instance", instance).Gatherer(r).
		Client(&http.Client{Timeout: timeout}).PushContext(ctx)
	if err != nil {
		return fmt.Errorf("push the metrics to %s: %w", address, err)
	}
	return nil
}
