package workbook

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

const labelGUID = "0a1b2c3d-1111-2222-3333-444455556666"

// aroundParts is a workbook with a pivot table on its first sheet, and all that
// can stand around cells.
func aroundParts() map[string]string {
	cell := func(ref, text string) string {
		return `<c r="` + ref + `" t="inlineStr"><is><t>` + text + `</t></is></c>`
	}
	parts := plainParts(`<worksheet><sheetData><row r="1">` + cell("A1", "Owner") + cell("B1", "Kanari") + `</row><row r="3">` + cell("A3", "Sum of Price") + cell("B3", "Column Labels") +
		`</row><row r="4">` + cell("A4", "Region") + cell("B4", "Wilhelmina Vogelzang") + cell("C4", "Kanari") + cell("D4", "Grand Total") +
		`</row><row r="5">` + cell("A5", "North") + `<c r="B5"><v>1</v></c><c r="C5"><v>2</v></c><c r="D5"><v>3</v></c></row>` +
		`<row r="6">` + cell("A6", "South") + `<c r="B6"><v>1</v></c><c r="C6"><v>2</v></c><c r="D6"><v>3</v></c></row></sheetData>
		<sheetProtection sheet="1" password="CAFE"/><protectedRanges><protectedRange name="mine" sqref="A1"/></protectedRanges>
		<conditionalFormatting sqref="A1:B2"><cfRule type="cellIs"><formula>"kanari"</formula></cfRule><cfRule type="top10"/></conditionalFormatting></worksheet>`)
	maps.Copy(parts, map[string]string{
		"xl/workbook.xml": `<workbook xmlns:r="x"><workbookProtection lockStructure="1"/><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>`,
		"xl/worksheets/_rels/sheet1.xml.rels": `<Relationships><Relationship Id="r1" Type="` + relationTypes + `pivotTable" Target="../pivotTables/pivotTable1.xml"/>
			<Relationship Id="r2" Type="` + relationTypes + `comments" Target="../comments1.xml"/></Relationships>`,
		"xl/pivotTables/pivotTable1.xml": `<pivotTableDefinition><location ref="A3:D6" firstHeaderRow="1" firstDataRow="2" firstDataCol="1" rowPageCount="1" colPageCount="1"/><pivotFields><pivotField/></pivotFields>
			<rowFields><field x="0"/></rowFields><colFields><field x="1"/></colFields><dataFields><dataField name="Sum of Price"/></dataFields></pivotTableDefinition>`,
		"xl/pivotCache/pivotCacheDefinition1.xml": `<pivotCacheDefinition refreshedBy="Wilhelmina Vogelzang"><cacheSource type="worksheet"><worksheetSource ref="A1:C9" sheet="Orders"/></cacheSource>
			<cacheFields><cacheField name="Owner"><sharedItems><s v="kanari"/></sharedItems></cacheField></cacheFields></pivotCacheDefinition>`,
		"xl/pivotCache/pivotCacheDefinition2.xml":            `<pivotCacheDefinition><cacheSource type="worksheet"><worksheetSource r:id="r1" sheet="Kanari"/></cacheSource></pivotCacheDefinition>`,
		"xl/pivotCache/_rels/pivotCacheDefinition2.xml.rels": `<Relationships><Relationship Id="r1" Type="x/externalLinkPath" TargetMode="External" Target="file:///C:/Users/kanari/Rates.xlsx"/></Relationships>`,
		"xl/pivotCache/pivotCacheDefinition3.xml":            `<pivotCacheDefinition><cacheSource type="external" connectionId="1"/></pivotCacheDefinition>`,
		"xl/pivotCache/pivotCacheDefinition4.xml":            `<pivotCacheDefinition><cacheSource type="consolidation"><consolidation><rangeSets><rangeSet sheet="Wilhelmina Vogelzang"/><rangeSet name="Budget"/></rangeSets></consolidation></cacheSource></pivotCacheDefinition>`,
		"xl/comments1.xml":                                   `<comments><authors><author>kanari</author></authors><commentList><comment ref="A1"><text><t>kanari</t></text></comment><comment ref="A2"/></commentList></comments>`,
		"xl/threadedComments/threadedComment1.xml":           `<ThreadedComments><threadedComment ref="A1"><text>kanari</text></threadedComment></ThreadedComments>`,
		"xl/drawings/drawing1.xml":                           `<xdr:wsDr><xdr:sp><a:extLst><a:ext><asl:scriptLink val="https://x-my.sharepoint.com/personal/kanari/script.osts"/></a:ext></a:extLst></xdr:sp></xdr:wsDr>`,
		"docMetadata/LabelInfo.xml": `<clbl:labelList><clbl:label id="{99999999-0000-0000-0000-000000000000}" enabled="1" removed="1"/>
			<clbl:label id="{` + labelGUID + `}" enabled="1" method="Privileged" siteId="{0}" removed="0"/></clbl:labelList>`,
		"docProps/custom.xml": `<Properties><property name="MSIP_Label_` + labelGUID + `_Name"><vt:lpwstr>Confidential - Staff</vt:lpwstr></property>
			<property name="MSIP_Label_` + labelGUID + `_Enabled"><vt:lpwstr>true</vt:lpwstr></property><property name="Client"><vt:lpwstr>kanari</vt:lpwstr></property></Properties>`,
	})
	return parts
}

func TestWhatStandsAroundCells(t *testing.T) {
	s := mustRead(t, zipOf(t, aroundParts()), "x.xlsx")
	want := inventory.Structure{
		Pivots: 1, PivotSources: []string{"Budget", "Orders", "Rates.xlsx", "Wilhelmina Vogelzang", "connection"}, Notes: 2, Protected: 3,
		ConditionalFormats: 2, Scripts: 1, Label: inventory.Label{ID: labelGUID, Name: "Confidential - Staff"},
	}
	if diff := cmp.Diff(want, onlyAround(s)); diff != "" {
		t.Errorf("structure (-want +got):\n%s", diff)
	}
	if out := fmt.Sprintf("%+v", s.Sheets); strings.Contains(strings.ToLower(out), "kanari") || strings.Contains(out, "Wilhelmina") {
		t.Errorf("a value of a field was kept: %s", out)
	}
	r := s.Sheets[0].Regions[len(s.Sheets[0].Regions)-1]
	if !r.Pivot || !r.Crosstab || len(r.Headings) != 1 || r.Headings[0] != "Region" {
		t.Errorf("the pivot table is %+v", r)
	}
	heads, err := readBytes(zipOf(t, aroundParts()), "x.xlsx", Options{Depth: inventory.DepthHeads})
	if err != nil || heads.Label != want.Label || !heads.Sheets[0].Regions[0].Crosstab {
		t.Errorf("heads: %+v, %v", heads, err)
	}
}

func onlyAround(s inventory.Structure) inventory.Structure {
	return inventory.Structure{
		Pivots: s.Pivots, PivotSources: s.PivotSources, Notes: s.Notes, Protected: s.Protected,
		ConditionalFormats: s.ConditionalFormats, Scripts: s.Scripts, Label: s.Label,
	}
}

// TestLabels: which of several labels counts, and whose name is kept.
func TestLabels(t *testing.T) {
	const other = "ffffffff-1111-2222-3333-444455556666"
	property := func(id, attribute, text string) string {
		return `<property name="MSIP_Label_` + id + `_` + attribute + `"><lpwstr>` + text + `</lpwstr></property>`
	}
	for name, c := range map[string]struct {
		list, custom string
		want         inventory.Label
	}{
		"none":           {"", property(labelGUID, "Name", "Public"), inventory.Label{}},
		"off":            {"", property(labelGUID, "Enabled", "false") + property(labelGUID, "Name", "Public"), inventory.Label{}},
		"by properties":  {"", property(other, "Enabled", "True") + property(other, "Name", "Public"), inventory.Label{ID: other, Name: "Public"}},
		"by list":        {`<label id="{` + labelGUID + `}" enabled="true"/>`, property(other, "Enabled", "true"), inventory.Label{ID: labelGUID}},
		"a person's":     {"", property(other, "Enabled", "true") + property(other, "Name", "Wilhelmina Vogelzang"), inventory.Label{ID: other}},
		"an address":     {"", property(other, "Enabled", "true") + property(other, "Name", "only ann@example.org"), inventory.Label{ID: other}},
		"not an ID":      {`<label id="kanari" enabled="1"/>`, property("kanari", "Enabled", "true"), inventory.Label{}},
		"no property is": {"", `<property name="MSIP_Label_"/><property name="Name"><x>kanari</x></property>`, inventory.Label{}},
	} {
		parts := plainParts(`<worksheet><sheetData/></worksheet>`)
		parts["docProps/custom.xml"] = `<Properties>` + c.custom + `</Properties>`
		if c.list != "" {
			parts["docMetadata/LabelInfo.xml"] = `<labelList>` + c.list + `</labelList>`
		}
		if got := mustRead(t, zipOf(t, parts), "x.xlsx").Label; got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}

// TestPeriods: what stands across a crosstab.
func TestPeriods(t *testing.T) {
	for text, want := range map[string]bool{
		"January": true, "Jan": true, "Sept.": true, "Mai 2024": true, "mar-24": true, "août": true, "May": true,
		"Marks": false, "Mary": false, "Junior": false, "Ja": false, "Decision": false, "May contain nuts": false, "": false,
	} {
		if got := isMonth(text); got != want {
			t.Errorf("isMonth(%q) = %v", text, got)
		}
	}
	for text, want := range map[string]bool{"Week 1": true, "Q3": true, "KW12": true, "FY 2024": true, "2024": true, "Item 1": false, "Week": false, "Phase 2": false} {
		if got := isPeriodWord(text); got != want {
			t.Errorf("isPeriodWord(%q) = %v", text, got)
		}
	}
}

// FuzzAround fuzzes the parts that tell what stands around the cells.
func FuzzAround(f *testing.F) {
	p := aroundParts()
	f.Add(p["xl/pivotTables/pivotTable1.xml"], p["xl/pivotCache/pivotCacheDefinition4.xml"], p["xl/comments1.xml"], p["xl/drawings/drawing1.xml"], p["docMetadata/LabelInfo.xml"], p["docProps/custom.xml"])
	f.Fuzz(func(t *testing.T, pivot, cache, comments, drawing, label, custom string) {
		parts := aroundParts()
		parts["xl/pivotTables/pivotTable1.xml"], parts["xl/pivotCache/pivotCacheDefinition4.xml"] = pivot, cache
		parts["xl/comments1.xml"], parts["xl/drawings/drawing1.xml"] = comments, drawing
		parts["docMetadata/LabelInfo.xml"], parts["docProps/custom.xml"] = label, custom
		checkRead(t, zipOf(t, parts), "x.xlsx")
	})
}
