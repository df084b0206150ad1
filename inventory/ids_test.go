package inventory

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
)

func TestFoldID(t *testing.T) {
	for in, want := range map[string]string{
		"S-00123": "s00123", " s00123 ": "s00123", "004711234": "4711234", "4711234": "4711234", "INV/2024-001": "inv2024001",
		"{9F1C0D2E-0000-4000-8000-1234567890AB}": "9f1c0d2e0000400080001234567890ab", "МАТ-12345": "мат12345",
		"1234": "", "00012": "", "abcdef": "", "12345.5": "", "a@b.example": "", "2024 05 01": "", "": "",
		"12345678901234567890123456789012345678901": "",
	} {
		got, ok := FoldID(in)
		if !ok {
			got = ""
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func testKey(t *testing.T, secret string) IDKey {
	t.Helper()
	k, err := NewIDKey([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestIDKey(t *testing.T) {
	if _, err := NewIDKey([]byte("too short")); !errors.Is(err, ErrShortKey) {
		t.Error(err)
	}
	a, b := testKey(t, "0123456789abcdef0123456789abcdef\n"), testKey(t, "another0123456789abcdef0123456789")
	if a.Which() == b.Which() || a.Which() == "" || (IDKey{}).Which() != "" || (IDKey{}).On() {
		t.Error("keys are not told apart")
	}
	if a.Hash("s00123") == b.Hash("s00123") || a.Hash("s00123") != testKey(t, "0123456789abcdef0123456789abcdef").Hash("s00123") {
		t.Error("a hash is the key's")
	}
	if a.Hash("s00123") >= 1<<idBits {
		t.Error("a hash is cut")
	}
}

func hashes(k IDKey, from, to int) []uint64 {
	var out []uint64
	for i := from; i < to; i++ {
		out = append(out, k.Hash(fmt.Sprintf("s%05d", i)))
	}
	return out
}

// TestCompare estimates from samples how many ids of a column are a system's,
// over systems and columns of many sizes.
func TestCompare(t *testing.T) {
	key := testKey(t, "0123456789abcdef0123456789abcdef")
	for _, c := range []struct {
		system, column int
		share          float64
		least          int // can be compared
	}{
		{100, 50, 0.8, 50}, {1000, 200, 0.8, 35}, {1000, 1000, 0.5, 55}, {2000, 200, 0.9, 15}, {20_000, 3000, 0.3, 25}, {500, 200, 0, 50}, {500, 200, 1, 50},
	} {
		set := IDSet{Distinct: c.system, Sample: NewIDSample(hashes(key, 0, c.system), SystemIDs)}
		inside := int(c.share * float64(c.column))
		from := hashes(key, 0, inside)
		from = append(from, hashes(key, 100_000, 100_000+c.column-inside)...)
		column := IDColumn{Distinct: c.column, Sample: NewIDSample(from, ColumnIDs)}
		compared, found := column.Compare(set)
		if compared < c.least {
			t.Errorf("%+v: only %d were compared", c, compared)
			continue
		}
		got := float64(found) / float64(compared)
		if off := math.Abs(got - c.share); off > 3*math.Sqrt(0.25/float64(compared)) || (c.share == 0 || c.share == 1) && off > 0 {
			t.Errorf("%+v: %d of %d", c, found, compared)
		}
	}
}

func TestIDSampleText(t *testing.T) {
	key := testKey(t, "0123456789abcdef0123456789abcdef")
	set := IDSet{Name: "numbers", Key: key.Which(), Distinct: 1000, Sample: NewIDSample(hashes(key, 0, 1000), SystemIDs)}
	if err := set.Validate(); err != nil || len(set.Sample) != SystemIDs {
		t.Fatal(err)
	}
	b, err := json.Marshal(set)
	if err != nil {
		t.Fatal(err)
	}
	var back IDSet
	if err := json.Unmarshal(b, &back); err != nil || !slices.Equal(back.Sample, set.Sample) {
		t.Errorf("%v", err)
	}
	for _, bad := range []string{"###", "AAAA", "/////////////////wAAAAAA"} {
		if err := new(IDSample).UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}
