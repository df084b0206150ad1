package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/metrics"
	"github.com/desirepath/desirepath/dashboards/web"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

type serveCmd struct {
	configFile
	Listen string `help:"Address for the pages and /metrics. The pages name people and ask nobody who they are, so only addresses of this machine are taken; put your own sign-on in front." default:"127.0.0.1:8364" placeholder:"ADDR"`
	As     string `help:"Your address: the pages then take what you decide, and say that it was you. Without it they are for reading." placeholder:"ADDRESS"`
}

// Run serves until it is interrupted.
func (cmd serveCmd) Run(ctx context.Context, a *app) error {
	if cmd.As != "" && !strings.Contains(cmd.As, "@") {
		return configError{fmt.Errorf("--as %q: give your address", cmd.As)}
	}
	c, readings, err := cmd.readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	portal, err := web.New(web.Options{
		Source: readings, Organisation: c.Organisation, Systems: readings.Systems, Language: c.Outreach.Language, Log: a.Log,
		Contact: c.Contact, Desk: readings, Weekly: c.Outreach.Weekly, Now: a.Now,
	})
	if err != nil {
		return err
	}
	return a.serve(ctx, cmd.Listen, access.As(cmd.viewer(), portal), readings.Store)
}

// viewer is whoever sits at this machine: they see every page, and decide when
// they said who they are.
func (cmd serveCmd) viewer() access.Viewer {
	return access.Viewer{Address: inventory.FoldAddress(cmd.As), Roles: access.Roles()}
}

// serve answers with the portal and the metrics until ctx ends, then lets
// requests that are under way finish.
func (a *app) serve(ctx context.Context, addr string, portal http.Handler, store *sqlstore.Store) error {
	if !wire.Loopback(addr) {
		return configError{fmt.Errorf("--listen %s: only an address of this machine, such as 127.0.0.1:8364; put your own sign-on in front of it", addr)}
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(metrics.New(store), collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.Handle("/", portal)
	server := &http.Server{
		Handler: namedHere(mux), ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "The inventory: http://%s/   metrics: http://%s/metrics   (Ctrl-C ends it)\n", listener.Addr(), listener.Addr())
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		ended <- server.Shutdown(drain)
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-ended
}

// namedHere answers only those who call this machine by its own name. The
// pages ask nobody who they are, and a page from elsewhere could otherwise
// have a name of its own point here and read them in its visitor's browser.
func namedHere(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !wire.Loopback(r.Host) {
			http.Error(w, "desirepath answers under localhost or 127.0.0.1 only; a proxy in front of it should set the Host header so.", http.StatusMisdirectedRequest)
			return
		}
		next.ServeHTTP(w, r)
	})
}
