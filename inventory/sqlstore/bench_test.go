package sqlstore_test

import (
	"fmt"
	"runtime"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/inventory/sqlstore/pgtest"
)

const benchPage = 10_000

// benchChanges are workbooks in folders, with ids as long as Graph's.
func benchChanges(page int, revision string) []inventory.Change {
	cs := make([]inventory.Change, 0, benchPage)
	for n := range benchPage {
		id := fmt.Sprintf("01BYE5RZ6QN3ZWBTUFOFD3GSPGOHDJ%08d", page*benchPage+n)
		if n%50 == 0 {
			cs = append(cs, folder("f"+id, fmt.Sprintf("f01BYE5RZ6QN3ZWBTUFOFD3GSPGOHDJ%08d", page*benchPage+n/2/50*50), "Folder"))
		}
		cs = append(cs, bookWith(id, func(a *inventory.Asset) {
			a.Revision, a.Parent = revision, fmt.Sprintf("f01BYE5RZ6QN3ZWBTUFOFD3GSPGOHDJ%08d", page*benchPage+n/50*50)
			a.URL = "https://alderbay.example/sites/physics/Shared%20Documents/" + id
			a.Owner, a.CreatedBy, a.ModifiedBy = "ada@alder.example", "ada@alder.example", "bob@alder.example"
		}))
	}
	return cs
}

// BenchmarkApply writes pages of ten thousand rows to both stores in one run.
func BenchmarkApply(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) {
		benchApply(b, func(b *testing.B) *sqlstore.Store { return open(b, sqlstore.Options{}) })
	})
	b.Run("postgres", func(b *testing.B) {
		server := pgtest.Address(b)
		benchApply(b, func(b *testing.B) *sqlstore.Store {
			return openAt(b, pgtest.Schema(b, server, b.TempDir()), sqlstore.Options{})
		})
	})
}

func benchApply(b *testing.B, open func(b *testing.B) *sqlstore.Store) {
	for _, kind := range []string{"new", "altered", "unchanged"} {
		b.Run(kind, func(b *testing.B) {
			s := open(b)
			place := inventory.Place{Tenant: "t", ID: "b!-RIj2DuyvEyV1T4NlOaMHk8XkS_I8MdFlUCq1BlcjgmhRfAj3-Z8RY2VpuvV_tpd", Kind: inventory.PlaceLibrary}
			from := inventory.Cursor("")
			if kind != "new" {
				apply(b, s, place, "", full("warm", benchChanges(0, "1")...))
				from = "warm"
			}
			n := 0
			for b.Loop() {
				n++
				b.StopTimer()
				page, revision := 0, "1"
				switch kind {
				case "new":
					page = n
				case "altered":
					revision = fmt.Sprint(n + 1)
				}
				p := full(inventory.Cursor(fmt.Sprint(n)), benchChanges(page, revision)...)
				b.StartTimer()
				apply(b, s, place, from, p)
				from = p.Next
			}
			b.ReportMetric(float64(n*benchPage)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func BenchmarkRecords(b *testing.B) {
	const pages = 10
	s := open(b, sqlstore.Options{})
	from := inventory.Cursor("")
	for n := range pages {
		p := full(inventory.Cursor(fmt.Sprint(n+1)), benchChanges(n, "1")...)
		apply(b, s, drive, from, p)
		from = p.Next
	}
	var peak uint64
	n := 0
	for b.Loop() {
		for _, err := range s.Records(b.Context(), sqlstore.Filter{}) {
			if err != nil {
				b.Fatal(err)
			}
			if n++; n%20_000 == 0 {
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapInuse)
			}
		}
	}
	b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "rows/s")
	b.ReportMetric(float64(peak)/(1<<20), "MiB-heap")
}

func BenchmarkDue(b *testing.B) {
	s := open(b, sqlstore.Options{})
	from := inventory.Cursor("")
	for n := range 10 {
		p := full(inventory.Cursor(fmt.Sprint(n+1)), benchChanges(n, "1")...)
		apply(b, s, drive, from, p)
		from = p.Next
	}
	q := heads
	q.Limit = 100
	for b.Loop() {
		if len(due(b, s, q)) != 100 {
			b.Fatal("too few")
		}
	}
}
