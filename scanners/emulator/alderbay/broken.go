package alderbay

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
)

// broken makes the files that readers trip over.
func (a *Asset) broken() ([]byte, error) {
	switch a.Broken {
	case "encrypted":
		return a.encrypted(), nil
	case "truncated":
		whole, err := a.xlsx()
		return whole[:len(whole)*2/3], err
	case "empty":
		return empty()
	case "wide":
		return a.wide()
	}
	return nil, fmt.Errorf("nothing is broken like %q", a.Broken)
}

func empty() ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	var b bytes.Buffer
	err := f.Write(&b)
	return b.Bytes(), err
}

// wide is a sheet of a few hundred columns of readings, about 3 MB.
func (a *Asset) wide() ([]byte, error) {
	const columns, rows = 420, 1500
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return nil, err
	}
	rnd := rand.New(rand.NewPCG(uint64(seed(a.ID)), 26))
	row := make([]any, columns)
	for y := range rows + 1 {
		for x := range row {
			row[x] = reading(rnd, x, y)
		}
		if err := w.SetRow(name(0, y), row); err != nil {
			return nil, err
		}
	}
	if err := w.Flush(); err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = f.Write(&b)
	return b.Bytes(), err
}

func reading(rnd *rand.Rand, x, y int) any {
	switch {
	case y == 0 && x == 0:
		return "t (s)"
	case y == 0:
		return fmt.Sprintf("ch%03d mV", x)
	case x == 0:
		return y
	}
	return rnd.IntN(100000)
}

// encrypted is a workbook behind a password: an OLE2 compound file (version 3, sectors of 512 bytes, see [MS-CFB]) with the two
// streams of [MS-OFFCRYPTO] 2.3.4. The package in it is noise, as it would be to anybody without the password.
func (a *Asset) encrypted() []byte {
	info := []byte("\x04\x00\x04\x00\x40\x00\x00\x00" + encryptionInfo)
	noise := make([]byte, 4608)
	rnd := rand.New(rand.NewPCG(uint64(seed(a.ID)), 26))
	for i := range noise {
		noise[i] = byte(rnd.Uint32())
	}
	return compound([]stream{{"EncryptionInfo", padded(info, 4096)}, {"EncryptedPackage", append(binary.LittleEndian.AppendUint64(nil, 4601), noise...)}})
}

// encryptionInfo says how the package is encrypted, the way Excel does it by default.
const encryptionInfo = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<encryption xmlns="http://schemas.microsoft.com/office/2006/encryption" xmlns:p="http://schemas.microsoft.com/office/2006/keyEncryptor/password">` +
	`<keyData saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512" saltValue="QWxkZXIgQmF5IHNhbHQgMQ=="/>` +
	`<dataIntegrity encryptedHmacKey="` + someKey + `" encryptedHmacValue="` + someKey + `"/>` +
	`<keyEncryptors><keyEncryptor uri="http://schemas.microsoft.com/office/2006/keyEncryptor/password">` +
	`<p:encryptedKey spinCount="100000" saltSize="16" blockSize="16" keyBits="256" hashSize="64" cipherAlgorithm="AES" cipherChaining="ChainingModeCBC" hashAlgorithm="SHA512"` +
	` saltValue="QWxkZXIgQmF5IHNhbHQgMg==" encryptedVerifierHashInput="QWxkZXIgQmF5IHNhbHQgMw==" encryptedVerifierHashValue="` + someKey + `" encryptedKeyValue="QWxkZXIgQmF5IHVuaXZlcnNpdHkga2V5IG51bWIuLi4="/>` +
	`</keyEncryptor></keyEncryptors></encryption>`

// someKey is 64 bytes that open nothing.
const someKey = "QWxkZXIgQmF5IFVuaXZlcnNpdHkgaGFzIG5vIHNlY3JldHMsIG9ubHkgcGVvcGxlIHdobyBtYWtlIHRoaW5ncw=="

const (
	sector  = 512
	fatSect = 0xFFFFFFFD
	endSect = 0xFFFFFFFE
	noSect  = 0xFFFFFFFF
)

type stream struct {
	name string
	data []byte // at least 4096 bytes: smaller ones would belong in the mini stream
}

// compound writes the streams one after the other: sector 0 is the allocation table, sector 1 the directory.
func compound(streams []stream) []byte {
	fat := []uint32{fatSect, endSect}
	directory := entry("Root Entry", 5, 1, endSect, 0)
	var body []byte
	for i, s := range streams {
		start := len(fat)
		right := uint32(noSect)
		if i+1 < len(streams) {
			right = uint32(i + 2)
		}
		e := entry(s.name, 2, noSect, uint32(start), len(s.data))
		binary.LittleEndian.PutUint32(e[72:], right)
		directory = append(directory, e...)
		data := padded(s.data, sector)
		for n := 1; n < len(data)/sector; n++ {
			fat = append(fat, uint32(start+n))
		}
		fat = append(fat, endSect)
		body = append(body, data...)
	}
	out := header()
	for i := range sector / 4 {
		next := uint32(noSect)
		if i < len(fat) {
			next = fat[i]
		}
		out = binary.LittleEndian.AppendUint32(out, next)
	}
	return append(append(out, padded(directory, sector)...), body...)
}

func header() []byte {
	h := make([]byte, sector)
	copy(h, "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")
	put := func(at int, v uint16) { binary.LittleEndian.PutUint16(h[at:], v) }
	put(24, 0x3E) // minor version
	put(26, 3)    // major version
	put(28, 0xFFFE)
	put(30, 9) // sectors of 2^9 bytes
	put(32, 6) // mini sectors of 2^6
	put(44, 1) // one sector of allocation table
	put(48, 1) // the directory starts in sector 1
	put(56, 4096)
	binary.LittleEndian.PutUint32(h[60:], endSect)
	binary.LittleEndian.PutUint32(h[68:], endSect)
	for at := 80; at < sector; at += 4 {
		binary.LittleEndian.PutUint32(h[at:], noSect)
	}
	return h
}

// entry is one of the directory: 128 bytes.
func entry(name string, kind byte, child, start uint32, size int) []byte {
	e := make([]byte, 128)
	units := utf16.Encode([]rune(name))
	for i, u := range units {
		binary.LittleEndian.PutUint16(e[2*i:], u)
	}
	binary.LittleEndian.PutUint16(e[64:], uint16(2*len(units)+2))
	e[66], e[67] = kind, 1
	for _, at := range []int{68, 72} {
		binary.LittleEndian.PutUint32(e[at:], noSect)
	}
	binary.LittleEndian.PutUint32(e[76:], child)
	binary.LittleEndian.PutUint32(e[116:], start)
	binary.LittleEndian.PutUint32(e[120:], uint32(size))
	return e
}

func padded(data []byte, to int) []byte {
	if n := len(data) % to; n > 0 {
		return append(data, make([]byte, to-n)...)
	}
	return data
}
