package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"sync/atomic"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/cmd/desirepath/supervisor"
	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/metrics"
)

// A house is what one serve keeps open: the pages and the nights, both by the
// configuration that was read last.
type house struct {
	app      *app
	cmd      serveCmd
	config   config.Config // touched by reload alone once the house is open
	readings night.Readings
	book     *access.Book
	nights   *nights
	metrics  *metrics.Collector
	front    atomic.Pointer[front]

	supervisor supervisor.Supervisor
}

// ServeHTTP implements http.Handler.
func (h *house) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.front.Load().ServeHTTP(w, r) }

// follow reads the configuration again whenever the process is told to, as
// "systemctl reload" does.
func (h *house) follow(ctx context.Context, told <-chan os.Signal) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-told:
		}
		h.supervisor.Reloading()
		err := h.reload(ctx)
		h.supervisor.Ready()
		if err != nil {
			h.app.Log.Error("the configuration was read again and cannot be followed; the one before stays in force", "err", err)
			continue
		}
		fmt.Fprintln(h.app.Out, "The configuration was read again.")
	}
}

// reload follows the configuration as its file is now. When it is not good,
// nothing changes.
func (h *house) reload(ctx context.Context) error {
	c, err := h.cmd.load(h.app)
	if err != nil {
		return err
	}
	if err := sameHouse(h.config, c); err != nil {
		return err
	}
	known, err := loadCatalogue(c.Catalogue)
	if err != nil {
		return err
	}
	readings := h.readings
	readings.Systems, readings.Worth = known.Systems, worthWeights(c.Outreach)
	f, err := h.cmd.front(ctx, h.app, c, readings, h.book)
	if err != nil {
		return err
	}
	h.front.Swap(&f).Close() // whoever is signed in signs in again: roles may have changed
	h.config = c
	h.metrics.Set(setting(c, known.Systems))
	h.nights.follow(c)
	return nil
}

// sameHouse refuses what only a new start can follow.
func sameHouse(a, b config.Config) error {
	switch {
	case a.Store != b.Store || a.StorePassword != b.StorePassword:
		return errors.New("store: another inventory takes a new start of serve")
	case a.Portal.Address != b.Portal.Address || !reflect.DeepEqual(a.Portal.TLS, b.Portal.TLS):
		return errors.New("portal: another address or other certificate files take a new start of serve; a certificate that is renewed in its file is noticed by itself")
	default:
		return nil
	}
}
