// Package metrics shows the inventory to Prometheus, scraped from "desirepath
// serve" or left as a textfile by a one-shot run. No label names a person or
// an asset.
package metrics

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/prometheus/client_golang/prometheus"
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
	source Source
	gauges []gauge
}

// A gauge is one metric family and how its samples are taken from a summary.
type gauge struct {
	desc    *prometheus.Desc
	samples func(inventory.Summary) []sample
}

type sample struct {
	value  float64
	labels []string
}

// New makes a collector over a source.
func New(source Source) *Collector { return &Collector{source: source, gauges: gauges()} }

// Describe implements prometheus.Collector.
func (c *Collector) Describe(ch chan<- *prometheus.Desc) {
	for _, g := range c.gauges {
		ch <- g.desc
	}
}

// Collect implements prometheus.Collector. A store that does not answer makes
// the scrape fail rather than show zeros.
func (c *Collector) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	summary, err := c.source.Summary(ctx)
	for _, g := range c.gauges {
		if err != nil {
			ch <- prometheus.NewInvalidMetric(g.desc, err)
			continue
		}
		for _, s := range g.samples(summary) {
			ch <- prometheus.MustNewConstMetric(g.desc, prometheus.GaugeValue, s.value, s.labels...)
		}
	}
}

// known is a summary that was asked for already.
type known inventory.Summary

func (k known) Summary(context.Context) (inventory.Summary, error) { return inventory.Summary(k), nil }

// Textfile writes the metrics in the text format, for node_exporter's
// textfile collector.
func Textfile(w io.Writer, s inventory.Summary) error {
	registry := prometheus.NewRegistry()
	if err := registry.Register(New(known(s))); err != nil {
		return err
	}
	families, err := registry.Gather()
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
