package workbook

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"maps"
	"slices"
	"testing"

	"github.com/desirepath/desirepath/inventory"
)

// zipOf makes a zip file of parts.
func zipOf(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(parts)) {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[name])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

const relationTypes = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/"

// plainParts is a workbook of one sheet, part by part.
func plainParts(sheetXML string) map[string]string {
	return map[string]string{
		"[Content_Types].xml": `<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`,
		"_rels/.rels":         `<Relationships><Relationship Id="r1" Type="` + relationTypes + `officeDocument" Target="xl/workbook.xml"/></Relationships>`,
		"xl/workbook.xml":     `<workbook xmlns:r="x"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Type="` + relationTypes + `worksheet" Target="worksheets/sheet1.xml"/>
			<Relationship Id="r2" Type="` + relationTypes + `sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml": sheetXML,
	}
}

// mashupOf packs M code as Excel stores it.
func mashupOf(t testing.TB, code string) string {
	pack := zipOf(t, map[string]string{"Formulas/Section1.m": code})
	raw := binary.LittleEndian.AppendUint32(nil, 0)
	raw = binary.LittleEndian.AppendUint32(raw, uint32(len(pack)))
	raw = append(raw, pack...)
	return `<DataMashup xmlns="http://schemas.microsoft.com/DataMashup">` + base64.StdEncoding.EncodeToString(raw) + `</DataMashup>`
}

func readBytes(b []byte, name string, o Options) (inventory.Structure, error) {
	return Read(context.Background(), bytes.NewReader(b), int64(len(b)), name, o)
}

func mustRead(t testing.TB, b []byte, name string) inventory.Structure {
	t.Helper()
	s, err := readBytes(b, name, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
