package emulator

import (
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// csdl is Microsoft's description of every type of Graph v1.0, as far as a JSON body can be held to it.
type csdl map[string]*csdlType

type csdlType struct {
	Name       string         `xml:"Name,attr"`
	Base       string         `xml:"BaseType,attr"`
	Open       bool           `xml:"OpenType,attr"`
	Properties []csdlProperty `xml:"Property"`
	Links      []csdlProperty `xml:"NavigationProperty"`
	Members    []csdlProperty `xml:"Member"`
}

type csdlProperty struct {
	Name     string `xml:"Name,attr"`
	Type     string `xml:"Type,attr"`
	Nullable string `xml:"Nullable,attr"`
}

// shared finds test data that is not part of the project, or skips the test.
func shared(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("DESIREPATH_SHARED")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared")
	}
	path := filepath.Join(dir, name)
	if _, err := os.Stat(path); err != nil {
		if slices.Contains(strings.Split(os.Getenv("DESIREPATH_REQUIRE"), ","), "shared") {
			t.Fatal(err)
		}
		t.Skipf("%s is not here; set DESIREPATH_SHARED to the folder it is in", name)
	}
	return path
}

func readCSDL(t *testing.T) csdl {
	t.Helper()
	f, err := os.Open(shared(t, "reference/graph-v1.0.csdl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Schemas []struct {
			Namespace string     `xml:"Namespace,attr"`
			Entities  []csdlType `xml:"EntityType"`
			Complex   []csdlType `xml:"ComplexType"`
			Enums     []csdlType `xml:"EnumType"`
		} `xml:"DataServices>Schema"`
	}
	if err := xml.NewDecoder(z).Decode(&doc); err != nil {
		t.Fatal(err)
	}
	types := csdl{}
	for _, s := range doc.Schemas {
		for _, of := range [][]csdlType{s.Entities, s.Complex, s.Enums} {
			for i := range of {
				of[i].spellOut(s.Namespace)
				types[s.Namespace+"."+of[i].Name] = &of[i]
			}
		}
	}
	return types
}

// check lists what is wrong with a JSON value of a type such as "Collection(graph.user)".
func (c csdl) check(typ, at string, v any) []string {
	if of, ok := strings.CutPrefix(typ, "Collection("); ok {
		list, ok := v.([]any)
		if !ok {
			return []string{at + " is not a list"}
		}
		var wrong []string
		for i, v := range list {
			wrong = append(wrong, c.check(strings.TrimSuffix(of, ")"), fmt.Sprintf("%s[%d]", at, i), v)...)
		}
		return wrong
	}
	if strings.HasPrefix(typ, "Edm.") {
		return checkPrimitive(typ, at, v)
	}
	t, ok := c[full(typ)]
	if !ok {
		return []string{at + ": there is no type " + typ}
	}
	if len(t.Members) > 0 {
		return checkEnum(t, at, v)
	}
	object, ok := v.(map[string]any)
	if !ok {
		return []string{at + " is not an object"}
	}
	return c.checkObject(typ, at, object)
}

func (c csdl) checkObject(typ, at string, object map[string]any) []string {
	var wrong []string
	if named, ok := object["@odata.type"].(string); ok {
		named = strings.TrimPrefix(named, "#")
		if !c.derives(named, full(typ)) {
			return []string{at + ": " + named + " is not a " + typ}
		}
		typ = named
	}
	for name, v := range object {
		p, found, open := c.property(full(typ), name)
		switch {
		case strings.Contains(name, "@"), !found && open:
		case !found:
			wrong = append(wrong, at+"."+name+": "+typ+" has no such property")
		case v == nil && p.Nullable == "false":
			wrong = append(wrong, at+"."+name+" is null")
		case v != nil:
			wrong = append(wrong, c.check(p.Type, at+"."+name, v)...)
		}
	}
	return wrong
}

// property finds a property of a type or of what it is based on.
func (c csdl) property(typ, name string) (p csdlProperty, found, open bool) {
	for t := c[full(typ)]; t != nil; t = c[full(t.Base)] {
		open = open || t.Open
		for _, p := range append(t.Properties[:len(t.Properties):len(t.Properties)], t.Links...) {
			if p.Name == name {
				return p, true, open
			}
		}
	}
	return csdlProperty{}, false, open
}

func (c csdl) derives(typ, from string) bool {
	for ; typ != ""; typ = full(c[typ].Base) {
		if typ == from {
			return true
		}
		if c[typ] == nil {
			return false
		}
	}
	return false
}

// spellOut gives the types of its own namespace, which a schema calls self, their names.
func (t *csdlType) spellOut(namespace string) {
	t.Base = strings.Replace(t.Base, "self.", namespace+".", 1)
	for _, of := range [][]csdlProperty{t.Properties, t.Links} {
		for i := range of {
			of[i].Type = strings.Replace(of[i].Type, "self.", namespace+".", 1)
		}
	}
}

func full(typ string) string {
	if rest, ok := strings.CutPrefix(typ, "graph."); ok {
		return "microsoft.graph." + rest
	}
	return typ
}

func checkEnum(t *csdlType, at string, v any) []string {
	text, ok := v.(string)
	for name := range strings.SplitSeq(text, ",") {
		if !ok || !slices.ContainsFunc(t.Members, func(m csdlProperty) bool { return m.Name == name }) {
			return []string{fmt.Sprintf("%s: %v is not a member of %s", at, v, t.Name)}
		}
	}
	return nil
}

var guidShape = regexp.MustCompile(`^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$`)

func checkPrimitive(typ, at string, v any) []string {
	text, isText := v.(string)
	number, isNumber := v.(float64)
	ok := true
	switch typ {
	case "Edm.String":
		ok = isText
	case "Edm.Boolean":
		_, ok = v.(bool)
	case "Edm.Int16", "Edm.Int32", "Edm.Int64", "Edm.Byte":
		ok = isNumber && number == math.Trunc(number)
	case "Edm.Double", "Edm.Single", "Edm.Decimal":
		ok = isNumber
	case "Edm.DateTimeOffset":
		_, err := time.Parse(time.RFC3339, text)
		ok = isText && err == nil
	case "Edm.Guid":
		ok = isText && guidShape.MatchString(text)
	default:
		ok = false
	}
	if !ok {
		return []string{fmt.Sprintf("%s: %v is not an %s", at, v, typ)}
	}
	return nil
}

// The checker itself must see what is wrong, or a green test means nothing.
func TestCSDLCheckerSeesMistakes(t *testing.T) {
	types := readCSDL(t)
	for _, test := range []struct {
		typ   string
		value map[string]any
		wrong int
	}{
		{"graph.user", map[string]any{"id": "x", "accountEnabled": true, "assignedLicenses": []any{map[string]any{"skuId": "not a guid"}}}, 1},
		{"graph.user", map[string]any{"id": "x", "accountEnabled": "true", "nickname": "x"}, 1}, // user is open: unknown names pass here, not with the models
		{"graph.site", map[string]any{"id": "x", "nickname": "x"}, 1},
		{"graph.site", map[string]any{"id": "x", "createdDateTime": "yesterday", "lastModifiedDateTime": nil}, 2},
		{"graph.driveItem", map[string]any{"size": "11", "folder": map[string]any{"childCount": 1.5}}, 2},
		{"graph.permission", map[string]any{"roles": "read"}, 1},
		{"graph.directoryObject", map[string]any{"@odata.type": "#microsoft.graph.driveItem"}, 1},
		{"graph.directoryObject", map[string]any{"@odata.type": "#microsoft.graph.user", "displayName": "x"}, 0},
	} {
		if wrong := types.check(test.typ, "it", test.value); len(wrong) != test.wrong {
			t.Errorf("%s %v: %d mistakes seen, want %d: %v", test.typ, test.value, len(wrong), test.wrong, wrong)
		}
	}
}
