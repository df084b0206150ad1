package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A bundle is a JSON batch on its way. The tenant throttles the requests
// inside one by one: those that were answered are kept, the others are asked
// again after the longest pause that any of them asks for.
type bundle struct {
	t       *Transport
	req     *http.Request
	open    []part // requests without an answer yet
	chained bool   // some depend on others, so that they go together
	answers []json.RawMessage
}

// A part is one request inside a batch.
type part struct {
	id    string
	raw   json.RawMessage
	units int
}

// newBundle reads a batch that the guard has admitted.
func (t *Transport) newBundle(req *http.Request, body []byte) (*bundle, error) {
	plain, err := inflate(req, body)
	if err != nil {
		return nil, err
	}
	inside, err := readBatch(plain)
	if err != nil {
		return nil, err
	}
	var raw struct{ Requests []json.RawMessage }
	if err := json.Unmarshal(plain, &raw); err != nil || len(raw.Requests) != len(inside) {
		return nil, errOpaque
	}
	b := &bundle{t: t, req: req.Clone(req.Context())}
	b.req.Header.Del("Content-Encoding")
	for i, in := range inside {
		read, err := in.request(req)
		if err != nil {
			return nil, err
		}
		b.open = append(b.open, part{id: in.id, raw: raw.Requests[i], units: t.o.Units(read)})
		b.chained = b.chained || in.depends
	}
	return b, nil
}

// send asks until every request inside has an answer that is not "later".
func (b *bundle) send() (*http.Response, error) {
	for try := 1; ; try++ {
		body, err := json.Marshal(map[string]any{"requests": b.raw()})
		if err != nil {
			return nil, err
		}
		resp, err := b.t.send(b.req, body, b.units())
		if err != nil || resp.StatusCode != http.StatusOK {
			return resp, err
		}
		wait, err := b.take(resp, try >= b.t.o.Attempts)
		if err != nil {
			return nil, err
		}
		if len(b.open) == 0 {
			return b.whole(resp)
		}
		b.t.pause(b.req.Context(), max(wait, newBackoff(b.t.o.Pace).NextBackOff()))
	}
}

func (b *bundle) raw() (all []json.RawMessage) {
	for _, p := range b.open {
		all = append(all, p.raw)
	}
	return all
}

func (b *bundle) units() (n int) {
	for _, p := range b.open {
		n += p.units
	}
	return n
}

// take keeps the answers that are good, all of them if this was the last try,
// and tells how long those that are not ask us to stay away.
func (b *bundle) take(resp *http.Response, last bool) (wait time.Duration, err error) {
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	if err != nil {
		return 0, fmt.Errorf("%w: %w", ErrCut, err)
	}
	var got struct{ Responses []json.RawMessage }
	if err := json.Unmarshal(body, &got); err != nil {
		return 0, fmt.Errorf("batch: %w", err)
	}
	answers, throttled := map[string]json.RawMessage{}, map[string]bool{}
	for _, raw := range got.Responses {
		var a answered
		if err := json.Unmarshal(raw, &a); err != nil {
			return 0, fmt.Errorf("batch: %w", err)
		}
		answers[a.ID] = raw
		if again, asked := a.later(); again {
			throttled[a.ID], wait = true, max(wait, asked)
		}
	}
	if b.chained && len(throttled) > 0 && !last {
		return wait, nil
	}
	var open []part
	for _, p := range b.open {
		if throttled[p.id] && !last {
			open = append(open, p)
		} else if a, ok := answers[p.id]; ok {
			b.answers = append(b.answers, a)
		}
	}
	b.open = open
	return wait, nil
}

// whole is the last answer with those of all tries in its body.
func (b *bundle) whole(resp *http.Response) (*http.Response, error) {
	body, err := json.Marshal(map[string]any{"responses": append([]json.RawMessage{}, b.answers...)})
	if err != nil {
		return nil, err
	}
	resp.Header = maps.Clone(resp.Header)
	resp.Header.Set("Content-Length", strconv.Itoa(len(body)))
	resp.ContentLength, resp.Body = int64(len(body)), io.NopCloser(bytes.NewReader(body))
	return resp, nil
}

// answered is one answer inside a batch, as far as its pace goes.
type answered struct {
	ID      string
	Status  int
	Headers map[string]string
}

func (a answered) later() (again bool, asked time.Duration) {
	h := http.Header{}
	for name, value := range a.Headers {
		h.Set(name, value)
	}
	asked, found := retryAfter(&http.Response{StatusCode: a.Status, Header: h}, time.Now())
	return a.Status == http.StatusTooManyRequests || a.Status == http.StatusServiceUnavailable && found, asked
}

// isBatch reports whether a request is a JSON batch by its address.
func isBatch(req *http.Request) bool {
	return req.Method == http.MethodPost && strings.HasSuffix(req.URL.Path, "/$batch")
}
