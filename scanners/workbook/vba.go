package workbook

import (
	"encoding/binary"
	"regexp"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/ole"
	"github.com/desirepath/desirepath/scanners/workbook/target"
)

// A vbaProject is what the code of a VBA project does, as far as its words
// tell. The code itself is read in passing and never kept.
type vbaProject struct {
	does        map[string]bool
	connections []inventory.Connection
}

// What is read of a project's code, and kept of what it connects to.
const (
	maxVBASource      = 512 << 10 // bytes of all modules together, decompressed
	maxVBAConnections = 50
)

// readVBA goes through the modules of a project (MS-OVBA 2.3.4). What cannot
// be read tells nothing.
func readVBA(c *ole.File) vbaProject {
	p := vbaProject{does: map[string]bool{}}
	dir := c.Find("dir")
	if dir == nil {
		return p
	}
	packed, err := c.Stream(dir, 1<<20)
	if err != nil {
		return p
	}
	left := maxVBASource
	for _, m := range vbaModules(decompressVBA(packed, 4<<20)) {
		stream := c.Find(m.stream)
		if stream == nil {
			continue
		}
		b, err := c.Stream(stream, maxMacros)
		if err != nil || int(m.offset) >= len(b) {
			continue
		}
		source := decompressVBA(b[m.offset:], left)
		left -= len(source)
		p.module(string(source))
	}
	return p
}

// add takes what a project does into the meta of its workbook.
func (p vbaProject) add(m *Meta) {
	for word := range p.does {
		m.Macros.Does = append(m.Macros.Does, word)
	}
	slices.Sort(m.Macros.Does)
	m.Connections = append(m.Connections, p.connections...)
}

// A vbaModule is where the code of a module lies: in a stream, behind the
// compiled form of it.
type vbaModule struct {
	stream string
	offset uint32
}

// vbaModules reads the directory of a project: records of an id, a length and
// so many bytes (MS-OVBA 2.3.4.2).
func vbaModules(dir []byte) (out []vbaModule) {
	const (
		recordVersion = 0x0009 // its length leaves out two bytes
		recordStream  = 0x001a
		recordOffset  = 0x0031
	)
	var m vbaModule
	for len(dir) >= 6 {
		id, size := binary.LittleEndian.Uint16(dir), int(binary.LittleEndian.Uint32(dir[2:]))
		if id == recordVersion {
			size += 2
		}
		if dir = dir[6:]; size < 0 || size > len(dir) {
			break
		}
		switch {
		case id == recordStream:
			m = vbaModule{stream: string(dir[:size])}
		case id == recordOffset && size == 4 && m.stream != "" && len(out) < maxNames:
			m.offset = binary.LittleEndian.Uint32(dir)
			out = append(out, m)
		}
		dir = dir[size:]
	}
	return out
}

// decompressVBA unpacks a compressed container (MS-OVBA 2.4.1), up to limit
// bytes, and as far as it is sound.
func decompressVBA(b []byte, limit int) (out []byte) {
	if len(b) == 0 || b[0] != 1 {
		return nil
	}
	for b = b[1:]; len(b) >= 2 && len(out) < limit; {
		header := binary.LittleEndian.Uint16(b)
		size := min(int(header&0x0fff)+3, len(b))
		chunk := b[2:size]
		if header&0x8000 == 0 {
			out = append(out, chunk...)
		} else {
			out = appendVBAChunk(out, chunk)
		}
		b = b[size:]
	}
	return out[:min(len(out), limit)]
}

// appendVBAChunk unpacks one chunk, of 4096 bytes at most: bytes as they are,
// and copies of what the chunk had before. How many bits of a copy are its
// length hangs on how far into the chunk it stands.
func appendVBAChunk(out, chunk []byte) []byte {
	start := len(out)
	for len(chunk) > 0 {
		flags := chunk[0]
		chunk = chunk[1:]
		for bit := 0; bit < 8 && len(chunk) > 0; bit++ {
			if flags>>bit&1 == 0 {
				out, chunk = append(out, chunk[0]), chunk[1:]
				continue
			}
			if len(chunk) < 2 {
				return out
			}
			token := binary.LittleEndian.Uint16(chunk)
			chunk = chunk[2:]
			done := len(out) - start
			offsetBits := 4
			for 1<<offsetBits < done {
				offsetBits++
			}
			lengthBits := 16 - offsetBits
			back := int(token>>lengthBits) + 1
			length := int(token&(1<<lengthBits-1)) + 3
			if back > done || done+length > 4096 {
				return out
			}
			for range length {
				out = append(out, out[len(out)-back])
			}
		}
	}
	return out
}

// vbaDeeds are what code can do, by the words that do it. The patterns see
// code and texts in small letters, without comments.
var vbaDeeds = map[string]*regexp.Regexp{
	inventory.MacroMails:     regexp.MustCompile(`outlook\.application|outlook\.mailitem|cdo\.message|\.sendmail\b|\bmailenvelope\b`),
	inventory.MacroDatabase:  regexp.MustCompile(`adodb\.|\bdao\.|\bopendatabase\b|\.openrecordset\b|querytables\.add\b`),
	inventory.MacroFiles:     regexp.MustCompile(`\bfor (output|append|binary)\b|createtextfile|\bfilecopy\b|\.saveas\b|\.savecopyas\b|exportasfixedformat`),
	inventory.MacroWeb:       regexp.MustCompile(`xmlhttp|winhttp|urldownloadtofile|internetexplorer\.application|\bwebservice\b`),
	inventory.MacroForms:     regexp.MustCompile(`\binputbox\b|\bmsforms\.|\buserform_|\.show\b`),
	inventory.MacroOffice:    regexp.MustCompile(`(word|powerpoint|access|visio|msproject)\.application\b`),
	inventory.MacroPrograms:  regexp.MustCompile(`\bshell ?\(|\bshell "|wscript\.shell`),
	inventory.MacroByItself:  regexp.MustCompile(`\bsub (workbook_open|auto_open|workbook_before|worksheet_change|workbook_sheetchange)|application\.ontime`),
	inventory.MacroWorkbooks: regexp.MustCompile(`workbooks\.open\b|getobject ?\(`),
}

// module goes through the statements of a module.
func (p *vbaProject) module(source string) {
	for statement := range vbaStatements(source) {
		low := strings.ToLower(statement)
		for deed, pattern := range vbaDeeds {
			if !p.does[deed] && pattern.MatchString(low) {
				p.does[deed] = true
			}
		}
		p.connect(vbaTexts(statement))
	}
}

// connect keeps what the texts of a statement connect to. A connection string
// is often put together of several.
func (p *vbaProject) connect(texts []string) {
	joined := strings.Join(texts, "")
	low := strings.ToLower(joined)
	c := inventory.Connection{}
	switch {
	case strings.Contains(low, "provider="):
		c.Kind = "oledb"
	case strings.Contains(low, "driver=") || strings.Contains(low, "dsn="):
		c.Kind = "odbc"
	}
	if c.Kind != "" {
		c.Target = target.Connection(&c.Kind, joined)
		p.keep(c)
		return
	}
	for _, t := range texts {
		if strings.HasPrefix(t, "http://") || strings.HasPrefix(t, "https://") {
			p.keep(inventory.Connection{Kind: "web", Target: target.Web(t)})
		}
	}
}

func (p *vbaProject) keep(c inventory.Connection) {
	if c.Target != "" && len(p.connections) < maxVBAConnections && !slices.Contains(p.connections, c) {
		p.connections = append(p.connections, c)
	}
}

// vbaStatements yields logical lines without comments: one that ends with an
// underscore goes on in the next.
func vbaStatements(source string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		whole, joined := "", 0
		for line := range strings.Lines(source) {
			line = strings.TrimRight(line[:min(len(line), maxVBALine)], "\r\n")
			if before, found := strings.CutSuffix(strings.TrimRight(line, " \t"), " _"); found && joined < maxVBALines {
				whole += before + " "
				joined++
				continue
			}
			if !yield(withoutComment(whole + line)) {
				return
			}
			whole, joined = "", 0
		}
	}
}

// The editor takes no longer lines, in bytes here, and no more of them for one
// statement.
const (
	maxVBALine  = 4 << 10
	maxVBALines = 24
)

func withoutComment(line string) string {
	if word, _, _ := strings.Cut(strings.TrimSpace(line), " "); strings.EqualFold(word, "rem") {
		return ""
	}
	inside := false
	for i := range len(line) {
		switch {
		case line[i] == '"':
			inside = !inside
		case line[i] == '\'' && !inside:
			return line[:i]
		}
	}
	return line
}

// vbaTexts are the texts in quotes of a statement.
func vbaTexts(statement string) (out []string) {
	for {
		_, rest, found := strings.Cut(statement, `"`)
		if !found {
			return out
		}
		text, after, _ := strings.Cut(rest, `"`)
		out, statement = append(out, text), after
	}
}
