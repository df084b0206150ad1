package microsoft

import (
	"context"
	"net"
	"net/http"
	"testing"
	"testing/synctest"

	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
)

// inBubble runs a test with a served organisation in a bubble of fake time:
// the requests are real HTTP, over pipes instead of sockets, and an hour of
// pauses passes at once.
func inBubble(t *testing.T, world func(*testing.T) *emulator.World, o emulator.ServerOptions, run func(*testing.T, *tenant)) {
	synctest.Test(t, func(t *testing.T) {
		server := emulator.NewServer(world(t), o)
		l := &pipes{conns: make(chan net.Conn), closed: make(chan struct{})}
		srv := &http.Server{Handler: server.Handler()}
		done := make(chan struct{})
		go func() {
			defer close(done)
			srv.Serve(l)
		}()
		base := &http.Transport{DialContext: l.dial, MaxIdleConnsPerHost: 64}
		defer func() {
			base.CloseIdleConnections()
			srv.Close()
			<-done
		}()
		run(t, &tenant{t: t, world: server.World, server: server, ends: server.Endpoints("http://127.0.0.1:80"), recorder: &scannertest.Recorder{Base: base}})
	})
}

// pipes is a listener whose connections are pipes.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	ours, theirs := net.Pipe()
	select {
	case p.conns <- theirs:
		return ours, nil
	case <-p.closed:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	close(p.closed)
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 80} }
