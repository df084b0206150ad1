// Package workbook looks inside spreadsheets and database files. Each format supplies a [Grid],
// its cells as they come, and a [Meta], what else is known; [Build] finds the
// tables and their headings and returns an inventory.Structure, which holds
// no cell value.
//
// [Read] goes by what a file holds, not by its name. What it cannot read it
// names: every error of a file's own making wraps inventory.ErrUnreadable, and
// [Reason] puts it into one stable word.
//
// What is around has rooms of its own: deflate, xml and ole read what formats
// lie in, codepage their text, access a format that has no cells; personal and
// target say what of a name and of an address may be kept.
package workbook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/access"
	"github.com/desirepath/desirepath/scanners/workbook/ole"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// ReaderVersion is the version of what Read and Build see. It grows when the
// same bytes would give another Structure, so that assets are read again.
const ReaderVersion = 5

// Options say how to read.
type Options struct {
	Limits Limits
	// Depth is DepthFull unless it is DepthHeads: then only the first rows of
	// each sheet are read, and formulas are counted there alone.
	Depth inventory.Depth
	// Personal tells names that must not be kept, such as the full names of
	// people in the directory; see Meta.
	Personal func(string) bool
	// IDs is the key that columns of ids are sampled with; the zero key samples
	// none. See Meta.
	IDs inventory.IDKey
}

// Limits bound what one file may cost. A zero field has a default.
type Limits struct {
	FileBytes  int64 // of the file; 256 MiB
	PartBytes  int64 // of one part of it, inflated; 1 GiB
	TotalBytes int64 // of all parts, inflated; 2 GiB
	Entries    int   // parts in the file; 20,000
	Rows       int   // of a sheet that are read; 1,048,576
	Columns    int   // of a sheet that are read; 16,384
	Sheets     int   // 2,000
	Strings    int   // distinct strings of a workbook; 4 million
	Time       time.Duration
}

func (l Limits) orDefaults() Limits {
	return Limits{
		FileBytes:  orDefault(l.FileBytes, 256<<20),
		PartBytes:  orDefault(l.PartBytes, 1<<30),
		TotalBytes: orDefault(l.TotalBytes, 2<<30),
		Entries:    orDefault(l.Entries, 20_000),
		Rows:       min(orDefault(l.Rows, maxRows), maxRows),
		Columns:    min(orDefault(l.Columns, maxColumns), maxColumns),
		Sheets:     orDefault(l.Sheets, 2_000),
		Strings:    orDefault(l.Strings, 4_000_000),
		Time:       orDefault(l.Time, 60*time.Second),
	}
}

func orDefault[T int | int64 | time.Duration](v, otherwise T) T {
	if v <= 0 {
		return otherwise
	}
	return v
}

// Read looks inside the file of the given size. The name is a hint where the
// content alone does not tell, as with delimited text. Errors wrap
// inventory.ErrUnreadable when the content is at fault, and ctx's error when
// it ended.
func Read(ctx context.Context, r io.ReaderAt, size int64, name string, o Options) (s inventory.Structure, err error) {
	o.Limits = o.Limits.orDefaults()
	if o.Depth == inventory.DepthNone {
		o.Depth = inventory.DepthFull
	}
	limited, cancel := context.WithTimeoutCause(ctx, o.Limits.Time, errSlow)
	defer cancel()
	src := &source{r: r, size: size, name: name, Options: o}
	src.stopped = func() error { return context.Cause(limited) }
	defer func() {
		if p := recover(); p != nil {
			err = unreadable("damaged", "the reader gave up on it: %v", p)
		}
		if err = src.explain(err); err != nil {
			s = inventory.Structure{}
		}
		s.BytesRead = src.read
	}()
	format, err := src.recognise()
	if err != nil {
		return s, err
	}
	return format(src)
}

// A source is a file being read. It is the io.ReaderAt that every format
// reads through: it counts, and it ends when the time is up.
type source struct {
	r       io.ReaderAt
	size    int64
	name    string
	read    int64        // bytes, in whole pages; what is read again counts once
	pages   []uint64     // a bit for each page that was read
	stopped func() error // why reading must end; nil while it need not
	Options
}

func (s *source) ReadAt(p []byte, off int64) (int, error) {
	if err := s.stopped(); err != nil {
		return 0, err
	}
	if off < 0 || off > s.size {
		return 0, unreadable("damaged", "a part of it points outside of the file")
	}
	n, err := s.r.ReadAt(p, off)
	s.count(off, n)
	return n, err
}

// page is the grain of counting what was read, in bytes.
const page = 4 << 10

func (s *source) count(off int64, n int) {
	if s.pages == nil {
		s.pages = make([]uint64, s.size/page/64+1)
	}
	for i := off / page; i*page < min(off+int64(n), s.size); i++ {
		if bit := uint64(1) << (i % 64); s.pages[i/64]&bit == 0 {
			s.pages[i/64] |= bit
			s.read += min(page, s.size-i*page)
		}
	}
}

// meta is what every format's Meta has in common.
func (s *source) meta(format string) Meta {
	return Meta{Format: format, Depth: s.Depth, Personal: s.Personal, IDs: s.IDs}
}

// rowsWanted is how many rows of a sheet are read at the depth asked for.
func (s *source) rowsWanted() int {
	if s.Depth == inventory.DepthHeads {
		return min(s.Limits.Rows, headRows)
	}
	return s.Limits.Rows
}

const headRows = 200

var errSlow = errors.New("the time for one file is up")

// explain turns what went wrong below into an error with a reason.
func (s *source) explain(err error) error {
	var known *Unreadable
	var locked *access.ProtectedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known):
		return err
	case errors.Is(err, errSlow):
		return unreadable("timeout", "reading took longer than %v", s.Limits.Time)
	case s.stopped() != nil && !errors.Is(s.stopped(), errSlow):
		return fmt.Errorf("workbook: %w", s.stopped())
	case errors.Is(err, xml.ErrDoctype):
		return unreadable("refused", "it declares an XML document type, which workbooks never need")
	case errors.Is(err, xml.ErrTruncated), errors.Is(err, ole.ErrTruncated), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return unreadable("truncated", "it ends in the middle: %v", err)
	case errors.As(err, &locked):
		return unreadable("encrypted", "%v", locked)
	case errors.Is(err, access.ErrVersion):
		return notYet(err.Error())
	case errors.Is(err, access.ErrDamaged), errors.Is(err, ole.ErrDamaged), isDamage(err):
		return unreadable("damaged", "%v", err)
	default:
		return fmt.Errorf("workbook: %w", err)
	}
}

// Unreadable says why a file could not be read. It wraps
// inventory.ErrUnreadable.
type Unreadable struct {
	Reason string // a short stable word; see Reason
	Detail string
}

// Error puts the reason and the detail into words.
func (e *Unreadable) Error() string { return e.Reason + ": " + e.Detail }

// Unwrap makes errors.Is(err, inventory.ErrUnreadable) true.
func (e *Unreadable) Unwrap() error { return inventory.ErrUnreadable }

func unreadable(reason, detail string, args ...any) error {
	return &Unreadable{reason, fmt.Sprintf(detail, args...)}
}

// Reason is the short stable word for an inventory.Failure: empty, encrypted,
// truncated, damaged, refused, too-large, timeout, unsupported (a spreadsheet
// in a format that this version does not read), not-a-workbook; "canceled"
// when the context ended, "" for nil, and "error" for what the source itself
// had to say.
func Reason(err error) string {
	var u *Unreadable
	switch {
	case err == nil:
		return ""
	case errors.As(err, &u):
		return u.Reason
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return "canceled"
	}
	return "error"
}
