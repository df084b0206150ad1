package alderbay

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

const (
	officeRels = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
	mainNS     = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
	sheetML    = "application/vnd.openxmlformats-officedocument.spreadsheetml."
)

// finished adds to a written workbook what its writer cannot: what formulas came to, connections, links to other workbooks and Power Query.
func (a *Asset) finished(workbook []byte, g Grid) ([]byte, error) {
	extra, err := a.extra()
	if err != nil {
		return nil, err
	}
	in, err := zip.NewReader(bytes.NewReader(workbook), int64(len(workbook)))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, f := range in.File {
		body, err := read(f)
		if err != nil {
			return nil, err
		}
		for i := range g.Sheets {
			if f.Name == fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1) {
				body = g.Sheets[i].cached(body)
			}
		}
		if err := add(out, f.Name, join(f.Name, body, extra)); err != nil {
			return nil, err
		}
	}
	for _, p := range extra {
		for i := 0; i < len(p.files); i += 2 {
			if err := add(out, p.files[i], p.files[i+1]); err != nil {
				return nil, err
			}
		}
	}
	err = out.Close()
	return b.Bytes(), err
}

var formulaCell = regexp.MustCompile(`<c r="([A-Z]+[0-9]+)"( s="[0-9]+")? t="str"><f>([^<]*)</f>(?:<v>[^<]*</v>)?</c>`)

// cached puts into a sheet's XML what its formulas came to, with the right type, as a program that calculates would have.
func (s *SheetGrid) cached(body string) string {
	return formulaCell.ReplaceAllStringFunc(body, func(cell string) string {
		m := formulaCell.FindStringSubmatch(cell)
		x, y, err := at(m[1])
		if err != nil {
			return cell
		}
		c, kind, value := s.get(y, x), "", ""
		switch c.Kind {
		case Number:
			value = strconv.FormatFloat(c.Number, 'f', -1, 64)
		case Bool:
			kind, value = ` t="b"`, strconv.FormatFloat(c.Number, 'f', 0, 64)
		default:
			kind, value = ` t="str"`, escape(c.Text)
		}
		return `<c r="` + m[1] + `"` + m[2] + kind + `><f>` + m[3] + `</f><v>` + value + `</v></c>`
	})
}

// A part is one that the workbook refers to, with the files that belong to it.
type part struct {
	id       string
	target   string // from the workbook
	relation string // last word of its type
	content  string // type of the first file, "" when the extension's will do
	files    []string
	external bool // named in the workbook's list of external references
}

// join gives the files that hold the package together their share of the extra parts.
func join(name, body string, extra []part) string {
	var types, rels, links strings.Builder
	for _, p := range extra {
		if p.content != "" {
			fmt.Fprintf(&types, `<Override PartName="/%s" ContentType="%s"/>`, p.files[0], p.content)
		}
		fmt.Fprintf(&rels, `<Relationship Id="%s" Type="%s/%s" Target="%s"/>`, p.id, officeRels, p.relation, p.target)
		if p.external {
			fmt.Fprintf(&links, `<externalReference xmlns:r="%s" r:id="%s"/>`, officeRels, p.id)
		}
	}
	switch name {
	case "[Content_Types].xml":
		return strings.Replace(body, "</Types>", types.String()+"</Types>", 1)
	case "xl/_rels/workbook.xml.rels":
		return strings.Replace(body, "</Relationships>", rels.String()+"</Relationships>", 1)
	case "xl/workbook.xml":
		if links.Len() > 0 {
			return strings.Replace(body, "</sheets>", "</sheets><externalReferences>"+links.String()+"</externalReferences>", 1)
		}
	}
	return body
}

func (a *Asset) extra() ([]part, error) {
	var ps []part
	if len(a.Connections)+len(a.Queries) > 0 {
		ps = append(ps, part{
			id: "rIdConnections", target: "connections.xml", relation: "connections",
			content: sheetML + "connections+xml", files: []string{"xl/connections.xml", a.connections()},
		})
	}
	for i, link := range a.Links {
		ps = append(ps, externalLink(i+1, link))
	}
	if len(a.Queries) > 0 {
		mashup, err := a.mashup()
		if err != nil {
			return nil, err
		}
		ps = append(ps, part{
			id: "rIdMashup", target: "../customXml/item1.xml", relation: "customXml",
			files: []string{"customXml/item1.xml", mashup},
		})
	}
	return ps, nil
}

// connections is the part that lists where a workbook is fed from; a Power Query shows up in it too.
func (a *Asset) connections() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+`<connections xmlns="%s">`, mainNS)
	n := 0
	for _, c := range a.Connections {
		n++
		kind := 1
		if strings.Contains(c.Text, "Provider=") {
			kind = 5
		}
		if url, web := strings.CutPrefix(c.Text, "URL;"); web {
			fmt.Fprintf(&b, `<connection id="%d" name="%s" type="4" refreshedVersion="6"><webPr url="%s"/></connection>`, n, escape(c.Name), escape(url))
			continue
		}
		fmt.Fprintf(&b, `<connection id="%d" name="%s" type="%d" refreshedVersion="6" saveData="1"><dbPr connection="%s" command="%s"/></connection>`,
			n, escape(c.Name), kind, escape(c.Text), escape(c.Command))
	}
	for _, q := range a.Queries {
		n++
		text := "Provider=Microsoft.Mashup.OleDb.1;Data Source=$Workbook$;Location=" + q.Name + `;Extended Properties=""`
		fmt.Fprintf(&b, `<connection id="%d" keepAlive="1" name="Query - %s" description="Connection to the '%s' query in the workbook." type="5" refreshedVersion="8"><dbPr connection="%s" command="SELECT * FROM [%s]"/></connection>`,
			n, escape(q.Name), escape(q.Name), escape(text), escape(q.Name))
	}
	b.WriteString("</connections>")
	return b.String()
}

func externalLink(n int, target string) part {
	file := fmt.Sprintf("externalLinks/externalLink%d.xml", n)
	body := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+
		`<externalLink xmlns="%s"><externalBook xmlns:r="%s" r:id="rId1"><sheetNames><sheetName val="Sheet1"/></sheetNames></externalBook></externalLink>`,
		mainNS, officeRels)
	rels := fmt.Sprintf(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?>`+"\n"+
		`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="%s/externalLinkPath" Target="%s" TargetMode="External"/></Relationships>`,
		officeRels, escape(strings.ReplaceAll(target, " ", "%20")))
	return part{
		id: fmt.Sprintf("rIdLink%d", n), target: file, relation: "externalLink", external: true,
		content: sheetML + "externalLink+xml",
		files:   []string{"xl/" + file, body, strings.Replace("xl/"+file, "externalLinks/", "externalLinks/_rels/", 1) + ".rels", rels},
	}
}

// mashup is the part that keeps Power Queries: a package of M inside a binary envelope inside XML, see [MS-QDEFF] 2.2.
func (a *Asset) mashup() (string, error) {
	var section strings.Builder
	section.WriteString("section Section1;\r\n")
	for _, q := range a.Queries {
		fmt.Fprintf(&section, "\r\nshared #%q = %s;\r\n", q.Name, strings.TrimSpace(q.M))
	}
	var pkg bytes.Buffer
	z := zip.NewWriter(&pkg)
	for _, f := range [][2]string{
		{"Config/Package.xml", `<?xml version="1.0" encoding="utf-8"?><Package xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><Version>2.110.0.0</Version><MinVersion>2.21.0.0</MinVersion><Culture>en-AU</Culture></Package>`},
		{"[Content_Types].xml", `<?xml version="1.0" encoding="utf-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="text/xml"/><Default Extension="m" ContentType="application/x-ms-m"/></Types>`},
		{"Formulas/Section1.m", section.String()},
	} {
		if err := add(z, f[0], f[1]); err != nil {
			return "", err
		}
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	envelope := binary.LittleEndian.AppendUint32(nil, 0)
	for _, field := range [][]byte{
		pkg.Bytes(),
		[]byte(`<?xml version="1.0" encoding="utf-8"?><PermissionList xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><CanEvaluateFuturePackages>false</CanEvaluateFuturePackages><FirewallEnabled>true</FirewallEnabled></PermissionList>`),
		make([]byte, 12), // metadata: a version, no XML, no content
		nil,              // permission binding
	} {
		envelope = binary.LittleEndian.AppendUint32(envelope, uint32(len(field)))
		envelope = append(envelope, field...)
	}
	return `<?xml version="1.0" encoding="utf-8"?><DataMashup xmlns="http://schemas.microsoft.com/DataMashup">` +
		base64.StdEncoding.EncodeToString(envelope) + `</DataMashup>`, nil
}

func read(f *zip.File) (string, error) {
	r, err := f.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	body, err := io.ReadAll(r)
	return string(body), err
}
