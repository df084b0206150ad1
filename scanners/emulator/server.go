package emulator

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// ServerOptions say how a world is served.
type ServerOptions struct {
	Concealed  bool // usage reports show hashes instead of names
	Subsites   bool // the listing of all sites has subsites too, which Microsoft does not promise either way
	PreAuthOff bool // downloads want a token of SharePoint's own, as where an organisation switched pre-authenticated addresses off

	Faults Faults   // what goes wrong; nothing by default
	Scopes []string // what Google's service account may ask for, such as "drive.readonly"; all read-only ones that are served by default
	Roles  []string // the application permissions of Graph in the token; read-only ones for all that is served by default
	Barred []string // services beside Graph that the application was not let in to, such as ServicePowerBI; none by default
}

// A Server serves a World over HTTP: Graph below /v1.0/, Power Platform and Power BI below a prefix each, Google below /drive/v3/, /v4/, /admin/directory/v1/ and /token.
type Server struct {
	World *World

	registered registration

	roles  []string
	scopes []string
	secret []byte
	token  string
	ledger ledger
	faults atomic.Pointer[faultPlan]

	preAuthOff, flatSites bool // see ServerOptions

	accounts accounts
	cloud    cloud
	conceal  bool // what usage reports name
	barred   []string
}

// Endpoints is what a client needs to know.
type Endpoints struct {
	Graph     string // base URL of Microsoft Graph, ends in /v1.0
	Drive     string // base URL of Drive, ends in /drive/v3/
	Sheets    string // base URL of Sheets, ends in /
	Directory string // base URL of the Admin SDK's Directory, ends in /
	TokenURI  string // where a service account exchanges its assertion
	Token     string // a bearer token for Graph
}

// NewServer makes a server of a world. Servers of the same organisation and seed accept each other's cursors and tokens.
func NewServer(w *World, o ServerOptions) *Server {
	secret := digest("secret", w.Org, w.Domain, fmt.Sprint(w.Seed))
	s := &Server{World: w, secret: secret[:], roles: o.Roles, scopes: o.Scopes, conceal: o.Concealed, preAuthOff: o.PreAuthOff, flatSites: o.Subsites, barred: o.Barred}
	if s.roles == nil {
		s.roles = []string{"User.Read.All", "Group.Read.All", "Sites.Read.All", "Files.Read.All", "Application.Read.All", "Directory.Read.All", "AppCatalog.Read.All",
			"Reports.Read.All", "ReportSettings.Read.All"}
	}
	if s.scopes == nil {
		s.scopes = readScopes()
	}
	s.token = s.accessToken()
	s.SetFaults(o.Faults)
	return s
}

// readScopes are all read-only scopes of what is served.
func readScopes() []string {
	return []string{
		"drive.readonly", "drive.metadata.readonly", "spreadsheets.readonly", "admin.directory.user.readonly",
		"forms.body.readonly", "admin.reports.audit.readonly", "datastudio.readonly",
	}
}

// Start serves on an address, which must be of this machine, until the context ends.
func (s *Server) Start(ctx context.Context, addr string) (Endpoints, error) {
	if err := checkLoopback(addr); err != nil {
		return Endpoints{}, err
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return Endpoints{}, fmt.Errorf("emulator: %w", err)
	}
	srv := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	context.AfterFunc(ctx, func() { srv.Close() })
	go srv.Serve(l)
	return s.Endpoints("http://" + l.Addr().String()), nil
}

// checkLoopback keeps the emulator, whose token is no secret, off the network.
func checkLoopback(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("emulator: address %q: %w", addr, err)
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return errors.New("emulator: it listens on this machine only; use an address such as 127.0.0.1:8080, not " + addr)
	}
	return nil
}

// Endpoints are the addresses below a base such as http://127.0.0.1:8080.
func (s *Server) Endpoints(base string) Endpoints {
	base = strings.TrimSuffix(base, "/")
	return Endpoints{
		Graph:     base + "/v1.0",
		Drive:     base + "/drive/v3/",
		Sheets:    base + "/",
		Directory: base + "/",
		TokenURI:  base + "/token",
		Token:     s.token,
	}
}

// Handler serves both suites. Every request is noted, then meets the fault plan, then its suite.
func (s *Server) Handler() http.Handler {
	graph := newGraph(s)
	google := s.googleHandler()
	mux := http.NewServeMux()
	for _, path := range []string{"/v1.0/", downloadPath, reportPath} {
		mux.Handle(path, s.noted(graph, s.unreliable(graphDialect(), graph)))
	}
	s.servePower(mux, graph)
	mux.Handle("/", s.noted(google, s.unreliable(googleDialect(), google)))
	return mux
}

// baseURL is this server's own address as the client sees it; absolute links begin with it.
func baseURL(r *http.Request) string {
	scheme := "http"
	if r.TLS != nil {
		scheme = "https"
	}
	return scheme + "://" + cmp.Or(r.Host, "localhost")
}
