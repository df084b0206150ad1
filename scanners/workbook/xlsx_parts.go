package workbook

import (
	"strings"

	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// A stringTable is the shared strings of a binary workbook, one after the other
// in one piece of memory and each clipped: only headings are ever kept.
type stringTable struct {
	text string
	ends []uint32
}

func (t *stringTable) at(i int) string {
	if t == nil || i < 0 || i >= len(t.ends) {
		return ""
	}
	start := uint32(0)
	if i > 0 {
		start = t.ends[i-1]
	}
	return t.text[start:t.ends[i]]
}

// A cellStyle is what matters of a cell's format.
type cellStyle struct{ bold, date bool }

// readStyles reads which cell formats are dates and which are bold.
func (b *xlsxBook) readStyles(part string) error {
	formats := map[int]bool{} // number formats of the workbook that are dates
	var bold []bool           // by font
	within := ""              // fonts or cellXfs
	return b.scan(part, func(x *xml.Scanner, token xml.Token) bool {
		if token == xml.End && string(x.Name) == within {
			within = ""
		}
		if token != xml.Start {
			return true
		}
		switch string(x.Name) {
		case "fonts", "cellXfs":
			within = string(x.Name)
		case "numFmt":
			if within == "" {
				formats[x.Number("numFmtId", 0)] = isDateFormat(string(x.Attr("formatCode")))
			}
		case "font":
			if within == "fonts" {
				bold = append(bold, false)
			}
		case "b":
			if v := string(x.Attr("val")); within == "fonts" && len(bold) > 0 && v != "0" && v != "false" {
				bold[len(bold)-1] = true
			}
		case "xf":
			if within == "cellXfs" {
				id, font := x.Number("numFmtId", 0), x.Number("fontId", 0)
				date, own := formats[id]
				if !own {
					date = isDateFormatID(id)
				}
				b.styles = append(b.styles, cellStyle{font >= 0 && font < len(bold) && bold[font], date})
			}
		}
		return len(b.styles) < 1<<17 && len(bold) < 1<<17 && len(formats) < 1<<17
	})
}

// isDateFormatID knows the formats that are built in: ECMA-376 part 1,
// 18.8.30, with those of East Asian editions.
func isDateFormatID(id int) bool {
	return id >= 14 && id <= 22 || id >= 27 && id <= 36 || id >= 45 && id <= 47 || id >= 50 && id <= 58
}

// isDateFormat looks for a day, month, year or hour in a number format,
// outside of quoted text, escapes, colours and conditions.
func isDateFormat(code string) bool {
	code, _, _ = strings.Cut(strings.ToLower(code), ";")
	for i := 0; i < len(code); i++ {
		switch code[i] {
		case '"':
			end := strings.IndexByte(code[i+1:], '"')
			if end < 0 {
				return false
			}
			i += end + 1
		case '\\', '_', '*':
			i++
		case '[':
			end := strings.IndexByte(code[i:], ']')
			if end < 0 {
				return false
			}
			if inner := code[i+1 : i+end]; strings.Trim(inner, "h") == "" || strings.Trim(inner, "m") == "" || strings.Trim(inner, "s") == "" {
				return true // time that has passed
			}
			i += end
		case 'g':
			if strings.HasPrefix(code[i:], "general") {
				i += len("general") - 1
			}
		case 'd', 'm', 'y', 'h', 's':
			return true
		}
	}
	return false
}
