package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/dashboards/web"
	"github.com/desirepath/desirepath/inventory"
)

// A strain is what a program that runs for months must not gather.
type strain struct {
	goroutines, files int
	heap              uint64 // bytes that are still in use after a collection
}

func strainNow(t *testing.T) strain {
	t.Helper()
	http.DefaultClient.CloseIdleConnections()
	runtime.GC()
	runtime.GC() // the second frees what finalizers of the first let go
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	files, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("this system does not tell of open files")
	}
	return strain{runtime.NumGoroutine(), len(files), m.HeapAlloc}
}

// TestSoak does night after night in one process, over both emulated suites,
// while the portal and the metrics are looked at. Nothing may grow with the
// nights. DESIREPATH_SOAK is for how long, such as 1h; without it four nights.
func TestSoak(t *testing.T) {
	long, _ := time.ParseDuration(os.Getenv("DESIREPATH_SOAK"))
	a := testApp(t)
	demo := demoCmd{Out: filepath.Join(t.TempDir(), "demo")}
	c, err := demo.prepare(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	var warm, now strain
	nights := 0
	for nights < 4 || time.Since(begun) < long {
		run, err := a.scan(t.Context(), c, time.Time{})
		if err != nil || run.Result != inventory.RunComplete {
			t.Fatalf("night %d: %s, %v", nights+1, run.Result, err)
		}
		browse(t, a, demo)
		nights++
		now = strainNow(t)
		if nights == 2 { // caches are full, connections are there
			warm = now
		}
		if nights%50 == 0 {
			t.Logf("night %d: %+v", nights, now)
		}
	}
	t.Logf("%d nights in %s: after the second %+v, at the end %+v", nights, time.Since(begun).Round(time.Second), warm, now)
	if now.goroutines > warm.goroutines+10 || now.files > warm.files+10 || now.heap > warm.heap+warm.heap/4+4<<20 {
		t.Errorf("grew from %+v to %+v in %d nights", warm, now, nights)
	}
}

// browse opens the portal and the metrics the way serve does, and reads some
// pages.
func browse(t *testing.T, a *app, demo demoCmd) {
	t.Helper()
	c, readings, err := demo.results().readings(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	defer readings.Close()
	portal, err := web.New(web.Options{Source: readings, Directory: readings, Organisation: c.Organisation, Systems: readings.Systems, Language: "en", Log: a.Log})
	if err != nil {
		t.Fatal(err)
	}
	pages := access.As(access.Viewer{Roles: access.Roles()}, portal)
	for _, handler := range []struct {
		handler http.Handler
		paths   []string
	}{
		{pages, []string{"/", "/?q=budget", "/week", "/conversations", "/needs", "/coverage"}},
		{admin(readings.Store, nextNight()), []string{"/metrics", "/readyz"}},
	} {
		for _, path := range handler.paths {
			w := httptest.NewRecorder()
			handler.handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, nil))
			if w.Code != http.StatusOK {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
	}
}
