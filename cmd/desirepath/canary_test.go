package main

import (
	"archive/zip"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// canary is a value that must come out nowhere.
const canary = "Zq7Canary"

// TestCanary plants a value wherever a workbook can hold one, scans, and
// searches every byte of every output.
func TestCanary(t *testing.T) {
	share := t.TempDir()
	path := filepath.Join(share, "marks.xlsx")
	writeBook(t, path, books()[0]...)
	plant(t, path)
	if err := os.WriteFile(filepath.Join(share, "list.csv"), []byte("Student ID,Student name,Course,Final grade\n1,"+canary+",x,y\n2,"+canary+",x,y\n3,c,x,y\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	dir := newNight(t, share)
	a := testApp(t)
	var said bytes.Buffer
	a.Out, a.Err = &said, &said
	config := filepath.Join(dir, "desirepath.yaml")
	for _, args := range [][]string{
		{"scan", "--verbose", "--ledger", "--config", config},
		{"inspect", "--output", "json", path, filepath.Join(share, "list.csv")},
		{"classify", "--output", "json", share},
		{"inventory", "list", "--output", "json", "--config", config},
	} {
		if code := a.run(t.Context(), args); code != exitOK {
			t.Fatalf("%v: exit code %d\n%s", args, code, &said)
		}
	}
	searchOutputs(t, dir, said.Bytes())
}

// searchOutputs searches what commands said and every file below a folder.
func searchOutputs(t *testing.T, dir string, said []byte) {
	t.Helper()
	searched := 0
	search := func(name string, b []byte) {
		searched++
		if bytes.Contains(bytes.ToLower(b), []byte(strings.ToLower(canary))) {
			t.Errorf("%s holds the value that was planted", name)
		}
	}
	search("what the commands said", said)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		search(path, readFile(t, path))
		if filepath.Ext(path) == ".xlsx" {
			searchParts(t, path, search)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if searched < 10 {
		t.Fatalf("only %d outputs were searched", searched)
	}
}

// plant puts the canary into cells, formulas, a list, a comment and the
// document's properties.
func plant(t *testing.T, path string) {
	t.Helper()
	f, err := excelize.OpenFile(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	list := excelize.NewDataValidation(true)
	list.SetSqref("G2:G9")
	for _, err := range []error{
		f.SetCellStr("Sheet1", "B3", canary),
		f.SetCellFormula("Sheet1", "H2", `IF(A2="`+canary+`","`+canary+`",1)`),
		f.AddComment("Sheet1", excelize.Comment{Cell: "A1", Author: canary, Text: canary}),
		f.SetDocProps(&excelize.DocProperties{Title: canary, Creator: canary, Description: canary}),
		f.SetAppProps(&excelize.AppProperties{Company: canary}),
		list.SetDropList([]string{canary, "open", "closed"}),
		f.AddDataValidation("Sheet1", list),
		f.SetCellHyperLink("Sheet1", "A4", "https://example.org/?q="+canary, "External"),
		f.SetHeaderFooter("Sheet1", &excelize.HeaderFooterOptions{OddHeader: canary}),
		f.Save(),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func searchParts(t *testing.T, path string, search func(string, []byte)) {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(r)
		r.Close()
		if err != nil {
			t.Fatal(err)
		}
		search(path+" "+part.Name, b)
	}
}
