package wire

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// answer is a transport that answers without a network, for tests on a fake clock.
type answer func(*http.Request) (*http.Response, error)

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) { return a(r) }

func reply(code int, body string, headers ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for i := 0; i < len(headers); i += 2 {
		h.Set(headers[i], headers[i+1])
	}
	return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

var graph = Guard{Rules: []Rule{{Hosts: []string{"graph.example.com"}, Paths: []string{"/v1.0/**"}}}}

func newTransport(t *testing.T, o Options) *Transport {
	t.Helper()
	tr, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func get(t *testing.T, tr *Transport, ctx context.Context, address string) (string, error) {
	t.Helper()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer canary-token")
	resp, err := tr.RoundTrip(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	return fmt.Sprintf("%d %s", resp.StatusCode, b), err
}

// A throttled answer to one request holds all of them, for exactly as long as
// was asked for or a little longer, never shorter.
func TestRetryAfterPausesTheWholeTenant(t *testing.T) {
	for _, tc := range []struct {
		name    string
		headers []string
		pause   time.Duration
	}{
		{"seconds", []string{"Retry-After", "7"}, 7 * time.Second},
		{"fraction", []string{"Retry-After", "0.9"}, 900 * time.Millisecond},
		{"longer reset", []string{"Retry-After", "1", "RateLimit-Reset", "20"}, 20 * time.Second},
		{"over the SDK's limit", []string{"Retry-After", "300"}, 300 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var mu sync.Mutex
				var until time.Time
				var early, sent int
				base := answer(func(r *http.Request) (*http.Response, error) {
					mu.Lock()
					defer mu.Unlock()
					sent++
					if time.Now().Before(until) {
						early++
					}
					if sent == 5 {
						until = time.Now().Add(tc.pause)
						return reply(429, "{}", tc.headers...), nil
					}
					return reply(200, "{}"), nil
				})
				tr := newTransport(t, Options{Guard: graph, Base: base})
				var wg sync.WaitGroup
				for i := range 50 {
					wg.Go(func() {
						time.Sleep(time.Duration(i) * 50 * time.Millisecond)
						if got, err := get(t, tr, t.Context(), "https://graph.example.com/v1.0/users"); err != nil || got != "200 {}" {
							t.Errorf("got %q, %v", got, err)
						}
					})
				}
				wg.Wait()
				if early != 0 || sent != 51 {
					t.Errorf("%d of %d requests came early; want 0 of 51", early, sent)
				}
			})
		})
	}
}

func TestRetryAfterDates(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	in := func(d time.Duration) string { return now.Add(d).Format(http.TimeFormat) }
	for _, tc := range []struct {
		name  string
		resp  *http.Response
		want  time.Duration
		found bool
	}{
		{"date", reply(429, "", "Retry-After", in(time.Minute)), time.Minute, true},
		{"server's clock behind", reply(429, "", "Retry-After", in(-9*time.Minute), "Date", in(-10*time.Minute)), time.Minute, true},
		{"past", reply(429, "", "Retry-After", in(-time.Minute)), 0, true},
		{"none", reply(503, ""), 0, false},
		{"nonsense", reply(429, "", "Retry-After", "soon"), 0, false},
		{"not a number", reply(429, "", "Retry-After", "NaN"), 0, false},
	} {
		if got, found := retryAfter(tc.resp, now); got != tc.want || found != tc.found {
			t.Errorf("%s: %s, %v; want %s, %v", tc.name, got, found, tc.want, tc.found)
		}
	}
}

func TestPauseEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := answer(func(*http.Request) (*http.Response, error) { return reply(429, "", "Retry-After", "600"), nil })
		tr := newTransport(t, Options{Guard: graph, Base: base})
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		defer cancel()
		start := time.Now()
		if _, err := get(t, tr, ctx, "https://graph.example.com/v1.0/users"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v; want the deadline's", err)
		}
		if took := time.Since(start); took != 3*time.Second {
			t.Errorf("gave up after %s; want 3s", took)
		}
	})
}

func TestPauseThatIsTooLongFailsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := answer(func(*http.Request) (*http.Response, error) { return reply(503, "", "Retry-After", "7200"), nil })
		tr := newTransport(t, Options{Guard: graph, Base: base})
		start := time.Now()
		if _, err := get(t, tr, t.Context(), "https://graph.example.com/v1.0/users"); !errors.Is(err, ErrPaused) || time.Since(start) > time.Second {
			t.Errorf("error %v after %s; want ErrPaused at once", err, time.Since(start))
		}
	})
}

func TestUnitsArePaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		base := answer(func(*http.Request) (*http.Response, error) { return reply(200, "{}"), nil })
		tr := newTransport(t, Options{Guard: graph, Base: base, Pace: Pace{PerMinute: 600, Burst: 10},
			Units:  func(*http.Request) int { return 5 },
			Limits: []Limit{{Match: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/slow") }, PerMinute: 6}}})
		start := time.Now()
		for range 120 { // 600 units: 10 at once, 590 in the same minute
			if _, err := get(t, tr, t.Context(), "https://graph.example.com/v1.0/users"); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start).Round(time.Second); took != time.Minute {
			t.Errorf("600 units took %s; want 1m0s", took)
		}
		start = time.Now()
		for range 4 {
			if _, err := get(t, tr, t.Context(), "https://graph.example.com/v1.0/slow"); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(start).Truncate(10 * time.Second); took != 30*time.Second {
			t.Errorf("4 requests of 6 a minute took %s; want 30s", took)
		}
	})
}

func TestRetries(t *testing.T) {
	ok := reply(200, `{"a":1}`)
	ok.Body = nil
	for _, tc := range []struct {
		name   string
		before func(n int) (*http.Response, error) // nil response and error: the answer is fine
		opts   Options
		sent   int
		want   string
		err    error
	}{
		{"server errors", func(n int) (*http.Response, error) { return failing(n < 3, 502), nil }, Options{}, 4, `200 {"a":1}`, nil},
		{"network", func(n int) (*http.Response, error) {
			if n < 2 {
				return nil, io.ErrUnexpectedEOF
			}
			return nil, nil
		}, Options{}, 3, `200 {"a":1}`, nil},
		{"bounded", func(n int) (*http.Response, error) { return failing(true, 500), nil }, Options{Attempts: 3}, 3, "500 no", nil},
		{"not implemented", func(n int) (*http.Response, error) { return failing(true, 501), nil }, Options{}, 1, "501 no", nil},
		{"refusal stays", func(n int) (*http.Response, error) { return failing(true, 403), nil }, Options{}, 1, "403 no", nil},
		{"told apart", func(n int) (*http.Response, error) { return failing(n < 1, 403), nil }, Options{
			RetryStatus: func(r *http.Response) (bool, time.Duration) {
				b, _ := io.ReadAll(r.Body)
				return string(b) == "no", 0
			}}, 2, `200 {"a":1}`, nil},
		{"web page", func(n int) (*http.Response, error) {
			return reply(200, "<html>Sign in</html>", "Content-Type", "text/html; charset=utf-8"), nil
		}, Options{Check: CheckJSON}, 1, "", ErrInterposed},
		{"half a document", func(n int) (*http.Response, error) {
			if n < 1 {
				return reply(200, `{"a":{"b":1}`), nil
			}
			return nil, nil
		}, Options{Check: CheckJSON}, 2, `200 {"a":1}`, nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				n := 0
				o := tc.opts
				o.Guard = graph
				o.Base = answer(func(r *http.Request) (*http.Response, error) {
					resp, err := tc.before(n)
					if n++; resp == nil && err == nil {
						resp = reply(200, `{"a":1}`)
					}
					return resp, err
				})
				got, err := get(t, newTransport(t, o), t.Context(), "https://graph.example.com/v1.0/users")
				if got != tc.want || !errors.Is(err, tc.err) || n != tc.sent {
					t.Errorf("got %q, %v after %d requests; want %q, %v after %d", got, err, n, tc.want, tc.err, tc.sent)
				}
			})
		})
	}
}

func failing(fail bool, code int) *http.Response {
	if !fail {
		return nil
	}
	return reply(code, "no")
}

// A connection that is cut in the middle of a body, over real HTTP, is asked
// again, compressed or not.
func TestCutBodiesAreAskedForAgain(t *testing.T) {
	var n atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var out io.Writer = w
		if r.URL.Query().Has("gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			defer z.Close()
			out = z
		}
		io.WriteString(out, strings.Repeat("x", 50000))
		if n.Add(1)%3 != 0 {
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}
	}))
	t.Cleanup(srv.Close)
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	tr := newTransport(t, Options{Guard: Guard{[]Rule{{Hosts: []string{srv.Listener.Addr().String()}}}}, Pace: Pace{Backoff: time.Millisecond}})
	for _, query := range []string{"", "?gzip"} {
		got, err := get(t, tr, t.Context(), srv.URL+"/v1.0/users"+query)
		if err != nil || len(got) != 50004 {
			t.Errorf("%q: %d bytes, %v; want all 50004", query, len(got), err)
		}
	}
	if n.Load() != 6 {
		t.Errorf("%d requests; want 6", n.Load())
	}
}

// Answers that are longer than Whole are streamed.
func TestLongAnswersAreStreamed(t *testing.T) {
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Has("sized") {
			w.Header().Set("Content-Length", "100000")
		}
		io.WriteString(w, strings.Repeat("x", 100000))
	}))
	t.Cleanup(srv.Close)
	tr := newTransport(t, Options{Guard: Guard{[]Rule{{Hosts: []string{srv.Listener.Addr().String()}}}}, Whole: 1000})
	for _, query := range []string{"", "?sized"} {
		if got, err := get(t, tr, t.Context(), srv.URL+"/"+query); err != nil || len(got) != 100004 {
			t.Errorf("%q: %d bytes, %v", query, len(got), err)
		}
	}
}

// No error and no log line shows a token, a query or an id.
func TestNothingSecretIsTold(t *testing.T) {
	var log strings.Builder
	var tries atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tries.Add(1)
		panic(http.ErrAbortHandler)
	}))
	srv.Config.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	t.Cleanup(srv.Close)
	tr := newTransport(t, Options{Tenant: "alder", Guard: Guard{[]Rule{{Hosts: []string{srv.Listener.Addr().String()}}}},
		Pace: Pace{Backoff: time.Millisecond}, Attempts: 3,
		Log: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	var told []string
	for _, address := range []string{srv.URL, "https://elsewhere.example.com"} {
		req, _ := http.NewRequest(http.MethodGet, address+"/v1.0/users/canary-person@example.com/drive?tempauth=canary-secret", nil)
		req.Header.Set("Authorization", "Bearer canary-token")
		_, err := tr.Client().Do(req)
		if err == nil {
			t.Fatal("want an error")
		}
		told = append(told, Clean(err).Error())
	}
	told = append(told, log.String(), fmt.Sprint(tr.Ledger().Lines()))
	for _, s := range told {
		if strings.Contains(s, "canary") {
			t.Errorf("tells a secret: %s", s)
		}
	}
	if tries.Load() == 0 || !strings.Contains(log.String(), "/v1.0/users/{id}/drive") {
		t.Errorf("after %d tries the log is %q", tries.Load(), log.String())
	}
	var asURL *url.Error
	if errors.As(Clean(&url.Error{Op: "Get", URL: "https://a/b", Err: &url.Error{Op: "Get", URL: "https://c/d", Err: io.EOF}}), &asURL) {
		t.Error("Clean left an address inside")
	}
}
