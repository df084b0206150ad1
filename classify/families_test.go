package classify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

func signatureOf(name, headings string) Signature {
	return NewSignature(sheet(name, headings).Structure)
}

func members() []Member {
	grades := signatureOf("Spring", "Student ID; Name; Quiz; Essay; Exam; Final grade")
	grown := signatureOf("Spring", "Student ID; Name; Quiz; Essay; Exam; Final grade; Resit; Remarks")
	return []Member{
		{ID: "t/p/1", Hash: "sha256:a", Signature: grades, Created: day(2), Modified: day(20), Editor: "ann@example.org"},
		{ID: "t/p/2", Hash: "sha256:a", Signature: grades, Created: day(1), Modified: day(3), Editor: "ann@example.org"},
		{ID: "t/p/3", Hash: "sha256:b", Signature: grown, Created: day(5), Modified: day(30)}, // a program wrote it last
		{ID: "t/p/4", Hash: "sha256:c", Signature: signatureOf("Sheet1", "Name; Email"), Created: day(1)},
		{ID: "t/p/5", Hash: "sha256:d", Signature: signatureOf("Sheet1", "Name; Email"), Created: day(1)},
		{ID: "t/p/6", Hash: "sha256:e", Created: day(9), Modified: day(9)},
		{ID: "t/p/7", Hash: "sha256:e", Created: day(8), Modified: day(8)},
	}
}

func TestFamilies(t *testing.T) {
	want := []inventory.Family{
		{ID: "t/p/2", Kind: inventory.FamilyVersions, Members: []inventory.AssetID{"t/p/1", "t/p/2", "t/p/3"}, Representative: "t/p/1"},
		{ID: "t/p/4", Kind: inventory.FamilySingle, Members: []inventory.AssetID{"t/p/4"}, Representative: "t/p/4"},
		{ID: "t/p/5", Kind: inventory.FamilySingle, Members: []inventory.AssetID{"t/p/5"}, Representative: "t/p/5"},
		{ID: "t/p/7", Kind: inventory.FamilyCopies, Members: []inventory.AssetID{"t/p/6", "t/p/7"}, Representative: "t/p/6"},
	}
	ms := members()
	for range 10 {
		if d := cmp.Diff(want, Families(slices.Values(ms))); d != "" {
			t.Fatal(d)
		}
		rand.Shuffle(len(ms), func(i, j int) { ms[i], ms[j] = ms[j], ms[i] })
	}
	if got := Families(slices.Values([]Member(nil))); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestSignatureIgnoresDefaultSheetNames(t *testing.T) {
	a, b := signatureOf("Sheet1", "Student ID; Quiz"), signatureOf("Tabelle2", "student id; QUIZ")
	if similarity(a, b) != 1 || len(a) != 2 {
		t.Errorf("%v and %v", a, b)
	}
	if c := signatureOf("Spring", "Student ID; Quiz"); similarity(a, c) == 1 {
		t.Error("a sheet's own name changes nothing")
	}
}

func BenchmarkFamilies(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 2))
	var ms []Member
	for i := range 20_000 {
		headings := ""
		for range 8 {
			headings += fmt.Sprintf("w%c%c;", 'a'+r.IntN(26), 'a'+r.IntN(26))
		}
		ms = append(ms, Member{ID: inventory.AssetID(fmt.Sprintf("t/p/%06d", i)), Signature: signatureOf("Sheet1", headings)})
	}
	for b.Loop() {
		Families(slices.Values(ms))
	}
	b.ReportMetric(float64(len(ms)*b.N)/b.Elapsed().Seconds(), "members/s")
}
