package main

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/web"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/inventory/sqlstore/storetest"
)

// BenchmarkPages asks for pages and metrics over an inventory of
// DESIREPATH_BENCH assets, all of them as a partner. With
// DESIREPATH_BENCH_STORE the inventory is made there once and used again, and
// may be any that a night has left.
//
//	DESIREPATH_BENCH=1000000 go test ./cmd/desirepath -run - -bench Pages
func BenchmarkPages(b *testing.B) {
	assets, _ := strconv.Atoi(os.Getenv("DESIREPATH_BENCH"))
	if assets == 0 {
		b.Skip("DESIREPATH_BENCH=1000000 asks for it; to fill the inventory takes minutes")
	}
	path := cmp.Or(os.Getenv("DESIREPATH_BENCH_STORE"), filepath.Join(b.TempDir(), "inventory.db"))
	_, missing := os.Stat(path)
	store, err := sqlstore.Open(b.Context(), path, sqlstore.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	if missing != nil {
		if err := storetest.Fill(b.Context(), store, assets); err != nil {
			b.Fatal(err)
		}
	}
	pages, err := everyPage(program(), config.Default(), night.Readings{Store: store})
	if err != nil {
		b.Fatal(err)
	}
	for _, page := range browsed() {
		b.Run(cmp.Or(strings.TrimPrefix(page, "/"), "inventory"), func(b *testing.B) {
			for b.Loop() {
				w := httptest.NewRecorder()
				pages.ServeHTTP(w, httptest.NewRequestWithContext(b.Context(), http.MethodGet, page, nil))
				if w.Code != http.StatusOK {
					b.Fatalf("status %d", w.Code)
				}
			}
		})
	}
}

// browsed are the pages that most people open, and what Prometheus asks for.
func browsed() []string {
	return []string{"/", "/?q=budget", "/?q=budget+physics", "/?sort=name", "/?show=all", "/?show=all&q=budget", "/week", "/conversations", "/needs", "/systems", "/coverage", "/metrics"}
}

// everyPage serves the portal and the metrics to somebody who may see all.
func everyPage(a *app, c config.Config, readings night.Readings) (http.Handler, error) {
	portal, err := web.New(web.Options{Source: readings, Directory: readings, Organisation: c.Organisation, Systems: readings.Systems, Language: "en", Log: a.Log})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", access.As(access.Viewer{Roles: access.Roles()}, portal))
	mux.Handle("/metrics", admin(readings.Store, nextNight()))
	return mux, nil
}
