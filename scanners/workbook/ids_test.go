package workbook

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"github.com/desirepath/desirepath/inventory"
)

func idKey(t *testing.T) inventory.IDKey {
	t.Helper()
	key, err := inventory.NewIDKey([]byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// studentRows are a table with two columns of ids, and some of numbers that
// are none of our business.
func studentRows(n int) [][]string {
	rows := [][]string{{"Student ID", "Name", "Phone number", "Paid", "Invoice No.", "Term", "Room no", "Born on (no.)"}}
	for i := range n {
		rows = append(rows, []string{fmt.Sprintf("S-%05d", i), "Somebody " + fmt.Sprint(i), fmt.Sprint(4930000000 + i), fmt.Sprint(52000 + i),
			fmt.Sprint(900_000 + i), "2024-25", fmt.Sprint(20000 + i), fmt.Sprintf("2001-01-%02d", 1+i%28)})
	}
	return rows
}

func asXLSX(t *testing.T, rows [][]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, row := range rows {
		for j, v := range row {
			cell, _ := excelize.CoordinatesToCellName(j+1, i+1)
			if err := f.SetCellValue("Sheet1", cell, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asCSV(t *testing.T, rows [][]string) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestIDs samples the columns of ids, of the first rows alone, and no others:
// without a key none. Nothing else of a structure changes by it.
func TestIDs(t *testing.T) {
	key := idKey(t)
	rows := studentRows(1000)
	for name, file := range map[string][]byte{"a.xlsx": asXLSX(t, rows), "a.csv": asCSV(t, rows)} {
		for _, depth := range []inventory.Depth{inventory.DepthHeads, inventory.DepthFull} {
			without, err := readBytes(file, name, Options{Depth: depth})
			if err != nil {
				t.Fatal(err)
			}
			with, err := readBytes(file, name, Options{Depth: depth, IDs: key})
			if err != nil {
				t.Fatal(err)
			}
			if without.IDs.Key != "" || without.IDs.Columns != nil || with.IDs.Key != key.Which() || len(with.IDs.Columns) != 2 {
				t.Fatalf("%s, depth %d: %d columns without a key, %d with one", name, depth, len(without.IDs.Columns), len(with.IDs.Columns))
			}
			for i, c := range with.IDs.Columns {
				if c.Distinct < sampledRows-1 || c.Distinct > sampledRows || len(c.Sample) != inventory.ColumnIDs {
					t.Errorf("%s, depth %d: column %d: %d different, %d kept", name, depth, i, c.Distinct, len(c.Sample))
				}
			}
			if diff := cmp.Diff(without, with, cmpopts.IgnoreFields(inventory.Structure{}, "IDs", "BytesRead")); diff != "" {
				t.Errorf("%s, depth %d: another structure:\n%s", name, depth, diff)
			}
			var hashes []uint64
			for i := range 400 {
				hashes = append(hashes, key.Hash(fmt.Sprintf("s%05d", i)))
			}
			set := inventory.IDSet{Distinct: 400, Sample: inventory.NewIDSample(hashes, inventory.SystemIDs)}
			if compared, found := with.IDs.Columns[0].Compare(set); compared != found || compared < 50 {
				t.Errorf("%s, depth %d: %d of %d are known", name, depth, found, compared)
			}
			if compared, found := with.IDs.Columns[1].Compare(set); found != 0 || compared < 50 {
				t.Errorf("%s, depth %d: %d of %d invoices are students", name, depth, found, compared)
			}
			if b, err := json.Marshal(with); err != nil || strings.Contains(string(b), "Sample") {
				t.Errorf("%s: a sample is in the JSON of a structure: %v", name, err)
			}
		}
	}
}

// TestIDsChangeNothing reads real workbooks with a key and without.
func TestIDsChangeNothing(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(sharedData(t, "workbooks"), "*", "*.xls*"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v: %d files", err, len(files))
	}
	sampled, read := 0, 0
	for i := 0; i < len(files); i += 4 {
		b, err := os.ReadFile(files[i])
		if err != nil {
			t.Fatal(err)
		}
		without, err := readBytes(b, files[i], Options{Depth: inventory.DepthHeads})
		if err != nil {
			continue
		}
		with, err := readBytes(b, files[i], Options{Depth: inventory.DepthHeads, IDs: idKey(t)})
		if err != nil {
			t.Errorf("%s: %v", files[i], err)
		}
		if diff := cmp.Diff(without, with, cmpopts.IgnoreFields(inventory.Structure{}, "IDs", "BytesRead")); diff != "" {
			t.Errorf("%s:\n%.2000s", files[i], diff)
		}
		read++
		sampled += len(with.IDs.Columns)
	}
	t.Logf("%d columns of ids in %d workbooks", sampled, read)
}

func TestHeadsIDs(t *testing.T) {
	for heading, want := range map[string]bool{
		"Student ID": true, "ID": true, "Order No.": true, "Matrikelnummer": true, "Personal-Nr.": true, "CustomerID": true, "N° de dossier": true, "#": true,
		"Item code": true, "Numéro d'étudiant": true, "student_id": true, "Asset / Ref": true,
		"Phone number": false, "Telefonnummer": false, "Valid": false, "Paid": false, "Room no": false, "Number of students": false, "Kontonummer": false, "IBAN": false,
		"National Insurance No": false, "Notes": false, "Name": false, "": false, "Grid": false,
	} {
		if headsIDs(heading) != want {
			t.Errorf("%q: %v", heading, !want)
		}
	}
}
