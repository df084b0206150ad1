package microsoft

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// Scans are shared between workspaces: one takes up to a hundred, and the hour
// has 500. Whoever asks for a workspace first has others scanned with it that
// will be asked for next, and these find their result.
type scans struct {
	mu       sync.Mutex
	started  time.Time // of the listing of places
	expected []string  // workspaces that may be scanned and were not yet asked for, in order
	batches  map[string]*batch
	changed  map[time.Time]map[string]bool // by when it was asked from

	asking sync.Mutex // so that one asks what changed and the others wait for it
}

// scanTop is how many workspaces one scan takes.
const scanTop = 100

// A batch is one scan. Its fields may be read when it is done.
type batch struct {
	ids  []string
	done chan struct{}
	err  error
	scanResult
}

// begin forgets an earlier listing.
func (s *scans) begin(now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.started, s.expected, s.batches, s.changed = now, nil, map[string]*batch{}, map[time.Time]map[string]bool{}
}

func (s *scans) cursor() inventory.Cursor {
	s.mu.Lock()
	defer s.mu.Unlock()
	return inventory.Cursor(scannedMark + s.started.UTC().Format(time.RFC3339))
}

func (s *scans) expect(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.expected = append(s.expected, id)
}

// drop says that nobody will ask for a workspace.
func (s *scans) drop(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.take(id)
	delete(s.batches, id)
}

func (s *scans) take(id string) {
	if i := slices.Index(s.expected, id); i >= 0 {
		s.expected = slices.Delete(s.expected, i, i+1)
	}
}

// since tells what changed since a time, which is asked once.
func (s *scans) since(from time.Time, ask func() (map[string]bool, error)) (map[string]bool, error) {
	s.asking.Lock()
	defer s.asking.Unlock()
	s.mu.Lock()
	known := s.changed[from]
	s.mu.Unlock()
	if known != nil {
		return known, nil
	}
	told, err := ask()
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.changed == nil {
		s.changed = map[time.Time]map[string]bool{}
	}
	s.changed[from] = told
	return told, nil
}

// join gives the batch that a workspace is scanned in. Whoever began it has to
// run it.
func (s *scans) join(id string) (b *batch, began bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.batches == nil {
		s.batches = map[string]*batch{}
	}
	s.take(id)
	if b = s.batches[id]; b != nil {
		delete(s.batches, id)
		return b, false
	}
	b = &batch{ids: append([]string{id}, s.company(id)...), done: make(chan struct{})}
	for _, other := range b.ids[1:] {
		s.batches[other] = b
		s.take(other)
	}
	return b, true
}

// company picks who is scanned together with a workspace: those that changed;
// and where it is not one of these but new, others that may be as new as it.
func (s *scans) company(id string) []string {
	var sure, maybe []string
	for _, other := range s.expected {
		if s.hasChanged(other) {
			sure = append(sure, other)
		} else if len(maybe) < scanTop {
			maybe = append(maybe, other)
		}
	}
	if !s.hasChanged(id) {
		sure = append(sure, maybe...)
	}
	return sure[:min(len(sure), scanTop-1)]
}

func (s *scans) hasChanged(id string) bool {
	for _, changed := range s.changed {
		if changed[strings.ToLower(id)] {
			return true
		}
	}
	return false
}

// scan tells what is in a workspace. What a scan of many could not tell, a
// scan of one may: it was too much at once, or one of them was deleted.
func (s *Scanner) scan(ctx context.Context, id string) (foundWorkspace, error) {
	b, began := s.scans.join(id)
	if began {
		func() {
			defer close(b.done) // whatever happens: others wait for it
			b.scanResult, b.err = s.runScan(ctx, b.ids)
		}()
	}
	select {
	case <-ctx.Done():
		return foundWorkspace{}, ctx.Err()
	case <-b.done:
	}
	result, err := b.scanResult, b.err
	if err != nil && len(b.ids) > 1 && ctx.Err() == nil && !errors.Is(err, inventory.ErrNotPermitted) && !errors.Is(err, wire.ErrPaused) {
		result, err = s.runScan(ctx, []string{id})
	}
	if err != nil {
		return foundWorkspace{}, err
	}
	return result.of(id)
}

// runScan begins a scan, waits for its end and fetches what it found.
func (s *Scanner) runScan(ctx context.Context, ids []string) (scanResult, error) {
	query := url.Values{"lineage": {"true"}, "datasourceDetails": {"true"}, "datasetSchema": {"true"}, "datasetExpressions": {"false"}, "getArtifactUsers": {"true"}}
	c := s.power[atPowerBI]
	var scan scanState
	err := c.post(ctx, getInfoPath, query, map[string]any{"workspaces": ids}, &scan)
	if err == nil {
		err = plainID(scan.ID)
	}
	if err != nil {
		return scanResult{}, err
	}
	err = s.untilReady(ctx, func() (bool, error) {
		err := c.get(ctx, scanStatusPath(scan.ID), nil, &scan)
		if scan.Status == "Failed" {
			err = errors.Join(err, errors.New("Power BI did not finish the scan"))
		}
		return scan.Status == "Succeeded", err
	})
	var result scanResult
	if err == nil {
		err = c.get(ctx, scanResultPath(scan.ID), nil, &result)
	}
	return result, err
}

type scanState struct {
	ID     string `json:"id"`
	Status string `json:"status"` // NotStarted, Running, Succeeded or Failed
}

// patience is how long is waited for what a service works out.
const patience = 20 * time.Minute

// untilReady asks whether something is ready, ever less often.
func (s *Scanner) untilReady(ctx context.Context, ready func() (bool, error)) error {
	wait := cmp.Or(s.o.Poll, time.Second)
	for waited := time.Duration(0); waited < patience; {
		done, err := ready()
		if done || err != nil {
			return err
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
		waited += wait
		wait = min(2*wait, 30*time.Second)
	}
	return fmt.Errorf("it was not ready within %v; run again later", patience)
}
