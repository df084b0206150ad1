package workbook

import (
	"bytes"
	"testing"
)

func FuzzReadODS(f *testing.F) {
	f.Add(odsSheets, odsParts("")["settings.xml"])
	f.Add(`<table:table table:name="a"><table:table-row table:number-rows-repeated="99"><table:table-cell table:number-columns-repeated="99" office:value-type="float" office:value="1" table:formula="of:=[.A1:.B2];['x'#$S.A1]"/></table:table-row></table:table>`, "")
	f.Fuzz(func(t *testing.T, sheets, settings string) {
		parts := odsParts(sheets)
		parts["settings.xml"] = settings
		checkRead(t, zipOf(t, parts), "x.ods")
		checkRead(t, []byte(flatODS(sheets)), "x.fods")
	})
}

func FuzzReadXLSB(f *testing.F) {
	parts := xlsbParts()
	f.Add([]byte(parts["xl/workbook.bin"]), []byte(parts["xl/worksheets/sheet1.bin"]), []byte(parts["xl/styles.bin"]), []byte(parts["xl/connections.bin"]))
	f.Fuzz(func(t *testing.T, book, sheet, styles, connections []byte) {
		parts := xlsbParts()
		parts["xl/workbook.bin"], parts["xl/worksheets/sheet1.bin"] = string(book), string(sheet)
		parts["xl/styles.bin"], parts["xl/connections.bin"] = string(styles), string(connections)
		checkRead(t, zipOf(t, parts), "x.xlsb")
	})
}

func FuzzReadSpreadsheetML(f *testing.F) {
	f.Add([]byte(spreadsheetMLFile))
	f.Add([]byte(`<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet><Table><Row ss:Index="9999999"><Cell ss:Index="70000" ss:MergeAcross="-5" ss:Formula="=R[9]C[-9]:R:C"/></Row></Table></Worksheet></Workbook>`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if !bytes.Contains(b[:min(len(b), 4096)], []byte("urn:schemas-microsoft-com:office:spreadsheet")) {
			b = append([]byte(`<?xml version="1.0"?><!--urn:schemas-microsoft-com:office:spreadsheet-->`), b...)
		}
		checkRead(t, b, "x.xml")
	})
}
