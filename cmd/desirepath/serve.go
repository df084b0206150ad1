package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/metrics"
	"github.com/desirepath/desirepath/dashboards/web"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
	"golang.org/x/sync/errgroup"
)

type serveCmd struct {
	configFile
	listens
	As string `help:"Your address: the pages then take what you decide, and say that it was you. Without it they are for reading." placeholder:"ADDRESS"`
}

// listens are the addresses that are listened on.
type listens struct {
	Listen      string `help:"Address for the pages. They name people and ask nobody who they are, so only addresses of this machine are taken; put your own sign-on in front." default:"127.0.0.1:8364" placeholder:"ADDR"`
	AdminListen string `help:"Address for /metrics, /livez and /readyz, which name nobody." default:"127.0.0.1:9364" placeholder:"ADDR"`
}

// Run serves until it is interrupted.
func (cmd serveCmd) Run(ctx context.Context, a *app) (err error) {
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
	book := access.OpenBook(readings.SaveVisits, a.Log)
	defer func() { err = errors.Join(err, book.Close(context.WithoutCancel(ctx))) }()
	portal, err := web.New(web.Options{
		Source: readings, Directory: readings, Organisation: c.Organisation, Systems: readings.Systems, Language: c.Outreach.Language, Log: a.Log,
		Contact: c.Contact, Desk: readings, Book: book, Weekly: c.Outreach.Weekly, Now: a.Now,
	})
	if err != nil {
		return err
	}
	return a.serve(ctx, readings, c, access.As(cmd.viewer(), portal), cmd.listens)
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

// viewer is whoever sits at this machine: they see every page, and decide when
// they said who they are.
func (cmd serveCmd) viewer() access.Viewer {
	return access.Viewer{Address: inventory.FoldAddress(cmd.As), Roles: access.Roles()}
}

// serve answers with the portal on one address and to those who watch over the
// program on another, and keeps the schedule, until ctx ends. Requests that
// are under way finish, and a night that is under way stops where the next
// one can go on.
func (a *app) serve(ctx context.Context, readings night.Readings, c config.Config, portal http.Handler, at listens) error {
	if !wire.Loopback(at.Listen) {
		return configError{fmt.Errorf("--listen %s: only an address of this machine, such as 127.0.0.1:8364; put your own sign-on in front of it", at.Listen)}
	}
	nights := newNights(a, readings.Store, c)
	pages, err := listen(ctx, "--listen", at.Listen)
	if err != nil {
		return err
	}
	watched, err := listen(ctx, "--admin-listen", at.AdminListen)
	if err != nil {
		return errors.Join(err, pages.Close())
	}
	fmt.Fprintf(a.Out, "The inventory: http://%s/   metrics: http://%s/metrics   (Ctrl-C ends it)\n", pages.Addr(), watched.Addr())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return answer(ctx, pages, namedHere(portal)) })
	group.Go(func() error {
		return answer(ctx, watched, admin(readings.Store, metrics.New(readings, setting(c, readings.Systems)), nights.next))
	})
	group.Go(func() error { nights.keep(ctx); return nil })
	return group.Wait()
}

func listen(ctx context.Context, option, addr string) (net.Listener, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, configError{fmt.Errorf("%s %s: %w; give another address, or end what answers there", option, addr, err)}
	}
	return l, nil
}

// answer serves requests until ctx ends, then lets those under way finish.
func answer(ctx context.Context, listener net.Listener, handler http.Handler) error {
	server := &http.Server{
		Handler: handler, ReadHeaderTimeout: 10 * time.Second, WriteTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
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
