package emulator

import (
	"net/http"
	"net/url"
	"strings"
	"time"
)

// graph is Microsoft Graph v1.0 and the SharePoint host that its downloads lead to.
type graph struct {
	*Server
	mux *http.ServeMux
}

func newGraph(s *Server) *graph {
	g := &graph{Server: s, mux: http.NewServeMux()}
	table := readers()
	for path, e := range g.endpoints() {
		g.mux.Handle("GET /v1.0"+path, g.authorised(table, path, e))
	}
	g.mux.HandleFunc("GET "+downloadPath, g.download)
	g.mux.HandleFunc("GET "+reportPath, g.usageDownload)
	return g
}

// An endpoint is served to who has a permission that the table of readers names for its path, or else one of the family.
type endpoint struct {
	family string
	serve  http.HandlerFunc
}

// endpoints are all that Graph has here, by path template.
func (g *graph) endpoints() map[string]endpoint {
	return map[string]endpoint{
		"/applications":                              {"Application", g.applications},
		"/servicePrincipals":                         {"Application", g.servicePrincipals},
		"/servicePrincipals/{id}":                    {"Application", g.servicePrincipal},
		"/servicePrincipals/{id}/appRoleAssignedTo":  {"Application", g.appRoleAssignedTo},
		"/oauth2PermissionGrants":                    {"Directory", g.permissionGrants},
		"/appCatalogs/teamsApps":                     {"AppCatalog", g.teamsAppList},
		"/admin/reportSettings":                      {"ReportSettings", g.reportSettings},
		"/organization":                              {"User", g.organisation},
		"/reports/{report}/{period}":                 {"Reports", g.usageReport},
		"/users":                                     {"User", g.users},
		"/users/{user}":                              {"User", g.user},
		"/users/{user}/drive":                        {"Files", g.userDrive},
		"/users/{user}/drive/root/delta":             {"Files", g.userDelta},
		"/groups":                                    {"Group", g.groups},
		"/groups/{group}/members":                    {"Group", g.members},
		"/sites/getAllSites":                         {"Sites", g.allSites},
		"/sites/oneDrive.getAllSites":                {"Sites", g.allSites},
		"/sites/{site}":                              {"Sites", g.site},
		"/sites/{site}/sites":                        {"Sites", g.subsites},
		"/sites/{site}/lists":                        {"Sites", g.lists},
		"/sites/{site}/lists/{list}":                 {"Sites", g.list},
		"/sites/{site}/lists/{list}/columns":         {"Sites", g.columns},
		"/sites/{site}/drives":                       {"Files", g.siteDrives},
		"/sites/{site}/drive":                        {"Files", g.siteDrive},
		"/sites/{site}/drive/root/delta":             {"Files", g.siteDelta},
		"/drives/{drive}":                            {"Files", g.drive},
		"/drives/{drive}/root":                       {"Files", g.item},
		"/drives/{drive}/root/children":              {"Files", g.children},
		"/drives/{drive}/root/delta":                 {"Files", g.delta},
		"/drives/{drive}/items/{item}":               {"Files", g.item},
		"/drives/{drive}/items/{item}/children":      {"Files", g.children},
		"/drives/{drive}/items/{item}/content":       {"Files", g.content},
		"/drives/{drive}/items/{item}/delta":         {"Files", g.delta},
		"/drives/{drive}/items/{item}/permissions":   {"Files", g.permissions},
		"/drives/{drive}/items/{item}/versions":      {"Files", g.versions},
		"/drives/{drive}/items/{item}/versions/{no}": {"Files", g.version},
	}
}

// Handler finds the template of a request, for the ledger.
func (g *graph) Handler(r *http.Request) (http.Handler, string) { return g.mux.Handler(plainPath(r)) }

func (g *graph) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = plainPath(r)
	_, pattern := g.mux.Handler(r)
	switch {
	case !reads(r):
		w.Header().Set("Allow", "GET, HEAD")
		g.fail(w, r, http.StatusMethodNotAllowed, "notSupported", "This organisation is for reading only; "+r.Method+" is refused.")
	case pattern == "":
		g.fail(w, r, http.StatusNotFound, "ResourceNotFound", "Resource not found for the segment "+r.URL.Path)
	case !g.afford(w, r, pattern):
	default:
		zipped, done := compressed(w, r)
		g.mux.ServeHTTP(zipped, r)
		done()
	}
}

// authorised checks the bearer token, that its permissions suffice for the path, and the options.
func (g *graph) authorised(table map[string][]string, path string, e endpoint) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case !ok || token == "":
			g.fail(w, r, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token is empty.")
		case token != g.token:
			g.fail(w, r, http.StatusUnauthorized, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience.")
		case unserved(r) != "":
			g.fail(w, r, http.StatusBadRequest, "notSupported", "The emulator does not know "+unserved(r)+"; ignoring it would be a lie.")
		case !g.permits(table, path, e.family):
			g.fail(w, r, http.StatusForbidden, "accessDenied", "Insufficient privileges to complete the operation: no "+e.family+" role in the token.")
		default:
			if code, message := objection(r, path); code != "" {
				g.fail(w, r, http.StatusBadRequest, code, message)
				return
			}
			e.serve(w, r)
		}
	})
}

// unserved names a query option that changes the answer in a way this Graph does not know.
func unserved(r *http.Request) string {
	for _, option := range []string{"$filter", "$search", "$orderby", "$expand", "$skip", "$count"} {
		if r.URL.Query().Has(option) && !expands(r, option) {
			return option
		}
	}
	return ""
}

// plainPath rewrites the ways of OData to write a path into the one the routes have: drives('x') is drives/x, delta() and
// microsoft.graph.delta(token='y') are delta with a query.
func plainPath(r *http.Request) *http.Request {
	if !strings.ContainsAny(r.URL.Path, "(") && !strings.Contains(r.URL.Path, "microsoft.graph.") {
		return r
	}
	query := r.URL.Query()
	var out []string
	for segment := range strings.SplitSeq(r.URL.Path, "/") {
		name, argument, _ := strings.Cut(segment, "(")
		argument = strings.TrimSuffix(argument, ")")
		out = append(out, strings.TrimPrefix(name, "microsoft.graph."))
		if token, ok := strings.CutPrefix(argument, "token="); ok {
			if token != "null" {
				query.Set("token", strings.Trim(token, "'"))
			}
		} else if argument != "" {
			out = append(out, strings.Trim(argument, "'"))
		}
	}
	plain := r.Clone(r.Context())
	plain.URL = &url.URL{Path: strings.Join(out, "/"), RawQuery: query.Encode()}
	return plain
}

// graphError is the shape of every Graph error.
type graphError struct {
	Error struct {
		Code    string     `json:"code"`
		Message string     `json:"message"`
		Inner   innerError `json:"innerError"`
	} `json:"error"`
}

type innerError struct {
	Code      string `json:"code,omitempty"`
	Date      string `json:"date"`
	RequestID string `json:"request-id"`
	ClientID  string `json:"client-request-id"`
}

func (g *graph) fail(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	writeGraphError(w, r, status, code, message)
}

func writeGraphError(w http.ResponseWriter, r *http.Request, status int, code, message string) {
	id := guid("request", r.Method, r.URL.String())
	var e graphError
	e.Error.Code, e.Error.Message = code, message
	e.Error.Inner = innerError{Date: time.Now().UTC().Format("2006-01-02T15:04:05"), RequestID: id, ClientID: id}
	w.Header().Set("request-id", id)
	writeJSON(w, status, e)
}

func (g *graph) notFound(w http.ResponseWriter, r *http.Request) {
	g.fail(w, r, http.StatusNotFound, "itemNotFound", "The resource could not be found.")
}

// graphDialect words faults as Graph does.
func graphDialect() dialect {
	return dialect{
		suite:     Microsoft,
		announces: true,
		cursor: func(r *http.Request) bool {
			token := plainPath(r).URL.Query().Get("token")
			return token != "" && token != "latest"
		},
		render: func(w http.ResponseWriter, r *http.Request, f fault, n uint64) {
			switch f {
			case faultThrottle:
				writeGraphError(w, r, http.StatusTooManyRequests, "activityLimitReached", "The request has been throttled.")
			case faultBusy:
				writeGraphError(w, r, http.StatusServiceUnavailable, "serviceNotAvailable", "The service is not available. Try the request again after a delay.")
			case faultExpire:
				resync(w, r)
			default:
				status := []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}[n%4]
				writeGraphError(w, r, status, "generalException", "An unspecified error has occurred.")
			}
		},
	}
}
