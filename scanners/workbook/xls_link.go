package workbook

import (
	"slices"
	"strings"

	"github.com/desirepath/desirepath/scanners/workbook/target"
)

// An xlsLink is what references outside of their sheet lead to: a workbook,
// this one too, or an add-in.
type xlsLink struct {
	own      bool     // this workbook
	external bool     // another one
	names    []string // what it defines, functions among it
}

// addLink takes a record about what references lead to. BIFF8 has a table of
// references over one of workbooks, the versions before it only the latter.
func (b *xlsBook) addLink(kind uint16, d *biffData) {
	switch {
	case kind == biffSupBook:
		b.addBook(d)
	case kind == biffExternSheet && b.version == 8:
		for n := d.u16(); n > 0 && !d.short; n-- {
			b.sheetIn = append(b.sheetIn, d.u16())
			d.skip(4)
		}
	case kind == biffExternSheet:
		b.addExternSheet(d)
	case len(b.links) > 0:
		last := &b.links[len(b.links)-1]
		if len(last.names) < maxStyles {
			last.names = append(last.names, b.externName(d))
		}
	}
}

// addBook takes a workbook that references lead to (MS-XLS 2.4.271).
func (b *xlsBook) addBook(d *biffData) {
	sheets, length := d.u16(), d.u16()
	switch {
	case length == 0x0401:
		b.links = append(b.links, xlsLink{own: true})
	case length == 0x3a01:
		b.links = append(b.links, xlsLink{})
	default:
		path := b.characters(d, length)
		link := xlsLink{external: sheets > 0 && isVirtualPath(path)}
		b.links = append(b.links, link)
		if link.external {
			b.addTarget(path)
		}
	}
}

// addExternSheet takes a sheet that references lead to, of this workbook or
// of another (OpenOffice's documentation of the Excel file format, 5.41).
func (b *xlsBook) addExternSheet(d *biffData) {
	n := d.u8()
	path := string(d.take(min(n, len(d.b))))
	if b.version == 5 && strings.HasPrefix(path, "\x03") || path == "\x02" || path == "\x04" {
		b.links = append(b.links, xlsLink{own: true})
		return
	}
	link := xlsLink{external: strings.HasPrefix(path, "\x01")}
	b.links = append(b.links, link)
	if link.external {
		b.addTarget(b.decode([]byte(path)))
	}
}

func (b *xlsBook) externName(d *biffData) string {
	if b.version >= 3 {
		d.u16()
	}
	if b.version >= 5 {
		d.u32()
	}
	return b.text(d, 1)
}

// isVirtualPath tells a path from the stand-ins for none, and from the topic
// of a dynamic data exchange.
func isVirtualPath(s string) bool {
	first, rest := strings.HasPrefix(s, "\x01"), strings.Trim(s, "\x00\x02 ")
	return first || rest != "" && !strings.ContainsRune(s, 3)
}

func (b *xlsBook) addTarget(path string) {
	t := target.Link(virtualPath(path))
	if t != "" && !slices.Contains(b.targets, t) && len(b.targets) < maxNames {
		b.targets = append(b.targets, t)
	}
}

// virtualPath writes an encoded path as people do (MS-XLS 2.5.277): control
// characters stand for drives and folders, brackets around the file's name.
func virtualPath(s string) string {
	var out strings.Builder
	chars := []rune(strings.TrimPrefix(s, "\x01"))
	for i := 0; i < len(chars); i++ {
		switch c := chars[i]; c {
		case 1: // a drive, or a server
			if i++; i < len(chars) && chars[i] == '@' {
				out.WriteString(`\\`)
			} else if i < len(chars) {
				out.WriteString(string(chars[i]) + `:\`)
			}
		case 2, 3, 4:
			out.WriteByte('\\')
		case 5: // the length of an address
			i++
		case 6, 7, 8: // folders of the program's own
		default:
			out.WriteRune(c)
		}
	}
	path := out.String()
	if folder, file, ok := strings.Cut(path, "["); ok {
		file, _, _ = strings.Cut(file, "]")
		return folder + file
	}
	return path
}

// link finds what a reference by number leads to.
func (g *xlsGlobals) link(number int, version int) *xlsLink {
	switch {
	case version == 8 && number < len(g.sheetIn):
		number = g.sheetIn[number]
	case version < 8 && number > 0:
		number--
	default:
		return nil
	}
	if number >= len(g.links) {
		return nil
	}
	return &g.links[number]
}

// named is the name with a number, from 1, of what a reference leads to.
func (g *xlsGlobals) named(l *xlsLink, number int) string {
	names := g.defined
	if l != nil && !l.own {
		names = l.names
	}
	if number < 1 || number > len(names) {
		return ""
	}
	return names[number-1]
}
