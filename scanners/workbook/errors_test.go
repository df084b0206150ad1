package workbook

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/access/accesstest"
	"github.com/desirepath/desirepath/scanners/workbook/ole"
)

// TestReasons: what cannot be read says why, by what the file holds.
func TestReasons(t *testing.T) {
	sheet := `<worksheet><sheetData>` + strings.Repeat(`<row><c t="inlineStr"><is><t>word</t></is></c></row>`, 100) + `</sheetData></worksheet>`
	good := zipOf(t, plainParts(sheet))
	for name, c := range map[string]struct {
		file   []byte
		reason string
		detail string // is part of the message
	}{
		"empty.xlsx":      {nil, "empty", "no bytes"},
		"encrypted.xlsx":  {compoundOf("EncryptionInfo", "EncryptedPackage"), "encrypted", "password"},
		"agile.xlsx":      {compoundOf("EncryptedPackage", "EncryptionInfo", "\x04\x00\x04\x00"), "encrypted", "password (agile)"},
		"standard.xlsx":   {compoundOf("EncryptedPackage", "EncryptionInfo", "\x03\x00\x02\x00"), "encrypted", "password (standard)"},
		"rights.xlsx":     {compoundOf("EncryptedPackage", "DRMEncryptedTransform"), "encrypted", "by rights management"},
		"old.xls":         {compoundOf("Workbook"), "damaged", "OLE2"},
		"odd.xls":         {compoundOf("Workbook", "\x09\x00\x00\x00"), "damaged", "workbook stream"},
		"old-locked.xls":  {compoundOf("Workbook", "\x09\x08\x04\x00\x00\x06\x05\x00\x2f\x00\x02\x00\x00\x00"), "encrypted", "password (xor)"},
		"letter.doc":      {compoundOf("WordDocument"), "not-a-workbook", "another program"},
		"cut.xls":         {compoundOf("Workbook")[:700], "truncated", "OLE2"},
		"cut.xlsx":        {good[:len(good)/2], "truncated", "zip"},
		"flipped.xlsx":    {flipped(good), "damaged", ""},
		"cut-sheet.xlsx":  {zipOf(t, plainParts(sheet[:len(sheet)/2])), "truncated", "ends in the middle"},
		"entities.xlsx":   {zipOf(t, plainParts(`<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet>&a;</worksheet>`)), "refused", "document type"},
		"sheet.ods":       {zipOf(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}), "damaged", "content.xml"},
		"binary.xlsb":     {zipOf(t, map[string]string{"xl/workbook.bin": "x"}), "truncated", "middle"},
		"ours.numbers":    {zipOf(t, map[string]string{"Index/Document.iwa": "x"}), "unsupported", "Numbers"},
		"letter.xlsx":     {zipOf(t, map[string]string{"word/document.xml": "<x/>"}), "not-a-workbook", "Office document"},
		"archive.xlsx":    {zipOf(t, map[string]string{"a.txt": "x"}), "not-a-workbook", "zip"},
		"page.xls":        {[]byte("<html><body><table><tr><td>1</td></tr></table></body></html>"), "not-a-workbook", "HTML"},
		"spreadsheet.xls": {[]byte(`<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet>`), "truncated", "middle"},
		"prose.xlsx":      {[]byte("Dear all,\nplease find attached\n"), "not-a-workbook", "not delimited"},
		"error.xlsx":      {[]byte(`{"error": {"code": "unauthenticated"}}`), "not-a-workbook", "not delimited"},
		"report.csv":      {[]byte("%PDF-1.7 ..."), "not-a-workbook", "PDF"},
		"cut.accdb":       {[]byte("\x00\x01\x00\x00Standard ACE DB\x00"), "truncated", "middle"},
		"odd.mdb":         {append([]byte("\x00\x01\x00\x00Standard Jet DB\x00\x63"), make([]byte, 4096)...), "unsupported", "version"},
		"hollow.mdb":      {append(accesstest.Database{Version: 1}.Bytes()[:2*4096], make([]byte, 4096)...), "damaged", "catalogue"},
		"locked.accdb":    {accesstest.Database{Version: 3, Key: 7, Encryption: "\x04\x00\x04\x00"}.Bytes(), "encrypted", "with a password (agile)"},
		"locked.mdb":      {accesstest.Database{Version: 1, Password: "moa"}.Bytes(), "encrypted", "with a password (Jet)"},
		"noise.csv":       {[]byte("\x01\x02\x03\x00\x04\x05\xff\xfe\x00\x00\x01"), "not-a-workbook", "begins"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := readBytes(c.file, name, Options{})
			if !errors.Is(err, inventory.ErrUnreadable) || Reason(err) != c.reason || !strings.Contains(err.Error(), c.detail) {
				t.Errorf("%q: %v; want %s: ...%s...", Reason(err), err, c.reason, c.detail)
			}
		})
	}
}

// flipped changes bytes in the middle of the compressed data.
func flipped(b []byte) []byte {
	b = bytes.Clone(b)
	at := bytes.LastIndex(b, []byte("xl/worksheets/sheet1.xml"))
	at = bytes.LastIndex(b[:at], []byte("PK\x03\x04")) + 60
	for i := range 8 {
		b[at+i] ^= 0xff
	}
	return b
}

const endOfChain = 0xfffffffe

// compoundOf makes an OLE2 file with empty streams of the given names; what
// is no name is the content of the stream before it.
func compoundOf(names ...string) []byte {
	const sector = 512
	header := make([]byte, sector)
	copy(header, ole.Signature)
	binary.LittleEndian.PutUint16(header[30:], 9)
	binary.LittleEndian.PutUint16(header[32:], 6)
	binary.LittleEndian.PutUint32(header[48:], 1)          // the directory
	binary.LittleEndian.PutUint32(header[60:], endOfChain) // no small streams
	binary.LittleEndian.PutUint32(header[68:], endOfChain)
	for i := 76; i < sector; i += 4 {
		binary.LittleEndian.PutUint32(header[i:], 0xffffffff)
	}
	binary.LittleEndian.PutUint32(header[76:], 0) // the table
	fat := bytes.Repeat([]byte{0xff}, sector)
	binary.LittleEndian.PutUint32(fat[4:], endOfChain)
	binary.LittleEndian.PutUint32(fat[8:], endOfChain)
	directory, content := make([]byte, sector), make([]byte, sector)
	entry := -1
	for _, name := range names {
		if name[0] < 0x20 {
			copy(content, name)
			binary.LittleEndian.PutUint32(directory[128*entry+116:], 2)
			binary.LittleEndian.PutUint32(directory[128*entry+120:], uint32(len(name)))
			continue
		}
		entry++
		e := directory[128*entry:]
		for i, u := range utf16.Encode([]rune(name)) {
			binary.LittleEndian.PutUint16(e[2*i:], u)
		}
		binary.LittleEndian.PutUint16(e[64:], uint16(2*len(name)+2))
		e[66] = 2
		binary.LittleEndian.PutUint32(e[116:], endOfChain)
	}
	return bytes.Join([][]byte{header, fat, directory, content}, nil)
}

func TestLimits(t *testing.T) {
	big := zipOf(t, plainParts(`<worksheet><sheetData>`+strings.Repeat(`<row><c><v>1</v></c></row>`, 200_000)+`</sheetData></worksheet>`))
	strs := plainParts(`<worksheet><sheetData/></worksheet>`)
	strs["xl/sharedStrings.xml"] = "<sst>" + strings.Repeat("<si><t>a</t></si>", 100) + "</sst>"
	many := plainParts(`<worksheet/>`)
	many["xl/workbook.xml"] = `<workbook><sheets>` + strings.Repeat(`<sheet name="a" id="r1"/>`, 60) + `</sheets></workbook>`
	for name, c := range map[string]struct {
		file   []byte
		limits Limits
		reason string
	}{
		"file":    {big, Limits{FileBytes: 1000}, "too-large"},
		"part":    {big, Limits{PartBytes: 1 << 20}, "too-large"},
		"total":   {big, Limits{TotalBytes: 1 << 20}, "too-large"},
		"entries": {big, Limits{Entries: 3}, "too-large"},
		"strings": {zipOf(t, strs), Limits{Strings: 50}, "too-large"},
		"sheets":  {zipOf(t, many), Limits{Sheets: 50}, "too-large"},
		"time":    {big, Limits{Time: time.Nanosecond}, "timeout"},
	} {
		if _, err := readBytes(c.file, "x.xlsx", Options{Limits: c.limits}); Reason(err) != c.reason || !errors.Is(err, inventory.ErrUnreadable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s, err := readBytes(big, "x.xlsx", Options{Limits: Limits{Rows: 1000}}); err != nil || s.Sheets[0].Rows != 1000 {
		t.Errorf("rows past the limit are left unread: %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	b := zipOf(t, plainParts(`<worksheet/>`))
	_, err := Read(ctx, bytes.NewReader(b), int64(len(b)), "x.xlsx", Options{})
	if !errors.Is(err, context.Canceled) || errors.Is(err, inventory.ErrUnreadable) || Reason(err) != "canceled" {
		t.Errorf("%v", err)
	}
}

// failingReader fails in the middle, as a connection does; or panics, as a
// parser with a mistake would.
type failingReader struct {
	io.ReaderAt
	fail func() error
}

func (f failingReader) ReadAt(p []byte, off int64) (int, error) {
	if off > 0 {
		return 0, f.fail()
	}
	return f.ReaderAt.ReadAt(p, off)
}

func TestTroubleBelow(t *testing.T) {
	b := zipOf(t, plainParts(`<worksheet/>`))
	read := func(fail func() error) error {
		_, err := Read(context.Background(), failingReader{bytes.NewReader(b), fail}, int64(len(b)), "x.xlsx", Options{})
		return err
	}
	lost := errors.New("connection lost")
	if err := read(func() error { return lost }); !errors.Is(err, lost) || errors.Is(err, inventory.ErrUnreadable) {
		t.Errorf("an error of the source's is no fault of the content: %v", err)
	}
	if err := read(func() error { panic(fmt.Sprint("oh")) }); Reason(err) != "damaged" {
		t.Errorf("a panic costs one file: %v", err)
	}
}
