package learn

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/classify/match"
)

// A document is as much of a JSON schema (https://json-schema.org/draft/2020-12),
// an OpenAPI description (https://spec.openapis.org/oas/v3.1.0) or a Dataverse
// answer (https://learn.microsoft.com/power-apps/developer/data-platform/webapi/query-metadata-web-api)
// as tells fields.
type document struct {
	node
	Swagger    string `json:"swagger"`
	OpenAPI    string `json:"openapi"`
	Components struct {
		Schemas map[string]*node `json:"schemas"`
	} `json:"components"`
	Definitions map[string]*node `json:"definitions"`
	Defs        map[string]*node `json:"$defs"`

	entity
	Value []entity `json:"value"`
}

// A node is one schema. Examples, defaults and enumerations are not read: they
// may be data.
type node struct {
	Title       string           `json:"title"`
	Description string           `json:"description"`
	Type        stringOrList     `json:"type"`
	Format      string           `json:"format"`
	Ref         string           `json:"$ref"`
	Properties  map[string]*node `json:"properties"`
	Items       *node            `json:"items"`
	AllOf       []*node          `json:"allOf"`
}

// A stringOrList is the first of a list that may be a single text.
type stringOrList string

// UnmarshalJSON takes anything: a type that is no text tells nothing.
func (s *stringOrList) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*s = stringOrList(one)
		return nil
	}
	var many []string
	if json.Unmarshal(b, &many) == nil {
		many = slices.DeleteFunc(many, func(t string) bool { return t == "null" })
		if len(many) > 0 {
			*s = stringOrList(many[0])
		}
	}
	return nil
}

// maxDepth is how deep schemas lie in one another before they are taken for
// ones that hold themselves.
const maxDepth = 6

func (d *document) jsonSchema(name string) ([]match.Field, error) {
	r := resolver{known: map[string]*node{}}
	for at, defs := range map[string]map[string]*node{"#/definitions/": d.Definitions, "#/$defs/": d.Defs} {
		for k, n := range defs {
			r.known[at+k] = n
		}
	}
	if d.Title != "" {
		name = d.Title
	}
	r.table(name, &d.node, 0)
	if len(r.fields) == 0 {
		r.all(d.Definitions)
		r.all(d.Defs)
	}
	return r.result()
}

func (d *document) openAPI() ([]match.Field, error) {
	r := resolver{known: map[string]*node{}}
	for k, n := range d.Components.Schemas {
		r.known["#/components/schemas/"+k] = n
	}
	for k, n := range d.Definitions {
		r.known["#/definitions/"+k] = n
	}
	r.all(d.Components.Schemas)
	r.all(d.Definitions)
	return r.result()
}

// A resolver gathers fields, following references within the document.
type resolver struct {
	known  map[string]*node
	fields []match.Field
}

func (r *resolver) result() ([]match.Field, error) {
	if len(r.fields) == 0 {
		return nil, ErrUnknown
	}
	return r.fields, nil
}

func (r *resolver) all(schemas map[string]*node) {
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		r.table(name, schemas[name], 0)
	}
}

// table takes the properties of a schema for the columns of a table. Objects
// within it are part of it, as they are in an export.
func (r *resolver) table(name string, n *node, depth int) {
	if n = r.follow(n); n == nil || depth > maxDepth {
		return
	}
	for _, part := range n.AllOf {
		r.table(name, part, depth+1)
	}
	if n.Items != nil && len(n.Properties) == 0 {
		r.table(name, n.Items, depth+1)
		return
	}
	for _, key := range slices.Sorted(maps.Keys(n.Properties)) {
		property := n.Properties[key]
		inner := r.follow(property)
		if inner == nil {
			continue
		}
		if property.Ref == "" && len(inner.Properties) > 0 {
			r.table(name, inner, depth+1)
			continue
		}
		column, says := key, inner.Description
		if inner.Title != "" && property.Ref == "" {
			says = strings.TrimSpace(inner.Title + ". " + says)
		}
		kind := inner.Format
		if kind == "" {
			kind = string(inner.Type)
		}
		r.fields = append(r.fields, match.Field{Table: name, Column: column, Description: says, Type: kind})
	}
}

// follow gives what a reference leads to; nil if that is nothing.
func (r *resolver) follow(n *node) *node {
	for range maxDepth {
		if n == nil || n.Ref == "" {
			return n
		}
		n = r.known[n.Ref]
	}
	return nil
}

// An entity is a table of Dataverse.
type entity struct {
	LogicalName string      `json:"LogicalName"`
	DisplayName label       `json:"DisplayName"`
	Attributes  []attribute `json:"Attributes"`
}

type attribute struct {
	LogicalName   string `json:"LogicalName"`
	AttributeType string `json:"AttributeType"`
	DisplayName   label  `json:"DisplayName"`
	Description   label  `json:"Description"`
}

type label struct {
	User struct {
		Label string `json:"Label"`
	} `json:"UserLocalizedLabel"`
}

// dataverse reads table definitions, one or a list. What has no label people
// never see.
func (d *document) dataverse() ([]match.Field, error) {
	entities := d.Value
	if len(d.entity.Attributes) > 0 {
		entities = append(entities, d.entity)
	}
	r := resolver{}
	for _, e := range entities {
		table := e.DisplayName.User.Label
		if table == "" {
			table = e.LogicalName
		}
		for _, a := range e.Attributes {
			if shown := a.DisplayName.User.Label; shown != "" {
				r.fields = append(r.fields, match.Field{Table: table, Column: shown, Description: a.Description.User.Label, Type: a.AttributeType})
			}
		}
	}
	return r.result()
}
