package api

import (
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Endpoint is something that can be asked for.
type Endpoint struct {
	Path    string // below Root, with {names}
	Summary string
	Params  []Param
	Answer  any // a zero value of what comes back
	Roles   []string
}

// A Param is what a question may say after the path.
type Param struct {
	Name, Doc string
	Type      string // of JSON Schema; "" is string
	Format    string
	Enum      []string
}

// Document describes endpoints as OpenAPI 3.1 does
// (https://spec.openapis.org/oas/v3.1.0).
func Document(version string, endpoints []Endpoint) map[string]any {
	schemas := schemas{}
	problem := map[string]any{"description": "Why there is no answer", "content": map[string]any{"application/problem+json": map[string]any{"schema": schemas.of(reflect.TypeFor[Problem]())}}}
	paths := map[string]any{}
	for _, e := range endpoints {
		answer := map[string]any{"description": "The answer", "content": map[string]any{"application/json": map[string]any{"schema": schemas.of(reflect.TypeOf(e.Answer))}},
			"headers": map[string]any{"ETag": map[string]any{"schema": map[string]any{"type": "string"}}}}
		paths[e.Path] = map[string]any{"get": map[string]any{
			"summary": e.Summary, "operationId": operation(e.Path), "parameters": parameters(e),
			"description": "For the roles: " + strings.Join(e.Roles, ", ") + ".",
			"responses":   map[string]any{"200": answer, "304": map[string]any{"description": "It is as the ETag in If-None-Match says"}, "default": problem},
		}}
	}
	return map[string]any{
		"openapi":           "3.1.0",
		"jsonSchemaDialect": "https://json-schema.org/draft/2020-12/schema",
		"info": map[string]any{"title": "desirepath", "version": version,
			"description": "What people built beside the sanctioned systems, and the conversations about it. It is for reading: nothing here changes anything."},
		"servers":    []any{map[string]any{"url": Root}},
		"security":   []any{map[string]any{"token": []any{}}},
		"paths":      paths,
		"components": map[string]any{"schemas": map[string]any(schemas), "securitySchemes": map[string]any{"token": map[string]any{"type": "http", "scheme": "bearer", "description": "desirepath token add makes one"}}},
	}
}

func operation(path string) string {
	var words []string
	for part := range strings.SplitSeq(path, "/") {
		if part = strings.Trim(part, "{}"); part != "" {
			words = append(words, part)
		}
	}
	return strings.Join(words, "_")
}

func parameters(e Endpoint) []any {
	out := []any{}
	for part := range strings.SplitSeq(e.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			out = append(out, map[string]any{"name": strings.TrimSuffix(name, "}"), "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
		}
	}
	for _, p := range e.Params {
		schema := map[string]any{"type": "string"}
		if p.Type != "" {
			schema["type"] = p.Type
		}
		if p.Format != "" {
			schema["format"] = p.Format
		}
		if len(p.Enum) > 0 {
			schema["enum"] = p.Enum
		}
		out = append(out, map[string]any{"name": p.Name, "in": "query", "description": p.Doc, "schema": schema})
	}
	return out
}

// schemas are the JSON Schemas of named types, made from the types.
type schemas map[string]any

// of gives the schema of a type as it stands where it is used.
func (s schemas) of(t reflect.Type) map[string]any {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return map[string]any{"type": "string", "format": "date-time"}
	case t.Kind() == reflect.Pointer:
		return map[string]any{"anyOf": []any{s.of(t.Elem()), map[string]any{"type": "null"}}}
	case t.Kind() == reflect.Slice:
		return map[string]any{"type": []any{"array", "null"}, "items": s.of(t.Elem())}
	case t.Kind() == reflect.Map:
		return map[string]any{"type": []any{"object", "null"}, "additionalProperties": s.of(t.Elem())}
	case t.Kind() == reflect.Struct:
		name := schemaName(t)
		if _, known := s[name]; !known {
			s[name] = nil // a type that holds itself ends here
			s[name] = s.object(t)
		}
		return map[string]any{"$ref": "#/components/schemas/" + name}
	default:
		return map[string]any{"type": jsonType(t.Kind())}
	}
}

func jsonType(k reflect.Kind) string {
	switch k {
	case reflect.Bool:
		return "boolean"
	case reflect.Float32, reflect.Float64:
		return "number"
	case reflect.String:
		return "string"
	default:
		return "integer"
	}
}

// schemaName is a type's name; Page[Asset] is Page_Asset.
func schemaName(t reflect.Type) string {
	name, of, generic := strings.Cut(t.Name(), "[")
	if generic {
		name += "_" + strings.TrimSuffix(of[strings.LastIndexByte(of, '.')+1:], "]")
	}
	if !strings.HasSuffix(t.PkgPath(), "/api") {
		name = "Inventory" + name
	}
	return name
}

func (s schemas) object(t reflect.Type) map[string]any {
	properties, required := map[string]any{}, []string{}
	s.fields(t, properties, &required)
	return map[string]any{"type": "object", "properties": properties, "required": required, "additionalProperties": false}
}

// fields adds what encoding/json would write of a struct.
func (s schemas) fields(t reflect.Type, properties map[string]any, required *[]string) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case !f.IsExported() || name == "-":
			continue
		case f.Anonymous && name == "":
			s.fields(f.Type, properties, required)
			continue
		case name == "":
			name = f.Name
		}
		property := maps.Clone(s.of(f.Type))
		if doc := f.Tag.Get("doc"); doc != "" {
			property["description"] = doc
		}
		properties[name] = property
		if !strings.Contains(options, "omit") {
			*required = append(*required, name)
		}
	}
}

// Check finds the first thing that a question says and its endpoint does not
// know or understand; "" is none.
func (e Endpoint) Check(asked map[string][]string) string {
	for _, name := range slices.Sorted(maps.Keys(asked)) {
		i := slices.IndexFunc(e.Params, func(p Param) bool { return p.Name == name })
		if i < 0 {
			return "There is no " + strconv.Quote(clipped(name)) + " to ask for here; the document names what there is."
		}
		for _, value := range asked[name] {
			if value != "" && !e.Params[i].takes(value) {
				return strconv.Quote(clipped(value)) + " is nothing that " + name + " can be: " + e.Params[i].Doc
			}
		}
	}
	return ""
}

func (p Param) takes(value string) (ok bool) {
	switch {
	case len(p.Enum) > 0:
		return slices.Contains(p.Enum, value)
	case p.Type == "integer":
		n, err := strconv.Atoi(value)
		return err == nil && n >= 0
	case p.Type == "boolean":
		_, err := strconv.ParseBool(value)
		return err == nil
	case p.Format == "date":
		_, err := time.Parse(time.DateOnly, value)
		return err == nil
	default:
		return true
	}
}

// clipped is a word as a sentence can hold it.
func clipped(s string) string {
	if len(s) > 60 {
		return strings.ToValidUTF8(s[:60], "") + "…"
	}
	return s
}
