// Package codepage reads text in the encodings that Windows and the old Mac OS
// know by number, which the binary formats of old office programs use.
package codepage

import (
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// Decoder reads text in the encoding that has a number, as in the CODEPAGE
// record of old workbooks (OpenOffice's documentation of the Excel file format,
// 5.17). What is not known is taken for Windows' western one, where every byte
// is something. Text that is none in the encoding is read as "".
func Decoder(number int) func([]byte) string {
	if number == 10029 {
		return macCentralEurope
	}
	page, known := map[int]encoding.Encoding{
		437: charmap.CodePage437, 850: charmap.CodePage850, 852: charmap.CodePage852, 855: charmap.CodePage855,
		858: charmap.CodePage858, 860: charmap.CodePage860, 862: charmap.CodePage862, 863: charmap.CodePage863,
		865: charmap.CodePage865, 866: charmap.CodePage866, 874: charmap.Windows874,
		932: japanese.ShiftJIS, 936: simplifiedchinese.GBK, 949: korean.EUCKR, 950: traditionalchinese.Big5,
		1200: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM),
		1250: charmap.Windows1250, 1251: charmap.Windows1251, 1253: charmap.Windows1253, 1254: charmap.Windows1254,
		1255: charmap.Windows1255, 1256: charmap.Windows1256, 1257: charmap.Windows1257, 1258: charmap.Windows1258,
		10000: charmap.Macintosh, 10001: japanese.ShiftJIS, 10002: traditionalchinese.Big5, 10003: korean.EUCKR,
		10007: charmap.MacintoshCyrillic, 10008: simplifiedchinese.GBK, 32768: charmap.Macintosh,
	}[number]
	if !known {
		page = charmap.Windows1252
	}
	return func(b []byte) string {
		text, err := page.NewDecoder().Bytes(b)
		if err != nil {
			return ""
		}
		return string(text)
	}
}

// macCentralEurope reads code page 10029, which the library of encodings
// leaves out.
func macCentralEurope(b []byte) string {
	upper := []rune(macCentralEuropeUpper)
	out := make([]rune, len(b))
	for i, c := range b {
		if out[i] = rune(c); c >= 0x80 {
			out[i] = upper[c-0x80]
		}
	}
	return string(out)
}

// The upper half of the code page: Unicode's VENDORS/APPLE/CENTEURO.TXT.
const macCentralEuropeUpper = "ÄĀāÉĄÖÜáąČäčĆćéŹźĎíďĒēĖóėôöõúĚěü" +
	"†°Ę£§•¶ß®©™ę¨≠ģĮįĪ≤≥īĶ∂∑łĻļĽľĹĺŅ" +
	"ņŃ¬√ńŇ∆«»…\u00a0ňŐÕőŌ–—“”‘’÷◊ōŔŕŘ‹›řŖ" +
	"ŗŠ‚„šŚśÁŤťÍŽžŪÓÔūŮÚůŰűŲųÝýķŻŁżĢˇ"
