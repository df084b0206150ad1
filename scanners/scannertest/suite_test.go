package scannertest_test

import (
	"context"
	"iter"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
)

// mistake names, in the environment of a child process, the mistake that the
// paper scanner makes.
const mistake = "SCANNERTEST_MISTAKE"

// TestSuite runs the suite on a scanner without fault, or in a child process
// on one with a mistake.
func TestSuite(t *testing.T) {
	scannertest.Run(t, scannertest.Harness{New: newFixture})
}

// TestSuiteOnStore runs the suite on the store instead of its model.
func TestSuiteOnStore(t *testing.T) {
	if os.Getenv(mistake) != "" {
		t.Skip("skipped: this is the child process")
	}
	scannertest.Run(t, scannertest.Harness{New: newFixture, Store: openStore})
}

func newFixture(t *testing.T) *scannertest.Fixture {
	v := newVendor(t, os.Getenv(mistake))
	return &scannertest.Fixture{
		Scanner:     func() scanners.Scanner { return &paper{v} },
		Tenant:      v.tenant,
		Incremental: true,
		Expire:      v.tenant.Expire,
		Faults:      func(spec string) { v.faults, _ = emulator.ParseFaults(spec) },
		Early:       v.early,
		Requests:    v.requests,
	}
}

// store is an inventory on disk as the suite's store.
type store struct{ *sqlstore.Store }

func (s store) Records(ctx context.Context) iter.Seq2[inventory.Record, error] {
	return s.Store.Records(ctx, sqlstore.Filter{})
}

func openStore(t *testing.T, scope inventory.Scope) scannertest.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{Scope: scope})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return store{s}
}

// TestSuiteFindsMistakes checks that every case can fail: for each there is a
// mistake that it finds.
func TestSuiteFindsMistakes(t *testing.T) {
	tests := []struct{ mistake, found string }{
		{"loses the last of a page", "FullListingEqualsTruth"},
		{"knows no folders", "FullListingEqualsTruth"},
		{"completes early", "RelistingCutRemovesNothing"},
		{"relists every night", "SecondPassChangesNothing"},
		{"forgets removals", "ChangesAreSeen"},
		{"has one revision", "ChangesAreSeen"},
		{"misses folder changes", "FolderChangesReachWhatLiesInside"},
		{"resumes too late", "CrashAtEveryPage"},
		{"resumes changes too late", "CrashBetweenChanges"},
		{"starts changes after the listing", "ChangesWhileCut"},
		{"hides expiry", "ExpiredCursor"},
		{"comes early", "Throttling"},
		{"gives up", "Unreliable"},
		{"stops at empty pages", "EmptyPages"},
		{"takes the first", "RepeatedAssets"},
		{"follows any link", "ForeignLink"},
		{"asks for every place", "Exclusion"},
		{"leaves work running", "CancelBetweenPages"},
		{"sleeps through", "CancelWhileWaiting"},
	}
	if os.Getenv(mistake) != "" {
		t.Skip("skipped: this is the child process")
	}
	for _, tt := range tests {
		t.Run(tt.mistake, func(t *testing.T) {
			t.Parallel()
			cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestSuite$/^"+tt.found+"$", "-test.v")
			cmd.Env = append(os.Environ(), mistake+"="+tt.mistake)
			out, err := cmd.CombinedOutput()
			failed := regexp.MustCompile(`--- FAIL: TestSuite/(\w+)`).FindStringSubmatch(string(out))
			if err == nil || failed == nil || failed[1] != tt.found || strings.Contains(string(out), "panic:") {
				t.Errorf("%s did not find it: %v\n%s", tt.found, err, out)
			}
		})
	}
}
