package wire

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// batchTenant answers batches; throttle tells how often each request inside
// is refused before it is served.
type batchTenant struct {
	t        *testing.T
	throttle map[string]int
	sent     [][]string
	at       []time.Time
}

func (b *batchTenant) RoundTrip(r *http.Request) (*http.Response, error) {
	var batch struct {
		Requests []struct{ ID, URL string }
	}
	if err := json.NewDecoder(r.Body).Decode(&batch); err != nil {
		b.t.Error(err)
	}
	var ids, answers []string
	for _, in := range batch.Requests {
		ids = append(ids, in.ID)
		if b.throttle[in.ID] > 0 {
			b.throttle[in.ID]--
			answers = append(answers, fmt.Sprintf(`{"id":%q,"status":429,"headers":{"retry-after":"7"},"body":{}}`, in.ID))
			continue
		}
		answers = append(answers, fmt.Sprintf(`{"id":%q,"status":200,"body":{"of":%q}}`, in.ID, in.URL))
	}
	b.sent, b.at = append(b.sent, ids), append(b.at, time.Now())
	return reply(200, `{"responses":[`+strings.Join(answers, ",")+`]}`), nil
}

// A batch is answered as a whole: what was throttled inside is asked for
// again, alone, after the pause it asked for, and every request inside counts.
func TestBatches(t *testing.T) {
	for _, tc := range []struct {
		name     string
		throttle map[string]int
		requests string
		attempts int
		sent     [][]string
		want     []string
		units    int
	}{
		{"served", nil, `{"id":"a","method":"GET","url":"/users"},{"id":"b","method":"GET","url":"/sites/1/permissions"}`,
			0, [][]string{{"a", "b"}}, []string{"a 200", "b 200"}, 6},
		{"one is throttled twice", map[string]int{"b": 2}, `{"id":"a","method":"GET","url":"/users"},{"id":"b","method":"GET","url":"/sites/1/permissions"}`,
			0, [][]string{{"a", "b"}, {"b"}, {"b"}}, []string{"a 200", "b 200"}, 16},
		{"all together when one needs another", map[string]int{"a": 1}, `{"id":"a","method":"GET","url":"/users"},{"id":"b","method":"GET","url":"/users","dependsOn":["a"]}`,
			0, [][]string{{"a", "b"}, {"a", "b"}}, []string{"a 200", "b 200"}, 4},
		{"given up", map[string]int{"a": 9}, `{"id":"a","method":"GET","url":"/users"},{"id":"b","method":"GET","url":"/users"}`,
			2, [][]string{{"a", "b"}, {"a"}}, []string{"b 200", "a 429"}, 3},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tenant := &batchTenant{t: t, throttle: tc.throttle}
				rule := Rule{Methods: []string{http.MethodPost}, Hosts: []string{"graph.example.com"}, Paths: []string{"/v1.0/$batch"}, Batch: true}
				tr := newTransport(t, Options{Guard: Guard{append([]Rule{rule}, graph.Rules...)}, Base: tenant, Attempts: tc.attempts,
					Units: func(r *http.Request) int {
						if strings.HasSuffix(r.URL.Path, "/permissions") {
							return 5
						}
						return 1
					}})
				got := postBatch(t, tr, tc.requests)
				if diff := cmp.Diff(tc.want, got); diff != "" {
					t.Errorf("answers (-want +got):\n%s", diff)
				}
				if diff := cmp.Diff(tc.sent, tenant.sent); diff != "" {
					t.Errorf("sent (-want +got):\n%s", diff)
				}
				for i := 1; i < len(tenant.at); i++ {
					if gap := tenant.at[i].Sub(tenant.at[i-1]); gap < 7*time.Second {
						t.Errorf("asked again after %s; want 7s", gap)
					}
				}
				units := 0
				for _, l := range tr.Ledger().Lines() {
					units += l.Units
				}
				if units != tc.units {
					t.Errorf("%d units; want %d", units, tc.units)
				}
			})
		})
	}
}

func postBatch(t *testing.T, tr *Transport, requests string) (got []string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "https://graph.example.com/v1.0/$batch", strings.NewReader(`{"requests":[`+requests+`]}`))
	if err != nil {
		t.Fatal(err)
	}
	resp, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err != nil || int64(len(body)) != resp.ContentLength {
		t.Fatalf("%d bytes of %d: %v", len(body), resp.ContentLength, err)
	}
	var batch struct {
		Responses []struct {
			ID     string
			Status int
		}
	}
	if err := json.Unmarshal(body, &batch); err != nil {
		t.Fatal(err)
	}
	for _, a := range batch.Responses {
		got = append(got, fmt.Sprint(a.ID, " ", a.Status))
	}
	return got
}
