package export

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"
)

// hostile are texts that must come out as text.
var hostile = []string{
	`=HYPERLINK("http://example.org","x")`, "+1+1", "-2+3", "@SUM(A1)", "|calc", "%0A=1", " =1+1", "\t=1", "\r\n=1", "＝1+1",
	`"quoted", with, commas`, "<script>alert(1)</script>", "../../etc/passwd", "{\\rtf1 x}", "bell\a null\x00 end", "right\u202Eleft",
	strings.Repeat("long ", 4000), "grüße 学生 👩🏽‍🎓", string([]byte{0xff, 0xfe, 'x'}),
}

func hostileRows() (rows []Row) {
	for _, h := range hostile {
		rows = append(rows, Row{
			ConversationID: h, System: h, Capability: h, Partner: h, KeeperName: h, KeeperEmail: h, AssetName: h, AssetURL: h,
			Source: h, People: 3, Copies: 2, Certainty: 0.87, Why: h, WhatItAdds: h, FirstQuestion: h,
			Status: inventory.State(h), Since: time.Date(2026, 3, 1, 23, 30, 0, 0, time.UTC),
		})
	}
	return rows
}

func TestXLSX(t *testing.T) {
	f := writeXLSX(t, hostileRows())
	defer f.Close()
	if diff := cmp.Diff([]string{sheet, about}, f.GetSheetList()); diff != "" {
		t.Error(diff)
	}
	rows, err := f.GetRows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(listColumns(), rows[0]); diff != "" {
		t.Error(diff)
	}
	for i := range rows[1:] {
		for column := range listColumns() {
			cell, _ := excelize.CoordinatesToCellName(column+1, i+2)
			if formula, _ := f.GetCellFormula(sheet, cell); formula != "" {
				t.Errorf("%s holds a formula: %s", cell, formula)
			}
		}
	}
	tables, err := f.GetTables(sheet)
	if err != nil || len(tables) != 1 {
		t.Errorf("tables %v, %v", tables, err)
	}
	panes, err := f.GetPanes(sheet)
	if err != nil || !panes.Freeze || panes.YSplit != 1 {
		t.Errorf("header is not frozen: %+v, %v", panes, err)
	}
	for column, want := range map[string]bool{"A": false, "B": true, "P": true, "S": true, "T": false} {
		if got, err := f.GetColVisible(sheet, column); err != nil || got != want {
			t.Errorf("column %s is visible: %v, %v", column, got, err)
		}
	}
	if date, _ := f.GetCellValue(sheet, "Q2"); date != "2026-03-01" {
		t.Errorf("since reads %q", date)
	}
	if kind, _ := f.GetCellType(sheet, "Q2"); kind == excelize.CellTypeInlineString || kind == excelize.CellTypeSharedString {
		t.Error("since is text, not a date")
	}
}

func TestXLSXEmpty(t *testing.T) {
	f := writeXLSX(t, nil)
	defer f.Close()
	if rows, err := f.GetRows(sheet); err != nil || len(rows) != 1 {
		t.Errorf("%d rows, %v", len(rows), err)
	}
}

// Programs want columns in their order.
func TestColumns(t *testing.T) {
	var b bytes.Buffer
	if err := XLSX(&b, len(hostile), Given(hostileRows()), "Alder Bay"); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		t.Fatal(err)
	}
	xml, err := fs.ReadFile(archive, "xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	var order []int
	for _, m := range regexp.MustCompile(`<col [^>]*max="([0-9]+)" min="([0-9]+)"`).FindAllSubmatch(xml, -1) {
		first, _ := strconv.Atoi(string(m[2]))
		last, _ := strconv.Atoi(string(m[1]))
		for n := first; n <= last; n++ {
			order = append(order, n)
		}
	}
	if len(order) != len(listed()) || !slices.IsSorted(order) {
		t.Errorf("columns come in the order %v", order)
	}
}

func writeXLSX(t *testing.T, rows []Row) *excelize.File {
	t.Helper()
	var b bytes.Buffer
	if err := XLSX(&b, len(rows), Given(rows), `=Alder & "Bay"`); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestLibreOffice opens the list in another program, which says whether the
// file is whole and what its cells hold, and gives it back as that program
// saves it: still with what is hidden, and fit to be taken over.
func TestLibreOffice(t *testing.T) {
	dir, rows := t.TempDir(), hostileRows()
	list := filepath.Join(dir, "outreach.xlsx")
	if err := File(list, 0o600, func(w io.Writer) error { return XLSX(w, len(rows), Given(rows), "Alder Bay") }); err != nil {
		t.Fatal(err)
	}
	convert(t, dir, "csv:Text - txt - csv (StarCalc):44,34,76,1", list)
	b, err := os.ReadFile(filepath.Join(dir, "outreach.csv"))
	if err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(bytes.NewReader(b)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(records) != len(rows)+1 {
		t.Fatalf("%d lines for %d conversations", len(records), len(rows))
	}
	for i, h := range hostile {
		if got, want := records[i+1][6], Printable(h); got != want {
			t.Errorf("asset_name reads %.60q, want %.60q", got, want)
		}
	}
	saved := filepath.Join(dir, "saved")
	convert(t, saved, "xlsx", list)
	checkSaved(t, filepath.Join(saved, "outreach.xlsx"), len(rows))
}

// checkSaved looks at a list that another program opened and saved.
func checkSaved(t *testing.T, path string, rows int) {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, column := range []string{"A", "T"} {
		if visible, err := f.GetColVisible(sheet, column); err != nil || visible {
			t.Errorf("column %s is shown, %v", column, err)
		}
	}
	if v, err := f.GetDataValidations(sheet); err != nil || len(v) != 1 {
		t.Errorf("validations %v, %v", v, err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	answers, err := Answers(b)
	if err != nil || len(answers) != rows {
		t.Errorf("%d answers of %d rows, %v", len(answers), rows, err)
	}
}

// convert has LibreOffice open a file and save it to dir in another format.
func convert(t *testing.T, dir, format, file string) {
	t.Helper()
	office, err := exec.LookPath("soffice")
	if err != nil {
		if strings.Contains(os.Getenv("DESIREPATH_REQUIRE"), "libreoffice") {
			t.Fatal("LibreOffice is required and not installed")
		}
		t.Skip("LibreOffice is not installed")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, office, "-env:UserInstallation=file://"+t.TempDir()+"/profile", "--headless", "--convert-to", format, "--outdir", dir, file)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
}

func TestCSV(t *testing.T) {
	var b bytes.Buffer
	if err := CSV(&b, Given(hostileRows())); err != nil {
		t.Fatal(err)
	}
	records, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Columns(), records[0]); diff != "" {
		t.Error(diff)
	}
	for _, r := range records[1:] {
		for _, cell := range r {
			if strings.ContainsAny(firstRune(strings.TrimLeft(cell, " \t")), "=+-@|%") || strings.ContainsAny(cell, "\r\n\t\x00") {
				t.Errorf("%.40q would not stay text", cell)
			}
		}
	}
	if got := records[1][9:12]; !slices.Equal(got, []string{"3", "2", "0.87"}) {
		t.Errorf("people, copies, certainty: %v", got)
	}
}

func TestFileKeepsTheLastGoodOne(t *testing.T) {
	path := filepath.Join(t.TempDir(), "list.csv")
	good := func(w io.Writer) error { _, err := io.WriteString(w, "good"); return err }
	bad := func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return errors.New("disk full") }
	if err := File(path, 0o600, good); err != nil {
		t.Fatal(err)
	}
	if err := File(path, 0o600, bad); err == nil || !strings.Contains(err.Error(), "disk full") {
		t.Errorf("error %v", err)
	}
	if b, _ := os.ReadFile(path); string(b) != "good" {
		t.Errorf("file holds %q", b)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func BenchmarkXLSX(b *testing.B) {
	rows := make([]Row, 100_000)
	for i := range rows {
		rows[i] = Row{ConversationID: "c", System: "Lagoon", AssetName: "Marks 2026.xlsx", Why: strings.Repeat("because ", 20), Since: time.Unix(0, 0)}
	}
	for b.Loop() {
		if err := XLSX(io.Discard, len(rows), Given(rows), "Alder Bay"); err != nil {
			b.Fatal(err)
		}
	}
}

// TestListsThatBreakOff: what fails while rows are read fails the list, so that
// File leaves the last good one in place.
func TestListsThatBreakOff(t *testing.T) {
	cut, row, opening := errors.New("the store is gone"), Row{}, inventory.Opening{}
	rows := func(yield func(Row, error) bool) { _ = yield(row, nil) && yield(row, cut) }
	openings := func(yield func(inventory.Opening, error) bool) { _ = yield(opening, nil) && yield(opening, cut) }
	for name, err := range map[string]error{
		"csv": CSV(io.Discard, rows), "xlsx": XLSX(io.Discard, 2, rows, "Alder Bay"), "jsonl": Talks(io.Discard, openings, "en"),
		"jira": Jira(io.Discard, openings, "en"), "planner": Planner(io.Discard, openings, "en"),
	} {
		if !errors.Is(err, cut) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A file that cannot take its place says why in one line and leaves nothing
// half written behind.
func TestFileThatCannotTakeItsPlace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "outreach.csv")
	if err := os.MkdirAll(filepath.Join(path, "full"), 0o700); err != nil {
		t.Fatal(err)
	}
	err := File(path, 0o600, func(w io.Writer) error { return nil })
	if err == nil || strings.Contains(err.Error(), "\n") || !strings.Contains(err.Error(), path) {
		t.Errorf("a folder in its place gives %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".outreach.csv-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
