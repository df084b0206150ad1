// Package web is the portal: the inventory as pages that a partner and a
// builder can both be shown. It works without JavaScript and loads nothing
// from elsewhere.
package web

import (
	"bytes"
	"context"
	"embed"
	"html/template"
	"io"
	"io/fs"
	"iter"
	"log/slog"
	"net/http"

	"github.com/desirepath/desirepath/inventory"
)

//go:embed templates static
var files embed.FS

// A Source is what the pages show.
type Source interface {
	Records(context.Context, inventory.Filter) iter.Seq2[inventory.Record, error]
	// Record returns an error that wraps inventory.ErrNotFound for an unknown id.
	Record(context.Context, inventory.AssetID) (inventory.Record, error)
	Summary(context.Context) (inventory.Summary, error)
	// Opening tells of the conversation about a family, if there is one.
	Opening(ctx context.Context, family string) (inventory.Opening, bool, error)
}

// Options say what to show and how.
type Options struct {
	Source       Source
	Organisation string
	Systems      []inventory.System
	Language     string
	Log          *slog.Logger
}

// A Portal serves the pages.
type Portal struct {
	Options
	pages map[string]*template.Template
	mux   *http.ServeMux
}

// New makes a portal.
func New(o Options) (*Portal, error) {
	p := &Portal{Options: o, pages: map[string]*template.Template{}, mux: http.NewServeMux()}
	for _, page := range []string{"list", "asset", "missing", "report"} {
		t, err := template.ParseFS(files, "templates/base.html", "templates/asset.html", "templates/"+page+".html")
		if err != nil {
			return nil, err
		}
		p.pages[page] = t
	}
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, err
	}
	p.mux.Handle("GET /static/", http.StripPrefix("/static/", http.FileServerFS(static)))
	p.mux.HandleFunc("GET /{$}", p.list)
	p.mux.HandleFunc("GET /asset/{id...}", p.asset)
	p.mux.HandleFunc("GET /", p.missing)
	return p, nil
}

// ServeHTTP answers with headers that keep a page to itself: no script, no
// frame, nothing from another host, no address told to the next one.
func (p *Portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, no-store")
	p.mux.ServeHTTP(w, r)
}

func (p *Portal) missing(w http.ResponseWriter, _ *http.Request) {
	p.show(w, http.StatusNotFound, "missing", page{Organisation: p.Organisation})
}

// page is what every template needs.
type page struct{ Organisation string }

// show renders a page whole before anything is sent, so that a template that
// fails never leaves half a page.
func (p *Portal) show(w http.ResponseWriter, status int, name string, data any) {
	var b bytes.Buffer
	if err := p.render(&b, name, data); err != nil {
		p.fail(w, "render "+name, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = b.WriteTo(w) // the reader may have gone
}

func (p *Portal) render(w io.Writer, name string, data any) error {
	return p.pages[name].ExecuteTemplate(w, "base", data)
}

func (p *Portal) fail(w http.ResponseWriter, what string, err error) {
	p.Log.Error("a page was not shown", "page", what, "err", err)
	http.Error(w, "This page could not be shown. The log says why.", http.StatusInternalServerError)
}
