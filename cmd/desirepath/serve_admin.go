package main

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// admin answers those who watch over the program: Prometheus, and whatever
// starts it anew when it no longer answers. It names no person and no asset.
func admin(store *sqlstore.Store, watching ...prometheus.Collector) http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	registry.MustRegister(watching...)
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{}))
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("alive\n")) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) { ready(w, r, store) })
	return mux
}

// alive asks the address that watchers ask whether anybody is there.
func alive(ctx context.Context, watched net.Addr) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+watched.String()+"/livez", nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// readyIn is how long the inventory may take to answer. It reads a snapshot,
// so that a night that is writing does not hold it up.
const readyIn = 5 * time.Second

// ready tells whether the inventory answers, and how the newest run went.
func ready(w http.ResponseWriter, r *http.Request, store *sqlstore.Store) {
	ctx, cancel := context.WithTimeout(r.Context(), readyIn)
	defer cancel()
	answer := struct {
		Ready   bool                `json:"ready"`
		LastRun inventory.RunResult `json:"last_run,omitempty"`
		Ended   time.Time           `json:"ended,omitzero"`
	}{Ready: true}
	status := http.StatusOK
	runs, err := store.Runs(ctx, 1)
	switch {
	case err != nil: // why is for the log: this may be asked from anywhere
		answer.Ready, status = false, http.StatusServiceUnavailable
	case len(runs) > 0:
		answer.LastRun, answer.Ended = runs[0].Result, runs[0].Finished
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // the asker may have gone
}

func nextNight() prometheus.Gauge {
	return prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "desirepath_next_run_timestamp_seconds", Help: "When the next night begins by this program's own schedule, 0 without one.",
	})
}
