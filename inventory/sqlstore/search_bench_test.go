package sqlstore_test

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/inventory/sqlstore/storetest"
)

// large opens an inventory of DESIREPATH_BENCH assets. With
// DESIREPATH_BENCH_STORE it is made there once and used again.
func large(b *testing.B) *sqlstore.Store {
	b.Helper()
	n, _ := strconv.Atoi(os.Getenv("DESIREPATH_BENCH"))
	if n == 0 {
		b.Skip("DESIREPATH_BENCH=1000000 asks for it; to fill the inventory takes minutes")
	}
	path := cmp.Or(os.Getenv("DESIREPATH_BENCH_STORE"), filepath.Join(b.TempDir(), "inventory.db"))
	_, err := os.Stat(path)
	s := openAt(b, path, sqlstore.Options{})
	if err != nil {
		began := time.Now()
		if err := storetest.Fill(b.Context(), s, n); err != nil {
			b.Fatal(err)
		}
		b.Logf("filled in %v", time.Since(began).Round(time.Second))
	}
	return s
}

func BenchmarkSearch(b *testing.B) {
	s := large(b)
	for _, q := range []inventory.Search{
		{}, {Near: true}, {Kind: inventory.KindForm}, {System: "s1"}, {State: inventory.Talking}, {Orphaned: true}, {Tenant: "m365", Near: true, Certainty: 0.9},
		{Since: time.Date(2026, 10, 25, 0, 0, 0, 0, time.UTC)}, {Since: time.Date(2024, 10, 25, 0, 0, 0, 0, time.UTC), Near: true},
		{Tenant: "m365", Place: "b!-RIj2DuyvEyV1T4NlOaMHk8XkS_I8MdFlUCq1Blcjgm000007"},
		{Text: "budget"}, {Text: "bu"}, {Text: "budget physics grades"}, {Text: `"final grades"`}, {Text: "budget", Near: true, System: "s2"}, {Text: "zzz"}, {Text: "xlsx"},
		{Text: "unit", Orphaned: true},
	} {
		for _, q.Sort = range []inventory.Sort{inventory.ByCertainty, inventory.BySize, inventory.ByName} {
			b.Run(fmt.Sprintf("%s/%+v", q.Sort, q), func(b *testing.B) {
				for b.Loop() {
					found, err := s.Search(b.Context(), q)
					if err != nil {
						b.Fatal(err)
					}
					b.ReportMetric(float64(found.Total.N), "found")
					b.ReportMetric(float64(len(found.Records)), "rows")
				}
			})
		}
	}
}
