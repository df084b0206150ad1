package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os/exec"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"
)

// exits runs desirepath and checks its exit code: exits CODE ARG...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec("desirepath", args[1:]...)
	got := 0
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// writeWorkbook makes an xlsx file: workbook FILE HEADING... ; every heading
// gets a column with a few rows.
func writeWorkbook(ts *testscript.TestScript, neg bool, args []string) {
	f := excelize.NewFile()
	defer f.Close()
	for i, heading := range args[1:] {
		for row := range 6 {
			cell, err := excelize.CoordinatesToCellName(i+1, row+1)
			ts.Check(err)
			value := heading
			if row > 0 {
				value = "value " + strconv.Itoa(row*(i+3))
			}
			ts.Check(f.SetCellStr("Sheet1", cell, value))
		}
	}
	ts.Check(f.SaveAs(ts.MkAbs(args[0])))
}

// checkLines checks that a file holds JSON objects, one a line, each with the
// given keys: jsonl FILE KEY...
func checkLines(ts *testscript.TestScript, neg bool, args []string) {
	lines := 0
	for line := range bytes.Lines([]byte(ts.ReadFile(args[0]))) {
		var object map[string]any
		if err := json.Unmarshal(line, &object); err != nil {
			ts.Fatalf("line %d: %v", lines+1, err)
		}
		for _, key := range args[1:] {
			name, list := strings.CutSuffix(key, "[]")
			value, ok := object[name]
			if !ok {
				ts.Fatalf("line %d lacks %s: %s", lines+1, name, line)
			}
			if _, isList := value.([]any); list && !isList {
				ts.Fatalf("line %d: %s is no list: %s", lines+1, name, line)
			}
		}
		lines++
	}
	if lines == 0 {
		ts.Fatalf("%s is empty", args[0])
	}
}

// setCell writes to a list as somebody would: setcell FILE COLUMN ROW VALUE,
// where the column goes by its heading.
func setCell(ts *testscript.TestScript, neg bool, args []string) {
	f, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	sheet := f.GetSheetName(0)
	rows, err := f.GetRows(sheet)
	ts.Check(err)
	row, err := strconv.Atoi(args[2])
	ts.Check(err)
	for i, heading := range rows[0] {
		if heading == args[1] {
			cell, err := excelize.CoordinatesToCellName(i+1, row)
			ts.Check(err)
			ts.Check(f.SetCellStr(sheet, cell, args[3]))
			ts.Check(f.Save())
			return
		}
	}
	ts.Fatalf("no column %s in %v", args[1], rows[0])
}
