package workbook

import (
	"bufio"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// An xlsbBook is a workbook in Excel's binary format (MS-XLSB): the parts of
// an xlsx file, most of them written as records. Numbers in comments are
// sections of that document.
type xlsbBook struct {
	xlsxBook
	meta      Meta
	allNames  []string // also hidden ones, which formulas refer to by number
	links     []bool   // which of the workbooks referred to are other ones
	externs   []int    // which workbook a reference to a sheet leads to
	connected inventory.Connection
}

func readXLSB(a *archive, book string) (inventory.Structure, error) {
	b, err := openXLSB(a, book)
	if err != nil {
		return inventory.Structure{}, err
	}
	s := Build(b.grid(), b.meta)
	return s, b.err
}

func openXLSB(a *archive, book string) (*xlsbBook, error) {
	b := &xlsbBook{xlsxBook: xlsxBook{archive: a, dir: path.Dir(book)}, meta: a.src.meta("xlsb")}
	rels, err := b.relations(book)
	if err != nil {
		return nil, err
	}
	b.rels = rels
	for _, read := range []func() error{
		func() error { return b.records(book, b.bookRecord) },
		func() error { return b.readStyles(b.rels.ofType("styles")) },
		func() error { return b.readStrings(b.rels.ofType("sharedStrings")) },
		b.readMeta,
	} {
		if err := read(); err != nil {
			return nil, err
		}
	}
	if len(b.sheets) > a.src.Limits.Sheets {
		return nil, unreadable("too-large", "more than %d sheets", a.src.Limits.Sheets)
	}
	return b, nil
}

// binaryPart is the path of the workbook part; "" when there is none.
func (a *archive) binaryPart() string {
	if rels, err := a.relations(""); err == nil {
		if book := rels.ofType("officeDocument"); strings.HasSuffix(strings.ToLower(book), ".bin") && a.has(book) {
			return strings.TrimPrefix(book, "/")
		}
	}
	if a.has("xl/workbook.bin") {
		return "xl/workbook.bin"
	}
	return ""
}

// The records that are read (2.3.2).
const (
	xlsbRow           = 0
	xlsbCellRK        = 2
	xlsbCellError     = 3
	xlsbCellBool      = 4
	xlsbCellReal      = 5
	xlsbCellText      = 6
	xlsbCellString    = 7
	xlsbFormulaText   = 8
	xlsbFormulaNumber = 9
	xlsbFormulaBool   = 10
	xlsbFormulaError  = 11
	xlsbString        = 19
	xlsbName          = 39
	xlsbFont          = 43
	xlsbFormat        = 44
	xlsbXF            = 47
	xlsbCellRich      = 62
	xlsbValidation    = 64
	xlsbDimension     = 148
	xlsbPane          = 151
	xlsbSheet         = 156
	xlsbCacheSource   = 185
	xlsbCacheSourced  = 186
	xlsbCacheRange    = 187
	xlsbFilter        = 161
	xlsbMerged        = 176
	xlsbConnection    = 201
	xlsbConnectionEnd = 202
	xlsbDatabase      = 203
	xlsbWeb           = 261
	xlsbTable         = 343
	xlsbLink          = 355
	xlsbLinkSelf      = 357
	xlsbLinkSame      = 358
	xlsbLinkTabs      = 359
	xlsbExterns       = 362
	xlsbArray         = 426
	xlsbShared        = 427
	xlsbXFs           = 617
	xlsbXFsEnd        = 618
	xlsbLinkAddIn     = 667
	xlsbListText      = 681
	xlsbPivotCols     = 311
	xlsbPivotLocation = 314
	xlsbFormatRule    = 463
	xlsbBookLocked    = 534
	xlsbSheetLocked   = 535
	xlsbRangeLocked   = 536
	xlsbComment       = 635
	xlsbSheetLocked2  = 677
	xlsbValidation14  = 1053
)

// A longer record is read as far as this; the longest of use holds a text of
// 32,767 characters, or a formula.
const maxRecord = 1 << 20

// records hands a part's records to f until there are no more or it returns
// false. The data is good until then. A part that is missing has none.
func (a *archive) records(part string, f func(kind int, d *biffData) bool) error {
	if part == "" || !a.has(part) {
		return nil
	}
	rc, err := a.open(part)
	if err != nil {
		return err
	}
	defer rc.Close()
	in := bufio.NewReaderSize(rc, 32<<10)
	var data []byte
	for {
		kind, size, err := recordHeader(in)
		if err == io.EOF {
			return nil
		}
		if err == nil {
			data, err = readRecord(in, data, size)
		}
		if err != nil {
			return err
		}
		if !f(kind, &biffData{b: data}) {
			return nil
		}
	}
}

// recordHeader reads the kind, of one byte or two, and the size, of up to
// four; of each byte the highest bit tells that another follows (2.1.4).
func recordHeader(in *bufio.Reader) (kind, size int, err error) {
	b, err := in.ReadByte()
	if err != nil {
		return 0, 0, err
	}
	kind = int(b & 0x7f)
	if b&0x80 != 0 {
		b, err = in.ReadByte()
		kind |= int(b&0x7f) << 7
	}
	for i := 0; i < 4 && err == nil; i++ {
		b, err = in.ReadByte()
		size |= int(b&0x7f) << (7 * i)
		if b&0x80 == 0 {
			break
		}
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return kind, size, err
}

func readRecord(in *bufio.Reader, to []byte, size int) ([]byte, error) {
	keep := min(size, maxRecord)
	if cap(to) < keep {
		to = make([]byte, keep)
	}
	to = to[:keep]
	_, err := io.ReadFull(in, to)
	if err == nil && size > keep {
		_, err = in.Discard(size - keep)
	}
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return to, err
}

// wide takes a string: how many characters, and these in two bytes each
// (2.5.169). One that is null is empty.
func (d *biffData) wide() string {
	n := d.u32()
	if n == 0xffffffff {
		return ""
	}
	text := d.take(int(min(n, maxRecord)) * 2)
	return clipText(string(appendCharacters(nil, text[:min(len(text), 2*maxText)], true)))
}

// rectangle takes a range (2.5.154).
func (d *biffData) rectangle() (r Range, ok bool) {
	top, bottom, left, right := d.u32(), d.u32(), d.u32(), d.u32()
	ok = !d.short && top <= bottom && bottom < maxRows && left <= right && right < maxColumns
	return Range{int(top), int(left), int(bottom), int(right)}, ok
}
