package emulator

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// The services beside Graph, each below a prefix of its own.
const (
	ServicePlatform     = "powerplatform" // the inventory's query
	ServiceEnvironments = "bap"           // the older admin interfaces
	ServiceApps         = "powerapps"
	ServiceFlows        = "flow"
	ServicePowerBI      = "powerbi"
)

// powerServer is what Power Platform and Power BI answer, and the audit log of Graph.
type powerServer struct {
	*Server
	mu      sync.Mutex
	scans   map[string]*powerScan
	queries map[string]*auditQuery
}

// servePower adds the services to a mux.
func (s *Server) servePower(mux *http.ServeMux, g *graph) {
	p := &powerServer{Server: s, scans: map[string]*powerScan{}, queries: map[string]*auditQuery{}}
	for service, paths := range map[string]map[string]http.HandlerFunc{
		ServicePlatform:     {"POST /resourcequery/resources/query": p.query},
		ServiceEnvironments: {"GET /providers/Microsoft.BusinessAppPlatform/scopes/admin/environments": p.environments},
		ServiceApps:         {"GET /providers/Microsoft.PowerApps/scopes/admin/environments/{environment}/apps": p.apps},
		ServiceFlows:        {"GET /providers/Microsoft.ProcessSimple/scopes/admin/environments/{environment}/v2/flows": p.flows},
		ServicePowerBI: {
			"GET /v1.0/myorg/admin/groups":                         p.workspaces,
			"GET /v1.0/myorg/admin/workspaces/modified":            p.modified,
			"POST /v1.0/myorg/admin/workspaces/getInfo":            p.getInfo,
			"GET /v1.0/myorg/admin/workspaces/scanStatus/{scanID}": p.scanStatus,
			"GET /v1.0/myorg/admin/workspaces/scanResult/{scanID}": p.scanResult,
		},
	} {
		own := http.NewServeMux()
		for pattern, serve := range paths {
			method, path, _ := strings.Cut(pattern, " ")
			own.Handle(method+" /"+service+path, p.permitted(service, serve))
		}
		mux.Handle("/"+service+"/", s.noted(own, s.unreliable(powerDialect(service), own)))
	}
	audit := http.NewServeMux()
	const queries = "/security/auditLog/queries"
	for pattern, serve := range map[string]http.HandlerFunc{
		"POST " + queries:                     p.createAudit,
		"GET " + queries + "/{query}":         p.audit,
		"GET " + queries + "/{query}/records": func(w http.ResponseWriter, r *http.Request) { p.auditRecords(g, w, r) },
	} {
		method, path, _ := strings.Cut(pattern, " ")
		audit.Handle(method+" /v1.0"+path, g.authorised(map[string][]string{path: {"AuditLogsQuery.Read.All"}}, path, endpoint{"AuditLogsQuery", serve}))
	}
	mux.Handle("/v1.0/security/", s.noted(audit, s.unreliable(graphDialect(), audit)))
}

// permitted checks the token, and that the application was let in to the service.
func (p *powerServer) permitted(service string, serve http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token := p.token // on one host for all, one token for all
		if _, named := vendor(r.Host); named {
			token = p.tokenByScope(audiences()[service] + "/.default")
		}
		switch {
		case r.Header.Get("Authorization") != "Bearer "+token:
			powerError(w, http.StatusUnauthorized, "InvalidAuthenticationToken", "The access token is missing or is for another audience.")
		case slices.Contains(p.barred, service):
			powerError(w, http.StatusForbidden, "Forbidden", "The caller does not have permission to perform the action.")
		default:
			serve(w, r)
		}
	})
}

// audiences are what the tokens of the services are for.
func audiences() map[string]string {
	return map[string]string{
		ServicePlatform: "https://api.powerplatform.com", ServiceEnvironments: "https://service.powerapps.com/", ServiceApps: "https://service.powerapps.com/",
		ServiceFlows: "https://management.azure.com/", ServicePowerBI: "https://analysis.windows.net/powerbi/api",
	}
}

// tokenByScope is the token that an application gets for what it names, OpenID's own scopes among it. Those for the services beside Graph
// carry no roles.
func (s *Server) tokenByScope(scope string) string {
	known := slices.Collect(maps.Values(audiences()))
	for name := range strings.FieldsSeq(scope) {
		if audience, ok := strings.CutSuffix(name, "/.default"); ok && slices.Contains(known, audience) {
			return s.tokenFor(audience, byCertificate, []string{})
		}
	}
	return s.token
}

// barePath is the path of a request as its client knows it.
func barePath(r *http.Request) string {
	h, _ := vendor(r.Host)
	return strings.TrimPrefix(r.URL.EscapedPath(), h.prefix)
}

func powerError(w http.ResponseWriter, status int, code, message string) {
	writeJSON(w, status, map[string]any{"error": map[string]string{"code": code, "message": message}})
}

// powerDialect words faults as these services do.
func powerDialect(service string) dialect {
	return dialect{
		suite: service, announces: true,
		cursor: func(*http.Request) bool { return false },
		render: func(w http.ResponseWriter, _ *http.Request, f fault, n uint64) {
			switch f {
			case faultThrottle:
				powerError(w, http.StatusTooManyRequests, "TooManyRequests", "You have exceeded the amount of requests allowed in the current time frame.")
			case faultBusy:
				powerError(w, http.StatusServiceUnavailable, "ServiceUnavailable", "Come back later.")
			default:
				status := []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}[n%4]
				powerError(w, status, "InternalServerError", "Something went wrong.")
			}
		},
	}
}

// question reports whether a POST only asks: what it asks for is too long for an address.
func question(r *http.Request) bool {
	return r.Method == http.MethodPost && (r.URL.Path == "/"+ServicePlatform+"/resourcequery/resources/query" ||
		r.URL.Path == "/"+ServicePowerBI+"/v1.0/myorg/admin/workspaces/getInfo")
}

// readBody reads a JSON body that has no fields but those of v.
func readBody(w http.ResponseWriter, r *http.Request, v any) bool {
	d := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		powerError(w, http.StatusBadRequest, "BadRequest", "The body cannot be read: "+err.Error())
		return false
	}
	return true
}

// dated is a time as it is written, nothing when there is none.
func dated(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return precise(t)
}

// precise is a time with the seven decimals these services write.
func precise(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.0000000Z") }
