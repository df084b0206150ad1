//go:build unix

package classify

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// BenchmarkClassify judges structures of ordinary size against thirty systems
// and counts the processor's time, of which a busy machine takes no more. The
// garbage collector's counts too.
func BenchmarkClassify(b *testing.B) {
	var systems []inventory.System
	for i, c := range builtin(b).Capabilities[:30] {
		id := fmt.Sprintf("system-%02d", i)
		systems = append(systems, inventory.System{ID: id, Name: id, Capability: c.ID, Hosts: []string{id + ".example.org"}, Targets: []string{id + "_prod"}})
	}
	c := classifier(b, systems...)
	subjects := []inventory.Subject{
		sheet("Spring term", "Student ID; Name; Assignment 1; Assignment 2; Midterm; Final grade; Email; Section"),
		sheet("Log", "Ticket No; Reported By; Date Reported; Issue Description; Severity; Assigned To; Resolution; Date Closed; Remarks"),
		sheet("Sheet1", "sepal length; sepal width; petal length; petal width; species"),
		sheet("Stock", "SKU; Item Name; Qty on Hand; Reorder Level; Bin Location; Supplier; Unit Price; Value; Category; Last Order"),
	}
	subjects[1].Structure.Connections = []inventory.Connection{{Kind: "odbc", Target: "db01/other/objects"}}
	start := processorTime(b)
	for i := 0; b.Loop(); i++ {
		c.Classify(subjects[i%len(subjects)])
	}
	b.ReportMetric(float64(b.N)/(processorTime(b)-start).Seconds(), "structures/CPU-s")
}

func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
