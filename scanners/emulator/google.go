package emulator

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// google serves what Google's clients for Drive, Sheets and the Directory ask for, and the tokens to ask with.
type google struct {
	*Server
	mux   *http.ServeMux
	roll  roll
	meter meter
}

// object is a JSON object that is to be pruned to what was asked for.
type object = map[string]any

// A method is one of Google's: who may call it, what it can tell, and what it tells when it is not asked for anything in particular.
type method struct {
	scopes []string // any of these, the last parts of their addresses
	known  mask     // the fields there are
	usual  mask     // those that are there by default; nil for all
	serve  func(*call) (any, error)
}

// A call is one request by one person.
type call struct {
	*http.Request
	query url.Values
	who   Person
	mask  mask
	w     http.ResponseWriter // for what is not JSON
}

// newGoogle routes the methods.
func newGoogle(s *Server) *google {
	g := &google{Server: s, mux: http.NewServeMux()}
	g.mux.HandleFunc("POST /token", g.exchange)
	g.warehouse()
	for pattern, m := range g.methods() {
		g.mux.Handle("GET "+pattern, g.method(m))
	}
	return g
}

func (s *Server) googleHandler() http.Handler { return newGoogle(s) }

func (g *google) methods() map[string]method {
	metadata := []string{"drive.metadata.readonly", "drive.readonly", "drive.metadata", "drive"}
	drives := []string{"drive.readonly", "drive"}
	users := []string{"admin.directory.user.readonly", "admin.directory.user"}
	groups := []string{"admin.directory.group.member.readonly", "admin.directory.group.member", "admin.directory.group.readonly", "admin.directory.group"}
	forms := []string{"forms.body.readonly", "forms.body", "drive.readonly", "drive"}
	studio := []string{"datastudio.readonly", "datastudio"}
	return map[string]method{
		"/drive/v3/about":                    {metadata, known(aboutKnown), nil, g.about},
		"/drive/v3/files":                    {metadata, known("kind,nextPageToken,incompleteSearch,files(" + fileKnown + ")"), known("kind,nextPageToken,incompleteSearch,files(" + fileUsual + ")"), g.files},
		"/drive/v3/files/{file}":             {metadata, known(fileKnown), known(fileUsual), g.file},
		"/drive/v3/files/{file}/permissions": {metadata, known("kind,nextPageToken,permissions(" + permissionKnown + ")"), known("kind,nextPageToken,permissions(kind,id,type,role)"), g.permissions},
		"/drive/v3/files/{file}/revisions":   {metadata, known("kind,nextPageToken,revisions(" + revisionKnown + ")"), known("kind,nextPageToken,revisions(kind,id,mimeType,modifiedTime)"), g.revisions},
		"/drive/v3/changes":                  {metadata, known("kind,nextPageToken,newStartPageToken,changes(" + changeKnown + ")"), known("kind,nextPageToken,newStartPageToken,changes(" + changeUsual + ")"), g.changes},
		"/drive/v3/changes/startPageToken":   {metadata, known("kind,startPageToken"), nil, g.startPageToken},
		"/drive/v3/drives":                   {drives, known("kind,nextPageToken,drives(" + driveKnown + ")"), known("kind,nextPageToken,drives(kind,id,name)"), g.drives},
		"/drive/v3/drives/{drive}":           {drives, known(driveKnown), known("kind,id,name"), g.drive},
		"/v4/spreadsheets/{spreadsheet}":     {[]string{"spreadsheets.readonly", "spreadsheets", "drive.readonly", "drive"}, known(spreadsheetKnown), nil, g.spreadsheet},
		"/admin/directory/v1/users":          {users, known("kind,etag,nextPageToken,trigger_event,users(" + userKnown + ")"), nil, g.users},
		"/admin/directory/v1/users/{user}":   {users, known(userKnown), nil, g.user},

		"/v2/labels": {[]string{"drive.admin.labels.readonly", "drive.admin.labels"}, nil, nil, g.labelList},
		"/admin/directory/v1/groups/{group}/members": {groups, known("etag,kind,nextPageToken,members(" + memberKnown + ")"), nil, g.members},

		"/drive/v3/files/{file}/export":                                      {drives, nil, nil, g.export},
		"/v1/forms/{form}":                                                   {forms, known(formKnown), nil, g.form},
		"/admin/directory/v1/users/{user}/tokens":                            {[]string{"admin.directory.user.security"}, known("etag,kind,items(" + tokenKnown + ")"), nil, g.heldTokens},
		"/admin/reports/v1/activity/users/{user}/applications/{application}": {[]string{"admin.reports.audit.readonly"}, known("etag,kind,nextPageToken,items(" + activityKnown + ")"), nil, g.activities},
		studioPath: {studio, known("nextPageToken,previousPageToken,assets(" + studioKnown + ")"), nil, g.studioSearch},
	}
}

// Handler finds the template of a request, for the ledger. Downloads are told apart from questions about a file.
func (g *google) Handler(r *http.Request) (http.Handler, string) {
	h, pattern := g.mux.Handler(r)
	if pattern != "" && r.URL.Query().Get("alt") == "media" {
		pattern += "?alt=media"
	}
	return h, pattern
}

func (g *google) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	zipped, done := compressed(w, r)
	defer done()
	_, pattern := g.mux.Handler(r)
	switch {
	case !reads(r):
		writeGoogleError(zipped, r, &googleError{http.StatusForbidden, "insufficientFilePermissions", "This organisation is for reading only; " + r.Method + " is refused.", ""})
	case pattern == "":
		writeGoogleError(zipped, r, notThere("URL", r.URL.Path))
	default:
		g.mux.ServeHTTP(zipped, r)
	}
}

// method answers a call to one of the methods: it checks the token, the scopes and the fields, and prunes the answer.
func (g *google) method(m method) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{Request: r, query: r.URL.Query(), w: w, mask: m.usual}
		answer, err := g.answered(c, m)
		var failed *googleError
		switch {
		case errors.As(err, &failed):
			writeGoogleError(w, r, failed)
		case err != nil:
			writeGoogleError(w, r, &googleError{http.StatusInternalServerError, "internalError", err.Error(), ""})
		case answer != nil:
			writeGoogleJSON(w, http.StatusOK, c.mask.apply(answer))
		}
	})
}

func (g *google) answered(c *call, m method) (any, error) {
	who, scopes, err := g.caller(c.Request)
	if err != nil {
		return nil, err
	}
	c.who = who
	if err := g.charge(c.Request, who.ID); err != nil {
		return nil, err
	}
	if !anyOf(scopes, m.scopes) {
		return nil, &googleError{http.StatusForbidden, "insufficientPermissions", "Request had insufficient authentication scopes.", ""}
	}
	if fields := c.query.Get("fields"); fields != "" {
		if c.mask, err = parseMask(fields); err == nil {
			err = c.mask.check(m.known, "")
		}
		if err != nil {
			return nil, &googleError{http.StatusBadRequest, "invalidParameter", err.Error(), "fields"}
		}
	}
	return m.serve(c)
}

// size is the page size a call asks for. Google takes less of a larger one without a word, but no number that makes no sense.
func (c *call) size(name string, usual, most int) (int, error) {
	text := c.query.Get(name)
	if text == "" {
		return usual, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return 0, invalid(name, "Invalid value '"+text+"'. Values must be within the range: [1, "+strconv.Itoa(most)+"]")
	}
	return min(n, most), nil
}

func (c *call) is(name string) bool { return c.query.Get(name) == "true" }

// A googleError is one of Google's, with the word that clients tell errors apart by.
type googleError struct {
	status   int
	reason   string
	message  string
	location string // the parameter that is wrong
}

func (e *googleError) Error() string { return e.message }

func notThere(what, id string) *googleError {
	return &googleError{http.StatusNotFound, "notFound", what + " not found: " + id + ".", ""}
}

func invalid(parameter, message string) *googleError {
	return &googleError{http.StatusBadRequest, "invalid", message, parameter}
}

// forbidden is what an administrator's question gets when somebody else asks it.
func forbidden() *googleError {
	return &googleError{http.StatusForbidden, "forbidden", "Not Authorized to access this resource/api", ""}
}

type errorBody struct {
	Error struct {
		Code    int           `json:"code"`
		Message string        `json:"message"`
		Errors  []errorDetail `json:"errors,omitempty"`
		Status  string        `json:"status,omitempty"`
		Details []object      `json:"details,omitempty"`
	} `json:"error"`
}

type errorDetail struct {
	Message      string `json:"message"`
	Domain       string `json:"domain"`
	Reason       string `json:"reason"`
	Location     string `json:"location,omitempty"`
	LocationType string `json:"locationType,omitempty"`
}

// writeGoogleError writes an error in the shape of the API that was asked: Sheets has statuses, the older ones reasons.
func writeGoogleError(w http.ResponseWriter, r *http.Request, e *googleError) {
	var body errorBody
	body.Error.Code, body.Error.Message = e.status, e.message
	if modern(r) {
		body.Error.Status = grpcStatus(e.status)
	} else {
		d := errorDetail{Message: e.message, Domain: "global", Reason: e.reason, Location: e.location}
		switch {
		case e.reason == "authError":
			d.LocationType = "header"
		case e.location != "":
			d.LocationType = "parameter"
		case strings.HasSuffix(strings.ToLower(e.reason), "ratelimitexceeded"):
			d.Domain = "usageLimits"
		}
		body.Error.Errors = []errorDetail{d}
	}
	if e.reason == "insufficientPermissions" {
		body.Error.Status = "PERMISSION_DENIED"
		body.Error.Details = []object{{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT", "domain": "googleapis.com"}}
	}
	if e.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="https://accounts.google.com/", error="invalid_token"`)
	}
	writeGoogleJSON(w, e.status, body)
}

// modern says that an API is one of those with statuses.
func modern(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/v4/") || strings.HasPrefix(r.URL.Path, "/v1/")
}

func grpcStatus(code int) string {
	switch code {
	case http.StatusBadRequest:
		return "INVALID_ARGUMENT"
	case http.StatusUnauthorized:
		return "UNAUTHENTICATED"
	case http.StatusForbidden:
		return "PERMISSION_DENIED"
	case http.StatusNotFound:
		return "NOT_FOUND"
	case http.StatusTooManyRequests:
		return "RESOURCE_EXHAUSTED"
	case http.StatusServiceUnavailable:
		return "UNAVAILABLE"
	case http.StatusGatewayTimeout:
		return "DEADLINE_EXCEEDED"
	}
	return "INTERNAL"
}

func writeGoogleJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.Encode(v) // the only error is that the client went away
}

// googleDialect words faults as Google does, which promises no Retry-After.
// https://developers.google.com/workspace/drive/api/guides/handle-errors
func googleDialect() dialect {
	return dialect{
		suite: Google,
		cursor: func(r *http.Request) bool {
			return r.URL.Query().Get("pageToken") != "" && strings.HasPrefix(r.URL.Path, "/drive/v3/")
		},
		render: func(w http.ResponseWriter, r *http.Request, f fault, n uint64) {
			writeGoogleError(w, r, googleFault(r, f, n))
		},
	}
}

func googleFault(r *http.Request, f fault, n uint64) *googleError {
	switch {
	case f == faultRevoke:
		return &googleError{http.StatusUnauthorized, "authError", "Invalid Credentials", "Authorization"}
	case f == faultExpire:
		return invalid("pageToken", "Invalid Value")
	case f == faultThrottle && (n%2 == 0 || modern(r)):
		return &googleError{http.StatusTooManyRequests, "rateLimitExceeded", "Rate Limit Exceeded", ""}
	case f == faultThrottle:
		return &googleError{http.StatusForbidden, "userRateLimitExceeded", "User Rate Limit Exceeded. Rate of requests for user exceed configured project quota, you may consider re-evaluating expected per-user traffic to the API and adjust project quota limits accordingly.", ""}
	}
	status := []int{http.StatusInternalServerError, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout}[n%4]
	return &googleError{status, "backendError", "Backend Error", ""}
}
