package main

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/supervisor"
	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/metrics"
	"github.com/desirepath/desirepath/scanners/wire"
	"golang.org/x/sync/errgroup"
)

type serveCmd struct {
	configFile
	listens
	As string `help:"Your address, where nobody signs in: the pages then take what you decide, and say that it was you. Without it they are for reading." placeholder:"ADDRESS"`
}

// listens are the addresses that are listened on.
type listens struct {
	Listen      string `help:"Address for the pages. They name people, so where nobody signs in only addresses of this machine are taken." default:"127.0.0.1:8364" placeholder:"ADDR"`
	AdminListen string `help:"Address for /metrics, /livez and /readyz, which name nobody." default:"127.0.0.1:9364" placeholder:"ADDR"`
}

// Run serves until it is interrupted.
func (cmd serveCmd) Run(ctx context.Context, a *app) (err error) {
	// From the beginning: a process that does not listen is ended by it.
	reload := make(chan os.Signal, 1)
	signal.Notify(reload, syscall.SIGHUP)
	defer signal.Stop(reload)
	if cmd.As != "" && !strings.Contains(cmd.As, "@") {
		return configError{fmt.Errorf("--as %q: give your address", cmd.As)}
	}
	if err := cmd.begin(ctx, a); err != nil {
		return err
	}
	c, readings, err := cmd.readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	if err := readings.EnsureCards(ctx); err != nil {
		return err
	}
	starter := supervisor.New(a.Environ, a.Log)
	h := &house{
		app: a, cmd: cmd, config: c, readings: readings, book: access.OpenBook(readings.SaveVisits, a.Log), supervisor: starter,
		nights: newNights(a, readings.Store, c, starter), metrics: metrics.New(readings, setting(c, readings.Systems)),
	}
	defer func() { err = errors.Join(err, h.book.Close(context.WithoutCancel(ctx))) }()
	f, err := cmd.front(ctx, a, c, readings, h.book)
	if err != nil {
		return err
	}
	h.front.Store(&f)
	defer func() { h.front.Load().Close() }()
	return h.serve(ctx, reload)
}

// begin makes an inventory where a schedule will fill it: then there may be
// none before the first night.
func (cmd serveCmd) begin(ctx context.Context, a *app) error {
	c, err := cmd.load(a)
	if err != nil || !c.Schedule.Set() {
		return err
	}
	store, err := a.open(ctx, c)
	if err != nil {
		return err
	}
	return store.Close()
}

// serve answers with the portal on one address and to those who watch over the
// program on another, and keeps the schedule, until ctx ends. Requests that
// are under way finish, and a night that is under way stops where the next
// one can go on.
func (h *house) serve(ctx context.Context, reload <-chan os.Signal) error {
	pages, err := listen(ctx, "--listen", h.cmd.Listen)
	if err != nil {
		return err
	}
	watched, err := listen(ctx, "--admin-listen", h.cmd.AdminListen)
	if err != nil {
		return errors.Join(err, pages.Close())
	}
	f := h.front.Load()
	where := cmp.Or(f.address, "http://"+pages.Addr().String())
	fmt.Fprintf(h.app.Out, "The inventory: %s/   metrics: http://%s/metrics   (Ctrl-C ends it)\n", where, watched.Addr())
	if f.tls == nil && !wire.Loopback(h.cmd.Listen) {
		h.app.Log.Warn("pages leave this machine without TLS: let only your proxy reach the address", "listen", pages.Addr())
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return answer(ctx, pages, h, f.tls) })
	group.Go(func() error { return answer(ctx, watched, admin(h.readings.Store, h.metrics, h.nights.next), nil) })
	group.Go(func() error { h.nights.keep(ctx); return nil })
	group.Go(func() error { h.follow(ctx, reload); return nil })
	group.Go(func() error { h.fare(ctx, watched.Addr()); return nil })
	return group.Wait()
}

// fare tells whoever started serve that it is ready, as long as it answers that
// it is alive, and at last that it ends.
func (h *house) fare(ctx context.Context, watched net.Addr) {
	h.supervisor.Ready()
	h.supervisor.Watch(ctx, func(ctx context.Context) error { return alive(ctx, watched) })
	h.supervisor.Stopping()
}

func listen(ctx context.Context, option, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, configError{fmt.Errorf("%s %s: %w; give another address, or end what answers there", option, addr, err)}
	}
	return l, nil
}

// answer serves requests until ctx ends, then lets those under way finish.
func answer(ctx context.Context, listener net.Listener, handler http.Handler, secure *tls.Config) error {
	server := &http.Server{
		Handler: handler, TLSConfig: secure, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		ended <- server.Shutdown(drain)
	}()
	serve := server.Serve
	if secure != nil {
		serve = func(l net.Listener) error { return server.ServeTLS(l, "", "") }
	}
	if err := serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-ended
}
