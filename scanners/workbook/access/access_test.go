package access_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/access"
	"github.com/desirepath/desirepath/scanners/workbook/access/accesstest"
)

func read(b []byte, full bool) (*access.Database, error) {
	return access.Read(bytes.NewReader(b), int64(len(b)), access.Options{Tables: 100, Full: full})
}

func column(name string, kind byte) accesstest.Column {
	return accesstest.Column{Name: name, Type: kind}
}

// contacts is a database with some of everything.
func contacts(version byte) accesstest.Database {
	many := make([]accesstest.Column, 200)
	for i := range many {
		many[i] = column(fmt.Sprintf("Answer to question %d", i+1), accesstest.Text)
	}
	return accesstest.Database{
		Version: version, CodePage: 1252,
		Tables: []accesstest.Table{
			{Name: "tblContacts", Columns: []accesstest.Column{
				column("ContactID", accesstest.Long), column("Active", accesstest.Bool), column("Last name", accesstest.Text), column("Born", accesstest.Date),
				column("Fee", accesstest.Money), column("Remarks", accesstest.Memo), column("Photo", accesstest.OLE),
			}, Rows: [][]any{{1, 1, "Ruru", 20000, 5, strings.Repeat("kept by nobody ", 30), nil}, {2, nil, "Tui", 20001, 6, "short", nil}}},
			{Name: "tblSurvey", Flags: 8, Columns: many},
			{Name: "~TMPCLP1", Columns: many[:1]},
			{Name: "f_0123456789ABCDEF0123456789ABCDEF_Files", Columns: many[:1]},
		},
		Objects: []accesstest.Object{
			{ID: -1, Type: 4, Name: "Orders", Connect: "ODBC;DRIVER=SQL Server;SERVER=erp.example.org;UID=sa;PWD=hunter2;DATABASE=" + strings.Repeat("sales", 20), ForeignName: "dbo.Orders"},
			{ID: -2, Type: 6, Name: "Stock", Database: `\\files\shared\stock_be.accdb`, Connect: ";PWD=hunter2", ForeignName: "tblStock"},
			{ID: -3, Type: 5, Flags: 0x10, Name: "Fees by month"}, {ID: -4, Type: 5, Flags: 0x70, Name: "Open orders"}, {ID: -5, Type: 5, Name: "~sq_fContacts"},
			{ID: -6, Type: -32768, Name: "Contacts"}, {ID: -7, Type: -32764, Name: "Labels"}, {ID: -8, Type: -32766, Name: "AutoExec"}, {ID: -9, Type: -32761, Name: "basMail"},
			{ID: -10, Type: 8, Name: "tblContactstblFees"}, {ID: -11, Type: 8, Name: "MSysNavPaneGroups"},
		},
		Queries: []accesstest.QueryRow{
			{ObjectID: -3, Attribute: 5, Name1: "tblContacts"}, {ObjectID: -99, Attribute: 1, Name1: "ODBC;DSN=gone"},
			{ObjectID: -4, Attribute: 1, Name1: "ODBC;DSN=erp;PWD=hunter2", Expression: "SELECT secret FROM x"},
		},
	}
}

func TestRead(t *testing.T) {
	text, number := inventory.ColumnText, inventory.ColumnNumber
	survey := access.Table{Name: "tblSurvey", Hidden: true}
	for i := range 200 {
		survey.Columns = append(survey.Columns, access.Column{Name: fmt.Sprintf("Answer to question %d", i+1), Type: text})
	}
	want := &access.Database{
		Tables: []access.Table{
			{Name: "Orders", Link: access.Link{Connect: contacts(1).Objects[0].Connect, Object: "dbo.Orders"}},
			{Name: "Stock", Link: access.Link{Connect: ";PWD=hunter2", Database: `\\files\shared\stock_be.accdb`, Object: "tblStock"}},
			{Name: "tblContacts", Rows: 2, Columns: []access.Column{
				{"ContactID", number}, {"Active", inventory.ColumnBool}, {"Last name", text}, {"Born", inventory.ColumnDate},
				{"Fee", number}, {"Remarks", text}, {"Photo", inventory.ColumnMixed},
			}},
			survey,
		},
		Queries: []access.Query{{Name: "Open orders", Kind: "pass-through", Link: access.Link{Connect: "ODBC;DSN=erp;PWD=hunter2"}}, {Name: "Fees by month", Kind: "crosstab"}},
		Forms:   []string{"Contacts"}, Reports: []string{"Labels"}, Macros: []string{"AutoExec"}, Modules: []string{"basMail"}, Relationships: 1,
	}
	for version := range byte(7) {
		for _, shape := range []struct{ scattered, moved bool }{{}, {scattered: true}, {moved: true}, {true, true}} {
			db := contacts(version)
			db.Scattered, db.Moved = shape.scattered, shape.moved
			got, err := read(db.Bytes(), true)
			if err != nil {
				t.Fatalf("version %d, %+v: %v", version, shape, err)
			}
			if want.Format = "accdb"; version < 2 {
				want.Format = "mdb"
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreUnexported(access.Database{}, access.Table{}, access.Query{})); diff != "" {
				t.Errorf("version %d, %+v (-want +got):\n%s", version, shape, diff)
			}
		}
	}
}

// TestText: names in other scripts, and in the code page of Access 97.
func TestText(t *testing.T) {
	for _, c := range []struct {
		version  byte
		codePage uint16
		stored   string
		want     string
	}{
		{1, 0, "Größe", "Größe"}, {2, 0, "学生名簿", "学生名簿"}, {1, 0, "Журнал of visits to the café", "Журнал of visits to the café"}, {2, 0, "Ā is of low byte zero", "Ā is of low byte zero"},
		{0, 1252, "Gr\xf6\xdfe", "Größe"}, {0, 1251, "\xc6\xf3\xf0\xed\xe0\xeb", "Журнал"}, {3, 0, "𝒜 beyond the plane", "𝒜 beyond the plane"},
	} {
		db := accesstest.Database{Version: c.version, CodePage: c.codePage, Tables: []accesstest.Table{{Name: c.stored, Columns: []accesstest.Column{column(c.stored, accesstest.Text)}}}}
		got, err := read(db.Bytes(), false)
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Tables) != 1 || got.Tables[0].Name != c.want || got.Tables[0].Columns[0].Name != c.want {
			t.Errorf("%q: %+v", c.want, got.Tables)
		}
	}
}

func TestProtected(t *testing.T) {
	for _, c := range []struct {
		db   accesstest.Database
		want string
	}{
		{accesstest.Database{Version: 0, Password: "moa"}, "with a password (Jet)"},
		{accesstest.Database{Version: 1, Password: "moa"}, "with a password (Jet)"},
		{accesstest.Database{Version: 1, Key: 7}, "by encoding (Jet)"},
		{accesstest.Database{Version: 2, Key: 7, Encryption: "\x03\x00\x02\x00"}, "with a password (standard)"},
		{accesstest.Database{Version: 3, Key: 7, Encryption: "\x04\x00\x04\x00"}, "with a password (agile)"},
		{accesstest.Database{Version: 3, Key: 7, Encryption: "\x03\x00\x03\x00"}, "with a password (extensible)"},
		{accesstest.Database{Version: 3, Key: 7}, "with a password"},
	} {
		_, err := read(c.db.Bytes(), false)
		var protected *access.ProtectedError
		if !errors.As(err, &protected) || protected.Kind != c.want {
			t.Errorf("%v; want %q", err, c.want)
		}
	}
}

// TestDamaged: cut off or overwritten anywhere, a database is read, or it is
// said what is wrong; never is it read for long.
func TestDamaged(t *testing.T) {
	for version := range byte(3) {
		whole := contacts(version).Bytes()
		for cut := 0; cut < len(whole); cut += 1000 {
			check(t, whole[:cut])
		}
		random := rand.New(rand.NewPCG(1, 2))
		for range 300 {
			b := bytes.Clone(whole)
			for range 20 {
				b[20+random.IntN(len(b)-20)] = byte(random.UintN(256))
			}
			check(t, b)
		}
	}
}

func check(t *testing.T, b []byte) {
	t.Helper()
	_, err := read(b, true)
	var protected *access.ProtectedError
	switch {
	case err == nil, errors.Is(err, access.ErrDamaged), errors.Is(err, access.ErrVersion), errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &protected):
	default:
		t.Fatalf("an error without a reason: %v", err)
	}
}

// TestLoops: what leads back to itself ends.
func TestLoops(t *testing.T) {
	b := contacts(1).Bytes()
	at := bytes.Index(b, []byte{2, 1, 0, 0}) // a definition
	copy(b[at+4:], []byte{byte(at / 4096), 0, 0, 0})
	if _, err := read(b, true); !errors.Is(err, access.ErrDamaged) {
		t.Errorf("a definition that goes on in itself: %v", err)
	}
}

// TestBudget: what the budget did not reach is said to be unread.
func TestBudget(t *testing.T) {
	b := contacts(1).Bytes()
	whole, err := read(b, false)
	if err != nil {
		t.Fatal(err)
	}
	partial := 0
	for reads := 1; ; reads++ {
		got, err := access.Read(&limited{bytes.NewReader(b), reads}, int64(len(b)), access.Options{Tables: 100})
		if err != nil {
			if !errors.Is(err, inventory.ErrBudget) {
				t.Fatal(err)
			}
			continue // not even the catalogue
		}
		if len(got.Tables) != len(whole.Tables) {
			t.Fatalf("after %d reads %d tables of %d", reads, len(got.Tables), len(whole.Tables))
		}
		if !got.Partial {
			break
		}
		partial++
		if last := got.Tables[len(got.Tables)-1]; !last.Unread || len(last.Columns) > 0 {
			t.Errorf("after %d reads: %+v", reads, last)
		}
	}
	if partial == 0 {
		t.Error("no budget was too small")
	}
}

// A limited source ends its budget after so many reads.
type limited struct {
	r    io.ReaderAt
	left int
}

func (l *limited) ReadAt(p []byte, at int64) (int, error) {
	if l.left == 0 {
		return 0, inventory.ErrBudget
	}
	l.left--
	return l.r.ReadAt(p, at)
}

// FuzzRead changes a sound database here and there: chance alone would rarely
// make one. Each change is a place, a length and so many bytes.
func FuzzRead(f *testing.F) {
	var whole [3][]byte
	for version := range whole {
		whole[version] = contacts(byte(version)).Bytes()
		f.Add(version, []byte("\x00\x20\x00\x04\x02\x01\x02\x03"))
	}
	f.Fuzz(func(t *testing.T, version int, changes []byte) {
		check(t, accesstest.Changed(whole[uint(version)%3], changes))
	})
}
