package inventory

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// An IDKey turns the ids of a system into numbers that tell nothing without
// it: "is this id one of those?" can be answered, and "which ids are these?"
// only by who holds the key and tries every id there could be. The zero IDKey
// is none.
type IDKey struct{ secret []byte }

// minIDKey is how long a key is at least, in bytes.
const minIDKey = 32

// ErrShortKey is returned for a key that could be guessed.
var ErrShortKey = errors.New("a key for ids has 32 bytes at least: write one with head -c 32 /dev/urandom | base64")

// NewIDKey takes a secret for a key; white space around it does not count.
func NewIDKey(secret []byte) (IDKey, error) {
	s := strings.TrimSpace(string(secret))
	if len(s) < minIDKey {
		return IDKey{}, ErrShortKey
	}
	return IDKey{[]byte(s)}, nil
}

// On reports whether there is a key.
func (k IDKey) On() bool { return len(k.secret) > 0 }

// Which names the key without telling it; "" for none. Samples that were made
// with different keys cannot be compared.
func (k IDKey) Which() string {
	if !k.On() {
		return ""
	}
	return hex.EncodeToString(k.sum("which key")[:4])
}

// idBits is how much of a hash is kept: enough that two of a million ids
// hardly ever meet.
const idBits = 48

// Hash is what stands for an id, which [FoldID] gave.
func (k IDKey) Hash(folded string) uint64 {
	return binary.BigEndian.Uint64(k.sum("id\x00"+folded)) >> (64 - idBits)
}

func (k IDKey) sum(text string) []byte {
	h := hmac.New(sha256.New, k.secret)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// What an id has, once it is folded.
const (
	minID       = 5 // characters: shorter ones number the rows of anything
	maxID       = 40
	minIDDigits = 3
)

// FoldID writes an id in the one way in which it is compared: S-00123 is
// s00123, and 004711234 is 4711234, as a spreadsheet has it. It is false for
// what is no id: too short, too long, without digits, or more than one word.
func FoldID(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if len(s) > 2*maxID {
		return "", false
	}
	var b strings.Builder
	digits, letters := 0, 0
	for _, r := range s {
		switch {
		case r >= '0' && r <= '9':
			digits++
		case unicode.IsLetter(r):
			letters++
		case strings.ContainsRune("-_/#{}", r):
			continue
		default:
			return "", false
		}
		b.WriteRune(unicode.ToLower(r))
	}
	folded := b.String()
	if letters == 0 {
		folded = strings.TrimLeft(folded, "0")
	}
	return folded, digits >= minIDDigits && len(folded) >= minID && len(folded) <= maxID
}

// An IDSample is the lowest hashes of a set of ids, ascending: the same ids
// are in the sample of every set that has them. This is the k minimum values
// of Bar-Yossef and others, "Counting distinct elements in a data stream",
// RANDOM 2002.
type IDSample []uint64

// NewIDSample keeps at most so many of the hashes, each once.
func NewIDSample(hashes []uint64, most int) IDSample {
	s := slices.Clone(hashes)
	slices.Sort(s)
	s = slices.Compact(s)
	return IDSample(slices.Clone(s[:min(len(s), most)]))
}

// MarshalText writes six bytes for each hash, as base64.
func (s IDSample) MarshalText() ([]byte, error) {
	b := make([]byte, 0, idBits/8*len(s))
	for _, h := range s {
		b = append(b, binary.BigEndian.AppendUint64(nil, h)[8-idBits/8:]...)
	}
	return base64.StdEncoding.AppendEncode(nil, b), nil
}

// UnmarshalText reads what MarshalText wrote; white space within does not
// count.
func (s *IDSample) UnmarshalText(text []byte) error {
	b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(string(text)), ""))
	if err != nil || len(b)%(idBits/8) != 0 {
		return errors.New("no sample of ids: it is damaged; learn it again")
	}
	*s = nil
	for ; len(b) > 0; b = b[idBits/8:] {
		*s = append(*s, binary.BigEndian.Uint64(append(make([]byte, 8-idBits/8), b[:idBits/8]...)))
	}
	if !slices.IsSorted(*s) {
		return errors.New("no sample of ids: it is out of order; learn it again")
	}
	return nil
}

// What is kept of the ids of a system, and of a column of a workbook. Fewer
// would do for a column too: of a large system's ids only few are in both.
const (
	SystemIDs = 256
	ColumnIDs = 64
)

// An IDSet is a keyed sample of the ids that a system gives out.
type IDSet struct {
	Name     string   `json:"name" yaml:"name"`         // what people call them: student numbers
	Key      string   `json:"key" yaml:"key"`           // which key; see IDKey.Which
	Distinct int      `json:"distinct" yaml:"distinct"` // how many there were
	Chance   float64  `json:"chance" yaml:"chance"`     // how probable it is that a number of the same range is one of them, 0 to 1
	Sample   IDSample `json:"sample" yaml:"sample"`
}

// An IDColumn is a keyed sample of a column that holds ids.
type IDColumn struct {
	Distinct int      `json:"distinct"`
	Sample   IDSample `json:"sample"`
}

// IDs are the columns of a workbook that hold ids, and which key they were
// read with; "" when they were read without.
type IDs struct {
	Key     string
	Columns []IDColumn
}

// Compare tells how many of a column's ids can be compared with a set's, and
// how many of these are in it. Both samples are complete below the lower of
// their ends, and nothing is known above it.
func (c IDColumn) Compare(s IDSet) (compared, found int) {
	end := min(c.Sample.end(c.Distinct), s.Sample.end(s.Distinct))
	for _, h := range c.Sample {
		if h > end {
			break
		}
		compared++
		if _, ok := slices.BinarySearch(s.Sample, h); ok {
			found++
		}
	}
	return compared, found
}

// end is the hash up to which a sample of so many ids has them all.
func (s IDSample) end(distinct int) uint64 {
	if len(s) == 0 || len(s) >= distinct {
		return 1<<idBits - 1
	}
	return s[len(s)-1]
}

// Validate reports what is wrong with a set.
func (s IDSet) Validate() error {
	switch {
	case s.Name == "":
		return errors.New("the ids have no name; write what people call them, such as student numbers")
	case s.Key == "":
		return fmt.Errorf("%s: it does not say which key they were learnt with; learn them again", s.Name)
	case len(s.Sample) == 0 || len(s.Sample) > SystemIDs || s.Distinct < len(s.Sample):
		return fmt.Errorf("%s: a sample holds 1 to %d ids; learn them again", s.Name, SystemIDs)
	case s.Chance < 0 || s.Chance > 1:
		return fmt.Errorf("%s: chance is a share between 0 and 1", s.Name)
	}
	return nil
}
