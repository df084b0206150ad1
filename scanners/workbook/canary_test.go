package workbook

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCanary plants a value in every place of a workbook and looks for it in
// the Structure: only what may be kept is there.
func TestCanary(t *testing.T) {
	b := zipOf(t, canaryParts(t))
	for name, o := range map[string]Options{"alone": {}, "with a directory": {Personal: func(s string) bool { return strings.Contains(s, "Wilhelmina") }}} {
		s, err := readBytes(b, "canary.xlsm", o)
		if err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		for i := range canaries {
			if c := canary(i); strings.Contains(strings.ToLower(string(out)), c) {
				t.Errorf("%s: canary %d was kept: %s", name, i, out)
			}
		}
		if strings.Contains(string(out), "Wilhelmina") && o.Personal != nil {
			t.Errorf("%s: a name of the directory was kept: %s", name, out)
		}
		want := []string{"Name", "Grade", "Price", "Remark", "Formula"}
		if diff := cmp.Diff(want, withoutNames(s.Sheets[0].Regions[0].Headings)); diff != "" {
			t.Errorf("%s: headings (-want +got):\n%s", name, diff)
		}
	}
}

func withoutNames(in []string) []string {
	var out []string
	for _, s := range in {
		if !strings.Contains(s, "Wilhelmina") {
			out = append(out, s)
		}
	}
	return out
}

// How many places a canary sits in; canary(i) is the one of place i.
const canaries = 40

func canary(i int) string { return fmt.Sprintf("zyx%02dkanari", i) }

func canaryParts(t *testing.T) map[string]string {
	text := func(ref string, i int) string {
		return fmt.Sprintf(`<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, canary(i))
	}
	heading := func(ref, s string) string {
		return fmt.Sprintf(`<c r="%s" t="inlineStr"><is><t>%s</t></is></c>`, ref, s)
	}
	sheet := `<worksheet><sheetPr codeName="` + canary(0) + `"/><sheetData><row r="1">` +
		heading("A1", "Name") + heading("B1", "Grade") + heading("C1", "Price") + heading("D1", canary(1)+"@example.org") +
		heading("E1", "https://example.org/"+canary(2)) + heading("F1", "Wilhelmina Vogelzang") + heading("G1", "Remark") + heading("H1", "Formula") +
		`</row><row r="2">` + text("A2", 3) + `<c r="B2"><v>1</v></c><c r="C2"><v>2</v></c>` + text("D2", 4) + text("E2", 5) + text("F2", 6) +
		`<c r="G2" t="s"><v>0</v></c><c r="H2" t="str"><f>IF(A2="` + canary(7) + `",'` + canary(8) + `'!B2,Tab[` + canary(9) + `])&amp;` + canary(10) + `</f><v>` + canary(11) + `</v></c>` +
		`</row><row r="3">` + text("A3", 12) + `<c r="B3"><v>3</v></c><c r="C3"><v>2</v></c>` + text("G3", 13) + `<c r="H3" t="e"><v>` + canary(14) + `</v></c></row></sheetData>` +
		`<dataValidations count="1"><dataValidation type="list" prompt="` + canary(15) + `" error="` + canary(16) + `" sqref="B2"><formula1>"Open,` + canary(17) + `,Closed"</formula1></dataValidation></dataValidations>` +
		`<headerFooter><oddHeader>` + canary(18) + `</oddHeader></headerFooter></worksheet>`
	parts := plainParts(sheet)
	parts["xl/workbook.xml"] = `<workbook xmlns:r="x"><sheets><sheet name="One" sheetId="1" r:id="r1"/><sheet name="` + canary(19) + `@example.org" sheetId="2" r:id="r9"/></sheets>
		<definedNames><definedName name="Rates" comment="` + canary(20) + `">"` + canary(21) + `"</definedName><definedName name="hid` + canary(22) + `" hidden="1">1</definedName></definedNames></workbook>`
	parts["xl/_rels/workbook.xml.rels"] = `<Relationships><Relationship Id="r1" Type="` + relationTypes + `worksheet" Target="worksheets/sheet1.xml"/>
		<Relationship Id="r2" Type="` + relationTypes + `sharedStrings" Target="sharedStrings.xml"/>
		<Relationship Id="r3" Type="` + relationTypes + `connections" Target="connections.xml"/>
		<Relationship Id="r4" Type="` + relationTypes + `externalLink" Target="externalLinks/externalLink1.xml"/>
		<Relationship Id="r5" Type="` + relationTypes + `customXml" Target="../customXml/item1.xml"/></Relationships>`
	parts["xl/sharedStrings.xml"] = `<sst><si><t>` + canary(23) + `</t></si></sst>`
	parts["xl/comments1.xml"] = `<comments><authors><author>` + canary(24) + `</author></authors><commentList><comment ref="A1"><text><t>` + canary(25) + `</t></text></comment></commentList></comments>`
	parts["docProps/core.xml"] = `<coreProperties><creator>` + canary(26) + `</creator><keywords>` + canary(27) + `</keywords></coreProperties>`
	parts["xl/connections.xml"] = `<connections><connection id="1" type="5" name="` + canary(28) + `" description="` + canary(29) + `">
		<dbPr connection="Provider=SQLOLEDB;Data Source=srv;Initial Catalog=db;User ID=` + canary(30) + `;Password=&quot;` + canary(31) + `;x&quot;" command="SELECT '` + canary(32) + `' FROM t"/></connection>
		<connection id="2" type="4"><webPr url="https://` + canary(33) + `:secret@host.example/path?key=` + canary(34) + `"/></connection></connections>`
	parts["xl/externalLinks/externalLink1.xml"] = `<externalLink><externalBook><sheetNames><sheetName val="` + canary(35) + `"/></sheetNames><sheetDataSet><sheetData><row><cell><v>` + canary(36) + `</v></cell></row></sheetData></sheetDataSet></externalBook></externalLink>`
	parts["xl/externalLinks/_rels/externalLink1.xml.rels"] = `<Relationships><Relationship Id="r1" Type="x/externalLinkPath" TargetMode="External" Target="file:///C:/Users/` + canary(37) + `/Rates.xlsx"/></Relationships>`
	parts["customXml/item1.xml"] = mashupOf(t, `section Section1; // `+canary(38)+`
		shared Orders = let S = Sql.Database("srv", "db", [Query="SELECT `+canary(39)+`"]) in S;`)
	return parts
}
