package emulator

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"time"
)

// StartTLS is Start over TLS, with a certificate of the authority's.
func (s *Server) StartTLS(ctx context.Context, addr string, a *Authority) (Endpoints, error) {
	l, err := listen(ctx, addr)
	if err != nil {
		return Endpoints{}, err
	}
	serveOn(ctx, tls.NewListener(l, a.config(l.Addr().String())), s.Handler())
	return s.Endpoints("https://" + l.Addr().String()), nil
}

// StartProxy serves an HTTP proxy on an address of this machine until the context ends, and returns its URL. It answers CONNECT for the
// vendors' hosts as if it were them, with certificates of the authority's, so that any client can be run against the emulator unchanged.
// Nothing it is asked for leaves this machine: it refuses every other host.
func (s *Server) StartProxy(ctx context.Context, addr string, a *Authority) (string, error) {
	l, err := listen(ctx, addr)
	if err != nil {
		return "", err
	}
	inside := &tunnels{addr: l.Addr(), conns: make(chan net.Conn), done: ctx.Done()}
	serveOn(ctx, inside, s.vendorHandler())
	serveOn(ctx, l, inside.accepting(a.config("")))
	return "http://" + l.Addr().String(), nil
}

func listen(ctx context.Context, addr string) (net.Listener, error) {
	if err := checkLoopback(addr); err != nil {
		return nil, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("emulator: %w", err)
	}
	return l, nil
}

func serveOn(ctx context.Context, l net.Listener, h http.Handler) {
	srv := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, ErrorLog: log.New(io.Discard, "", 0)}
	context.AfterFunc(ctx, func() { srv.Close() })
	go srv.Serve(l)
}

// vendorHandler answers a request by the host it is for.
func (s *Server) vendorHandler() http.Handler {
	all, login := s.Handler(), s.loginHandler()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h, ok := vendor(r.Host)
		switch {
		case !ok:
			http.Error(w, "this proxy does not answer for "+r.Host, http.StatusMisdirectedRequest)
		case h.login:
			login.ServeHTTP(w, r)
		default:
			if h.prefix != "" {
				r = r.Clone(r.Context())
				r.URL.Path, r.URL.RawPath = h.prefix+r.URL.Path, ""
			}
			all.ServeHTTP(w, r)
		}
	})
}

// tunnels is a listener whose connections come out of CONNECT requests.
type tunnels struct {
	addr  net.Addr
	conns chan net.Conn
	done  <-chan struct{}
}

func (t *tunnels) Addr() net.Addr { return t.addr }
func (t *tunnels) Close() error   { return nil }

func (t *tunnels) Accept() (net.Conn, error) {
	select {
	case c := <-t.conns:
		return c, nil
	case <-t.done:
		return nil, net.ErrClosed
	}
}

// accepting opens a tunnel for each CONNECT to a vendor's host.
func (t *tunnels) accepting(config *tls.Config) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, known := vendor(r.Host)
		if r.Method != http.MethodConnect || !known || !strings.HasSuffix(r.Host, ":443") {
			http.Error(w, "this proxy answers CONNECT for hosts of Microsoft 365 and Google Workspace alone, and leads nowhere else", http.StatusForbidden)
			return
		}
		conn, buf, err := http.NewResponseController(w).Hijack()
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		if _, err := io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n"); err != nil {
			conn.Close()
			return
		}
		conn.SetDeadline(time.Time{})
		select {
		case t.conns <- tls.Server(&early{Conn: conn, buf: buf.Reader}, config):
		case <-t.done:
			conn.Close()
		}
	})
}

// An early connection begins with what the client sent before its tunnel was open.
type early struct {
	net.Conn
	buf *bufio.Reader
}

func (e *early) Read(p []byte) (int, error) { return e.buf.Read(p) }
