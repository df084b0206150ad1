package emulator

import (
	"compress/gzip"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// selection is what $select names; nil selects what is there by default.
type selection []string

func selected(r *http.Request) selection {
	var out selection
	for name := range strings.SplitSeq(r.URL.Query().Get("$select"), ",") {
		if name = strings.TrimSpace(name); name != "" {
			out = append(out, name)
		}
	}
	if name, _ := expanded(r); out != nil && name != "" {
		out = append(out, name)
	}
	return out
}

// has says that a property is wanted.
func (s selection) has(name string) bool { return s == nil || slices.Contains(s, name) }

// asked says that a property is named; it is for those that are not there by default.
func (s selection) asked(name string) bool { return slices.Contains(s, name) }

// prune keeps the id and the selected properties of an object. Items are rendered with nothing else in the first place, as there are many.
func (s selection) prune(v any) (any, error) {
	if _, done := v.(*driveItem); done || s == nil {
		return v, nil
	}
	body, err := json.Marshal(v)
	if err != nil {
		return nil, err
	}
	var all map[string]json.RawMessage
	if err := json.Unmarshal(body, &all); err != nil {
		return nil, err
	}
	for name := range all {
		if name != "id" && !strings.HasPrefix(name, "@") && !s.has(name) {
			delete(all, name)
		}
	}
	return all, nil
}

// A listing is a collection that Graph returns page by page.
type listing struct {
	Context string `json:"@odata.context,omitempty"`
	Next    string `json:"@odata.nextLink,omitempty"`
	Delta   string `json:"@odata.deltaLink,omitempty"`
	Value   []any  `json:"value"`
}

// listMark is the cursor of a plain listing.
type listMark struct {
	Path string `json:"p"`
	From int    `json:"f"`
	Try  int    `json:"t,omitempty"` // how many empty pages came before this one
}

// top is the page size a request asks for, within bounds.
func top(r *http.Request, usual, most int) int {
	n, err := strconv.Atoi(r.URL.Query().Get("$top"))
	if err != nil || n < 1 {
		return usual
	}
	return min(n, most)
}

// page answers with one page of a collection that fits in memory, each shown by a function. nextPath is the path of the next link, "" for
// the one that was asked.
func page[T any](g *graph, w http.ResponseWriter, r *http.Request, all []T, show func(T) any, size int, nextPath string) {
	var mark listMark
	if token := r.URL.Query().Get("$skiptoken"); token != "" {
		if err := g.open(token, &mark); err != nil {
			g.fail(w, r, http.StatusBadRequest, "BadRequest", "The $skiptoken is invalid.")
			return
		}
	}
	from := min(mark.From, len(all))
	to := min(from+size, len(all))
	f := pageFaultOf(r)
	mark.Try++
	if f.empty && mark.Try <= patience {
		to = from
	} else {
		mark.Try = 0
	}
	value := make([]any, 0, to-from)
	for _, v := range all[from:to] {
		value = append(value, show(v))
	}
	if f.repeat && len(value) > 0 {
		value = append(value, value[0])
	}
	out := listing{Value: value}
	if to < len(all) || to == from && mark.Try > 0 {
		mark.From = to
		out.Next = link(r, nextPath, "$skiptoken", g.seal(mark), f.foreign)
	}
	g.answer(w, r, out)
}

// link is an absolute link to the path and query of a request with one parameter set, on this host or, as a fault, on another.
func link(r *http.Request, path, name, value string, foreign bool) string {
	query := url.Values{}
	for k, v := range r.URL.Query() {
		if k != "token" {
			query[k] = v
		}
	}
	query.Set(name, value)
	base := baseURL(r)
	if foreign {
		base = "http://elsewhere.example:8080"
	}
	if path == "" {
		path = r.URL.EscapedPath()
	}
	return base + path + "?" + strings.ReplaceAll(query.Encode(), "%24", "$") // a plain $ is legal, and what Graph writes
}

// answer writes an object or a listing, pruned to the selection.
func (g *graph) answer(w http.ResponseWriter, r *http.Request, v any) {
	sel := selected(r)
	var err error
	if l, ok := v.(listing); ok {
		l.Context = baseURL(r) + "/v1.0/$metadata#Collection(" + strings.TrimPrefix(r.URL.Path, "/v1.0/") + ")"
		l.Value, err = sel.pruneAll(l.Value)
		v = l
	} else {
		v, err = sel.prune(v)
	}
	if err != nil {
		g.fail(w, r, http.StatusInternalServerError, "generalException", err.Error())
		return
	}
	writeJSON(w, http.StatusOK, v)
}

func (s selection) pruneAll(values []any) ([]any, error) {
	for i, v := range values {
		pruned, err := s.prune(v)
		if err != nil {
			return nil, err
		}
		values[i] = pruned
	}
	return values, nil
}

func writeJSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8")
	w.WriteHeader(status)
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.Encode(v) // the only error is that the client went away
}

// compressed gives a writer that zips JSON when the client asked for it. done ends the zip.
func compressed(w http.ResponseWriter, r *http.Request) (zipped http.ResponseWriter, done func()) {
	if !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		return w, func() {}
	}
	z := &zipWriter{ResponseWriter: w}
	return z, z.close
}

// zipWriter zips an answer whose type turns out to be JSON; anything else, such as a file's bytes, passes as it is.
type zipWriter struct {
	http.ResponseWriter
	zip *gzip.Writer
}

func (z *zipWriter) WriteHeader(status int) {
	if strings.HasPrefix(z.Header().Get("Content-Type"), "application/json") {
		z.Header().Set("Content-Encoding", "gzip")
		z.Header().Set("Vary", "Accept-Encoding")
		z.zip, _ = gzip.NewWriterLevel(z.ResponseWriter, gzip.BestSpeed)
	}
	z.ResponseWriter.WriteHeader(status)
}

func (z *zipWriter) Write(b []byte) (int, error) {
	if z.zip != nil {
		return z.zip.Write(b)
	}
	return z.ResponseWriter.Write(b)
}

func (z *zipWriter) close() {
	if z.zip != nil {
		z.zip.Close()
	}
}

// stamp is a time as Graph writes it.
func stamp(t time.Time) string { return t.UTC().Truncate(time.Second).Format(time.RFC3339) }
