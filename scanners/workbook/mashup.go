package workbook

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/workbook/target"
	"github.com/desirepath/desirepath/scanners/workbook/xml"
)

// mashupQueries reads the Power Queries of a workbook from its DataMashup
// (MS-QDEFF): base64, in it a header and a zip file, in that the code in M.
// What cannot be read gives none.
func mashupQueries(text []byte) []inventory.Query {
	raw := make([]byte, base64.StdEncoding.DecodedLen(len(text)))
	n, err := base64.StdEncoding.Decode(raw, text)
	if err != nil || n < 8 {
		return nil
	}
	size := int64(binary.LittleEndian.Uint32(raw[4:]))
	if size > int64(n-8) {
		return nil
	}
	return parseSection(mashupCode(raw[8 : 8+size]))
}

// maxCode bounds the code of all queries together.
const maxCode = 8 << 20

func mashupCode(pack []byte) string {
	z, err := zip.NewReader(bytes.NewReader(pack), int64(len(pack)))
	if err != nil {
		return ""
	}
	for _, f := range z.File {
		if partName(f.Name) != "formulas/section1.m" {
			continue
		}
		rc, err := f.Open()
		if err != nil {
			return ""
		}
		defer rc.Close()
		code, _ := io.ReadAll(io.LimitReader(rc, maxCode))
		return string(code)
	}
	return ""
}

// parseSection finds the queries of a section of M and what they read from.
func parseSection(code string) []inventory.Query {
	var out []inventory.Query
	m := mScanner{code: code}
	for m.next() {
		switch {
		case m.kind == mWord && m.text == "shared":
			if m.next() && (m.kind == mWord || m.kind == mQuotedWord) {
				out = append(out, inventory.Query{Name: m.text, Sources: []string{}})
			}
		case m.kind == mWord && len(out) > 0 && isSource(m.text):
			q := &out[len(out)-1]
			if s := m.source(m.text); !slices.Contains(q.Sources, s) && len(q.Sources) < 100 {
				q.Sources = append(q.Sources, s)
			}
		}
		if len(out) >= maxNames {
			break
		}
	}
	return out
}

// sourceKinds says, by the first word of a function of M, how the texts that
// it is called with are to be read. Other functions work on data that is
// already there.
var sourceKinds = map[string]func(args []string) string{
	"Sql": databaseSource, "Oracle": databaseSource, "MySQL": databaseSource, "PostgreSQL": databaseSource,
	"DB2": databaseSource, "Sybase": databaseSource, "Teradata": databaseSource, "Informix": databaseSource,
	"AnalysisServices": databaseSource, "SapHana": databaseSource, "SapBusinessWarehouse": databaseSource,
	"Snowflake": databaseSource, "AmazonRedshift": databaseSource, "GoogleBigQuery": databaseSource,
	"Databricks": databaseSource, "Essbase": databaseSource, "Cassandra": databaseSource,
	"Web": webSource, "OData": webSource, "SharePoint": webSource, "Cds": webSource, "CommonDataService": webSource,
	"Dynamics": webSource, "DynamicsNav": webSource, "Salesforce": webSource, "AzureStorage": webSource,
	"AzureDataExplorer": webSource, "Kusto": webSource, "Hdfs": webSource, "Soda": webSource, "VSTS": webSource,
	"File": fileSource, "Folder": fileSource,
	"Odbc": stringSource, "OleDb": stringSource, "AdoDotNet": stringSource,
	"Excel": noSource, "PowerBI": noSource, "PowerPlatform": noSource, "Exchange": noSource, "ActiveDirectory": noSource,
	"GoogleAnalytics": noSource, "GoogleSheets": webSource, "Facebook": noSource, "Smartsheet": noSource, "Marketo": noSource,
}

// isSource reports whether a function brings data in.
func isSource(name string) bool {
	module, function, found := strings.Cut(name, ".")
	if !found || sourceKinds[module] == nil {
		return false
	}
	switch name {
	case "Excel.Workbook", "Web.Page", "Web.Headers", "Excel.ShapeTable":
		return false // they take what another function brought
	}
	return function != ""
}

func databaseSource(args []string) string {
	var parts []string
	for _, a := range args[:min(2, len(args))] {
		parts = append(parts, target.Host(a))
	}
	return target.Join(parts...)
}

func webSource(args []string) string    { return target.Web(args[0]) }
func fileSource(args []string) string   { return target.File(args[0]) }
func noSource([]string) string          { return "" }
func stringSource(args []string) string { return target.Connection(new(string), args[0]) }

// source reads the texts at the beginning of a call and names the source:
// "Sql.Database srv/db".
func (m *mScanner) source(name string) string {
	var args []string
	for m.peek() == '(' || len(args) > 0 && m.peek() == ',' {
		if m.next(); m.peek() != '"' || !m.next() {
			break
		}
		args = append(args, m.text)
	}
	module, _, _ := strings.Cut(name, ".")
	if len(args) > 0 {
		if target := sourceKinds[module](args); target != "" {
			return name + " " + target
		}
	}
	return name
}

// An mScanner takes the code of M (the Power Query formula language) apart,
// as far as finding names and texts takes.
type mScanner struct {
	code string
	pos  int
	kind mKind
	text string // of a word or a text
}

type mKind uint8

const (
	mOther mKind = iota
	mWord
	mQuotedWord
	mText
)

// next reads a token; false at the end.
func (m *mScanner) next() bool {
	m.skipSpace()
	if m.pos >= len(m.code) {
		return false
	}
	rest := m.code[m.pos:]
	r, size := utf8.DecodeRuneInString(rest)
	switch {
	case strings.HasPrefix(rest, `#"`):
		m.pos++
		m.kind, m.text = mQuotedWord, m.quoted()
	case r == '"':
		m.kind, m.text = mText, m.quoted()
	case r == '_' || unicode.IsLetter(r):
		end := strings.IndexFunc(rest, func(r rune) bool {
			return r != '_' && r != '.' && !unicode.IsLetter(r) && !unicode.IsDigit(r)
		})
		if end < 0 {
			end = len(rest)
		}
		m.kind, m.text = mWord, rest[:end]
		m.pos += end
	default:
		m.kind, m.text = mOther, ""
		m.pos += size
	}
	return true
}

// quoted reads a text; a quote in it is doubled.
func (m *mScanner) quoted() string {
	start := m.pos + 1
	for i := start; i < len(m.code); i++ {
		if m.code[i] != '"' {
			continue
		}
		if i+1 < len(m.code) && m.code[i+1] == '"' {
			i++
			continue
		}
		m.pos = i + 1
		return strings.ReplaceAll(m.code[start:i], `""`, `"`)
	}
	m.pos = len(m.code)
	return ""
}

// peek is the first byte of the next token; 0 at the end.
func (m *mScanner) peek() byte {
	m.skipSpace()
	if m.pos >= len(m.code) {
		return 0
	}
	return m.code[m.pos]
}

// skipSpace moves past space and comments.
func (m *mScanner) skipSpace() {
	for m.pos < len(m.code) {
		rest := m.code[m.pos:]
		switch {
		case xml.IsSpace(rest[0]):
			m.pos++
		case strings.HasPrefix(rest, "//"):
			m.skipPast("\n")
		case strings.HasPrefix(rest, "/*"):
			m.skipPast("*/")
		default:
			return
		}
	}
}

func (m *mScanner) skipPast(mark string) {
	if i := strings.Index(m.code[m.pos+1:], mark); i >= 0 {
		m.pos += 1 + i + len(mark)
	} else {
		m.pos = len(m.code)
	}
}
