package microsoft

import (
	"runtime"
	"strings"
	"testing"
	"time"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/desirepath/desirepath/inventory"
)

// BenchmarkPageTimes reads a page of 1,000 files over loopback, compressed,
// and has the SDK's generated models read it too, through the SDK's own
// adapter, in turn: whatever else this machine does slows both. times is how
// many times the models' files a second are ours.
//
//	go test ./scanners/microsoft -run - -bench PageTimes -count 3
func BenchmarkPageTimes(b *testing.B) {
	s, link := feedServer(b)
	var ours, theirs time.Duration
	for b.Loop() {
		begun := time.Now()
		for range 10 {
			readPage(b, s, link)
		}
		between := time.Now()
		readPageByModels(b, s, link)
		ours, theirs = ours+between.Sub(begun)/10, theirs+time.Since(between)
	}
	b.ReportMetric(float64(b.N)*pageOf/ours.Seconds(), "files/s")
	b.ReportMetric(float64(b.N)*pageOf/theirs.Seconds(), "files/s-models")
	b.ReportMetric(float64(theirs)/float64(ours), "times")
	b.ReportMetric(bytesOf(20, func() { readPage(b, s, link) })/pageOf, "B/file")
}

// readPage reads a page to changes of the inventory.
func readPage(b *testing.B, s *Scanner, link string) {
	feed, err := s.feed(b.Context(), mark{link: strings.TrimPrefix(link, s.graph.base.String())})
	if err != nil {
		b.Fatal(err)
	}
	changes, err := s.changes(b.Context(), inventory.Place{Tenant: "alder", ID: "b!x"}, feed.items)
	if err != nil || len(changes) != pageOf {
		b.Fatal(len(changes), err)
	}
}

func readPageByModels(b *testing.B, s *Scanner, link string) {
	u, err := s.graph.pin(link)
	if err != nil {
		b.Fatal(err)
	}
	info := abs.NewRequestInformation()
	info.Method = abs.GET
	info.SetUri(*u)
	page, err := s.graph.adapter.Send(b.Context(), info, models.CreateDriveItemCollectionResponseFromDiscriminatorValue, nil)
	if err != nil || len(page.(models.DriveItemCollectionResponseable).GetValue()) != pageOf {
		b.Fatal(err)
	}
}

// bytesOf is how many bytes f allocates on the average.
func bytesOf(runs int, f func()) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range runs {
		f()
	}
	runtime.ReadMemStats(&after)
	return float64(after.TotalAlloc-before.TotalAlloc) / float64(runs)
}
