package workbook

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

const macroSource = `Attribute VB_Name = "Reminders"
Private Sub Workbook_Open()
    ' Shell "format c:" is only talked about
    Rem so is CreateObject("Word.Application")
    Dim rs As New ADODB.Recordset
    rs.Open "select secret_column from people", "Provider=SQLOLEDB;Data Source=sql01;" & _
        "Initial Catalog=Student;User ID=sa;Password=hunter2"
    Set o = CreateObject("Outlook.Application")
    Set h = CreateObject("MSXML2.XMLHTTP")
    h.Open "GET", "https://crm.example.org/api/contacts?key=hunter2", False
    If InputBox("Month?") = "it's ""May""" Then Workbooks.Open "C:\Users\ana\fees.xlsx"
End Sub
`

func TestMacrosTellWhatTheyDo(t *testing.T) {
	project := vbaProjectOf(macroSource)
	var m Meta
	readProject(bytes.NewReader(project), int64(len(project)), &m)
	want := Meta{
		Macros: inventory.Macros{
			Modules: []string{"Reminders"},
			Does: []string{inventory.MacroWeb, inventory.MacroDatabase, inventory.MacroWorkbooks, inventory.MacroByItself,
				inventory.MacroMails, inventory.MacroForms},
		},
		Connections: []inventory.Connection{{Kind: "oledb", Target: "sql01/Student"}, {Kind: "web", Target: "crm.example.org/api/contacts"}},
	}
	if diff := cmp.Diff(want.Macros, m.Macros); diff != "" {
		t.Errorf("macros (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want.Connections, m.Connections); diff != "" {
		t.Errorf("connections (-want +got):\n%s", diff)
	}
}

// TestVBADecompression unpacks the examples of the specification (MS-OVBA
// 3.2.2 and 3.2.3): one that repeats nothing, and one that copies.
func TestVBADecompression(t *testing.T) {
	plain := "\x01\x19\xb0\x00abcdefgh\x00ijklmnop\x00qrstuv."
	copies := "\x01\x2f\xb0\x00#aaabcde\x82f\x00\x70aghij\x018\x08akl\x00\x30mnop\x06q\x02\x70\x04\x10rstuv\x10wxyz\x00<"
	for packed, want := range map[string]string{
		plain:           "abcdefghijklmnopqrstuv.",
		copies:          "#aaabcdefaaaaghijaaaaaklaaamnopqaaaaaaaaaaaarstuvwxyzaaa",
		"":              "",
		"\x02\x19\xb0":  "",
		"\x01\x19\xb0":  "",
		"\x01\x19\xb0a": "",
	} {
		if got := string(decompressVBA([]byte(packed), 1<<20)); got != want {
			t.Errorf("%q unpacks to %q, want %q", packed, got, want)
		}
	}
}

func FuzzVBA(f *testing.F) {
	f.Add([]byte("\x01\x19\xb0\x00abcdefgh\x00ijklmnop\x00qrstuv."), macroSource)
	f.Add(vbaDirectory("Module1"), `x = "a" & _`)
	f.Fuzz(func(t *testing.T, b []byte, source string) {
		const limit = 1 << 16
		if n := len(decompressVBA(b, limit)); n > limit {
			t.Fatalf("%d bytes", n)
		}
		vbaModules(b)
		p := vbaProject{does: map[string]bool{}}
		p.module(source)
		if n := len(p.connections); n > maxVBAConnections {
			t.Fatalf("%d connections", n)
		}
	})
}

// vbaProjectOf makes a project of one module.
func vbaProjectOf(source string) []byte {
	compiled := []byte("compiled form, which nobody reads")
	return compoundWith([]string{"PROJECT", "VBA/dir", "VBA/Reminders"}, map[string][]byte{
		"PROJECT":       []byte("ID=\"{0}\"\r\nModule=Reminders\r\n"),
		"VBA/dir":       packVBA(vbaDirectory("Reminders", uint32(len(compiled)))),
		"VBA/Reminders": append(compiled, packVBA([]byte(source))...),
	})
}

// vbaDirectory lists a module, at an offset if one is given.
func vbaDirectory(module string, offset ...uint32) []byte {
	record := func(id int, data []byte) []byte { return packed(id, uint32(len(data)), data) }
	b := packed(0x0009, uint32(4), uint32(1), 7) // a version, six bytes after its length of four
	b = append(b, record(0x0019, []byte(module))...)
	b = append(b, record(0x001a, []byte(module))...)
	for _, o := range offset {
		b = append(b, record(0x0031, packed(o))...)
	}
	return b
}

// packVBA writes a container whose chunks copy nothing.
func packVBA(b []byte) []byte {
	out := []byte{1}
	for len(b) > 0 {
		n := min(len(b), 3000)
		var chunk []byte
		for i := 0; i < n; i += 8 {
			chunk = append(append(chunk, 0), b[i:min(i+8, n)]...)
		}
		out = binary.LittleEndian.AppendUint16(out, uint16(0xb000|(len(chunk)-1)))
		out, b = append(out, chunk...), b[n:]
	}
	return out
}

// TestHostileVBA: code that is made to be costly is read, or some of it, in a
// second of the processor's: the machine does other things too.
func TestHostileVBA(t *testing.T) {
	for name, line := range map[string]string{
		"statements": "x = y + z: rem a_b_c_d\n", "joined": "a _\n", "quotes": `"`, "joined texts": "\"driver=\" & _\n", "one line": "a ",
	} {
		source := "Shell \"x\"\n" + strings.Repeat(line, 2<<20/len(line))
		project := vbaProjectOf(source)
		var m Meta
		for try := range 3 {
			start := processorTime(t)
			readProject(bytes.NewReader(project), int64(len(project)), &m)
			if took := processorTime(t) - start; took < time.Second {
				t.Logf("%s: %v", name, took)
				break
			} else if try == 2 {
				t.Errorf("%s: %v", name, took)
			}
		}
		if !slices.Contains(m.Macros.Does, inventory.MacroPrograms) {
			t.Errorf("%s: it was not read", name)
		}
	}
}
