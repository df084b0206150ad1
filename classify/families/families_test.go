package families

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

func day(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }

func signatureOf(name, headings string) Signature { return NewSignature(structure(name, headings)) }

// structure is a workbook with one sheet; headings are separated by semicolons.
func structure(name, headings string) inventory.Structure {
	r := inventory.Region{HeaderRows: 1, Headings: strings.Split(headings, "; ")}
	return inventory.Structure{Sheets: []inventory.Sheet{{Name: name, Rows: 40, Columns: len(r.Headings), Regions: []inventory.Region{r}}}}
}

func members() []Member {
	grades := signatureOf("Spring", "Student ID; Name; Quiz; Essay; Exam; Final grade")
	grown := signatureOf("Spring", "Student ID; Name; Quiz; Essay; Exam; Final grade; Resit; Remarks")
	return []Member{
		{ID: "t/p/1", Hash: "sha256:a", Signature: grades, Created: day(2), Modified: day(20), Editor: "ann@example.org"},
		{ID: "t/p/2", Hash: "sha256:a", Signature: grades, Created: day(1), Modified: day(3), Editor: "ann@example.org"},
		{ID: "t/p/3", Hash: "sha256:b", Signature: grown, Created: day(5), Modified: day(30)}, // a program wrote it last
		{ID: "t/p/4", Name: "Choir.xlsx", Hash: "sha256:c", Signature: signatureOf("Sheet1", "Name; Email"), Created: day(1)},
		{ID: "t/p/5", Name: "Neighbours.xlsx", Hash: "sha256:d", Signature: signatureOf("Sheet1", "Name; Email"), Created: day(1)},
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
		if d := cmp.Diff(want, Group(slices.Values(ms))); d != "" {
			t.Fatal(d)
		}
		rand.Shuffle(len(ms), func(i, j int) { ms[i], ms[j] = ms[j], ms[i] })
	}
	if got := Group(slices.Values([]Member(nil))); len(got) != 0 {
		t.Errorf("of nothing: %v", got)
	}
}

func TestSignatureIgnoresDefaultSheetNames(t *testing.T) {
	for _, headings := range []string{"Student ID; Quiz", "Student ID; Quiz; Essay; Exam; Grade"} {
		a, b := signatureOf("Sheet1", headings), signatureOf("Tabelle2", strings.ToUpper(headings))
		if similarity(a, b) != 1 {
			t.Errorf("%v and %v", a, b)
		}
		if c := signatureOf("Spring", headings); similarity(a, c) == 1 {
			t.Error("a sheet's own name changes nothing")
		}
	}
	if s := signatureOf("Sheet1", "Name"); s != nil {
		t.Errorf("one heading has the signature %v", s)
	}
}

// TestPlainStructures joins what has too few headings to be anybody's own only
// when all of its layout is the same and no name speaks against it.
func TestPlainStructures(t *testing.T) {
	longer := structure("Sheet1", "Date; Offers")
	longer.Sheets[0].Rows = 763
	offers := NewSignature(longer)
	tests := []struct {
		name string
		a, b Member
		same bool
	}{
		{"a copy", Member{Name: "Offers.xlsx", Signature: offers}, Member{Name: "Copy of Offers (2).xlsx", Signature: offers}, true},
		{"versions by number", Member{Name: "01.xlsx", Signature: offers}, Member{Name: "02.xlsx", Signature: offers}, true},
		{"another name", Member{Name: "Offers.xlsx", Signature: offers}, Member{Name: "Tenders.xlsx", Signature: offers}, false},
		{"another length", Member{Name: "Offers.xlsx", Signature: offers}, Member{Name: "Offers.xlsx", Signature: signatureOf("Sheet1", "Date; Offers")}, false},
		{"no inside", Member{Name: "Offers.xlsx"}, Member{Name: "Offers.xlsx"}, false},
	}
	for _, tt := range tests {
		tt.a.ID, tt.b.ID = "a", "b"
		if got := len(Group(slices.Values([]Member{tt.a, tt.b}))) == 1; got != tt.same {
			t.Errorf("%s: joined %v", tt.name, got)
		}
	}
}

func TestKindsOfFamily(t *testing.T) {
	form := signatureOf("Expenses", "Date; Merchant; Category; Amount; Receipt; Approved by")
	grown := signatureOf("Expenses", "Date; Merchant; Category; Amount; Receipt; Approved by; Project")
	member := func(id, hash, editor string, s Signature) Member {
		return Member{ID: inventory.AssetID(id), Hash: hash, Editor: editor, Signature: s}
	}
	tests := []struct {
		name    string
		members []Member
		want    string
	}{
		{"alone", []Member{member("a", "h1", "ann", form)}, inventory.FamilySingle},
		{"the same bytes", []Member{member("a", "h1", "ann", form), member("b", "h1", "ben", form)}, inventory.FamilyCopies},
		{"one person's versions", []Member{member("a", "h1", "ann", form), member("b", "h2", "ann", form)}, inventory.FamilyVersions},
		{"everybody's own", []Member{member("a", "h1", "ann", form), member("b", "h2", "ben", form), member("c", "h3", "cem", form)}, inventory.FamilyTemplate},
		{"one of them went on", []Member{member("a", "h1", "ann", form), member("b", "h2", "ben", grown)}, inventory.FamilyVersions},
		{"nobody knows by whom", []Member{member("a", "h1", "", form), member("b", "h2", "ben", form)}, inventory.FamilyVersions},
	}
	for _, tt := range tests {
		got := Group(slices.Values(tt.members))
		if len(got) != 1 || got[0].Kind != tt.want {
			t.Errorf("%s: %v, want one of %s", tt.name, got, tt.want)
		}
	}
}

// BenchmarkFamilies groups a million structures, a third of which are copies
// or versions of others, and tells the memory it took.
func BenchmarkFamilies(b *testing.B) {
	ms := manyMembers(1_000_000)
	for b.Loop() {
		Group(slices.Values(ms))
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(m.Sys)/(1<<20), "MiB")
	b.ReportMetric(float64(len(ms)*b.N)/b.Elapsed().Seconds(), "members/s")
}

// manyMembers makes up structures whose headings follow how often words are
// used: few are common, most are rare.
func manyMembers(n int) []Member {
	r := rand.New(rand.NewPCG(1, 2))
	words := rand.NewZipf(r, 1.2, 20, 200_000)
	ms := make([]Member, n)
	for i := range ms {
		ms[i].ID = inventory.AssetID(fmt.Sprintf("t/p/%07d", i))
		if i > 0 && r.IntN(3) == 0 {
			ms[i].Signature = slices.Clone(ms[r.IntN(i)].Signature)
			if r.IntN(2) == 0 {
				ms[i].Signature[r.IntN(len(ms[i].Signature))] = uint32(words.Uint64())
				slices.Sort(ms[i].Signature)
			}
			continue
		}
		set := map[uint32]bool{}
		for range 5 + r.IntN(20) {
			set[hash32("heading", strconv.FormatUint(words.Uint64(), 10))] = true
		}
		ms[i].Signature = slices.Sorted(maps.Keys(set))
	}
	return ms
}
