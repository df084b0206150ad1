package emulator

import (
	"fmt"
	"net/http"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

// asks counts requests until one is refused, and tells that answer's Retry-After.
func asks(t *testing.T, s *Server, path string) (answered, warned int, wait time.Duration) {
	t.Helper()
	h := s.Handler()
	for {
		r, err := http.NewRequest(http.MethodGet, "http://127.0.0.1"+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+s.token)
		w := &recorder{header: http.Header{}, status: http.StatusOK}
		h.ServeHTTP(w, r)
		if w.header.Get("RateLimit-Limit") != "" && warned == 0 {
			warned = answered + 1
		}
		switch w.status {
		case http.StatusOK:
			answered++
		case http.StatusTooManyRequests:
			seconds, err := strconv.Atoi(w.header.Get("Retry-After"))
			if err != nil || w.header.Get("RateLimit-Remaining") != "0" || w.header.Get("RateLimit-Reset") == "" {
				t.Fatalf("a refusal with %v", w.header)
			}
			return answered, warned, time.Duration(seconds) * time.Second
		default:
			t.Fatalf("status %d: %s", w.status, w.body.String())
		}
	}
}

// A tenant has as many resource units in a minute as its band; four fifths on, answers say what is left, and a minute later all are back.
func TestResourceUnitsByBand(t *testing.T) {
	for licences, perMinute := range map[int]int{1: 1250, 1000: 1250, 1001: 2500, 15_000: 3750, 50_000: 5000, 50_001: 6250} {
		synctest.Test(t, func(t *testing.T) {
			w, place := library(t)
			s := NewServer(w, ServerOptions{})
			faults, err := ParseFaults(fmt.Sprintf("licences=%d", licences))
			if err != nil {
				t.Fatal(err)
			}
			s.SetFaults(faults)
			drive := "/v1.0/drives/" + place.ID
			for _, tc := range []struct {
				path  string
				units int
			}{{drive + "/root/delta", 2}, {drive + "/root", 1}, {drive + "/items/" + named(t, w, place.ID, "outer.xlsx").ID + "/permissions", 5}, {"/v1.0/sites/getAllSites", 2}} {
				answered, warned, wait := asks(t, s, tc.path)
				if answered != perMinute/tc.units || wait != time.Minute {
					t.Errorf("%d licences: %d requests to %s were answered, then a wait of %v; want %d", licences, answered, tc.path, wait, perMinute/tc.units)
				}
				if first := (perMinute*4/5 + tc.units - 1) / tc.units; warned != first {
					t.Errorf("%d licences: the answer to request %d to %s is the first to say what is left, want %d", licences, warned, tc.path, first)
				}
				time.Sleep(wait)
			}
			if s.EarlyRequests() != 0 {
				t.Errorf("%d requests came early", s.EarlyRequests())
			}
		})
	}
}

// The directory has units of its own.
func TestTheDirectoryIsNotMetered(t *testing.T) {
	r, err := http.NewRequest(http.MethodGet, "http://x/v1.0/users", nil)
	if err != nil {
		t.Fatal(err)
	}
	for pattern, want := range map[string]int{"GET /v1.0/users": 0, "GET /v1.0/applications": 0, "GET /v1.0/groups/{group}/members": 0, "GET /v1.0/users/{user}/drive": 1} {
		if got := resourceUnits(r, pattern); got != want {
			t.Errorf("%s costs %d units, want %d", pattern, got, want)
		}
	}
}
