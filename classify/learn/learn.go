// Package learn reads what IT has at hand of a sanctioned system, and turns it
// into the fields of that system: SQL that creates its tables, a JSON schema,
// an OpenAPI description, the table definitions of Dataverse. Headings of
// exports and import templates are read by whoever reads workbooks.
package learn

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/desirepath/desirepath/classify/match"
)

// ErrUnknown is returned for a file that is none of the forms read here.
var ErrUnknown = errors.New("no form that is read here")

// maxFile bounds what is read, in bytes; the schema of a large ERP has ten
// million.
const maxFile = 64 << 20

// Read tells the form of a file from its name and its content, and gives the
// fields it describes, in their order. Values that examples show are not read.
func Read(name string, b []byte) ([]match.Field, error) {
	if len(b) > maxFile {
		return nil, fmt.Errorf("%s: larger than 64 MiB", name)
	}
	fields, err := read(name, b)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return fields, nil
}

func read(name string, b []byte) ([]match.Field, error) {
	b = bytes.TrimPrefix(bytes.TrimSpace(b), []byte("\ufeff"))
	switch ext := strings.ToLower(path.Ext(name)); {
	case ext == ".yaml" || ext == ".yml":
		if bytes.Count(b, []byte("&")) > 1000 {
			return nil, errors.New("too many anchors; give it as JSON")
		}
		doc, err := yaml.YAMLToJSON(b)
		if err != nil {
			return nil, errors.New("it is no YAML that can be read")
		}
		return fromJSON(name, doc)
	case bytes.HasPrefix(b, []byte("{")) || bytes.HasPrefix(b, []byte("[")):
		return fromJSON(name, b)
	case ext == ".sql" || ext == ".ddl" || bytes.Contains(bytes.ToLower(b[:min(len(b), 1<<16)]), []byte("create table")):
		return fromSQL(string(b))
	}
	return nil, ErrUnknown
}

// fromJSON tells the forms of JSON apart by what only they have.
func fromJSON(name string, b []byte) ([]match.Field, error) {
	var doc document
	if err := json.Unmarshal(b, &doc); err != nil {
		return nil, fmt.Errorf("it is no JSON that describes an object: %w", err)
	}
	switch {
	case doc.OpenAPI != "" || doc.Swagger != "":
		return doc.openAPI()
	case len(doc.Value) > 0 || len(doc.Attributes) > 0:
		return doc.dataverse()
	case len(doc.Properties) > 0 || doc.Items != nil || len(doc.Definitions)+len(doc.Defs) > 0:
		return doc.jsonSchema(strings.TrimSuffix(path.Base(name), path.Ext(name)))
	}
	return nil, ErrUnknown
}
