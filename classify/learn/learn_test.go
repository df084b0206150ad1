package learn

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/classify/match"
)

func TestRead(t *testing.T) {
	for name, c := range map[string]struct {
		file, text string
		want       []match.Field
	}{
		"sql": {"schema.sql", `
-- people; CREATE TABLE not_this (x int);
CREATE TABLE IF NOT EXISTS "hr"."Employee" (
	"Employee ID" bigint NOT NULL DEFAULT nextval('a,b(c'),
	[Start Date] date, /* a ) */
	` + "`salary` numeric(10, 2) COMMENT 'gross, a year'," + `
	CONSTRAINT pk PRIMARY KEY ("Employee ID"),
	FOREIGN KEY (manager) REFERENCES hr.Employee (id)
) ENGINE=InnoDB;
create table leave_request (id int);
COMMENT ON COLUMN hr.Employee."Start Date" IS 'the first day; it''s paid';
create index i on leave_request (id);`,
			[]match.Field{
				{Table: "Employee", Column: "Employee ID", Type: "bigint"},
				{Table: "Employee", Column: "Start Date", Type: "date", Description: "the first day; it's paid"},
				{Table: "Employee", Column: "salary", Type: "numeric", Description: "gross, a year"},
				{Table: "leave_request", Column: "id", Type: "int"},
			}},
		"json schema": {"student.json", `{"title": "Student", "type": "object", "properties": {
			"studentId": {"type": "string", "title": "Student ID", "examples": ["S123"]},
			"born": {"type": ["null", "string"], "format": "date"},
			"home": {"type": "object", "properties": {"city": {"type": "string"}}},
			"courses": {"type": "array", "items": {"$ref": "#/$defs/course"}},
			"self": {"$ref": "#/$defs/self"}},
			"$defs": {"course": {"properties": {"code": {}}}, "self": {"$ref": "#/$defs/self"}}}`,
			[]match.Field{
				{Table: "Student", Column: "born", Type: "date"},
				{Table: "Student", Column: "courses", Type: "array"},
				{Table: "Student", Column: "city", Type: "string"},
				{Table: "Student", Column: "studentId", Description: "Student ID.", Type: "string"},
			}},
		"openapi in yaml": {"api.yaml", `
openapi: 3.1.0
components:
  schemas:
    Ticket:
      allOf:
        - $ref: '#/components/schemas/Base'
        - properties: {priority: {type: string, enum: [secret]}}
    Base: {properties: {id: {type: integer, format: int64}}}
`, []match.Field{
			{Table: "Base", Column: "id", Type: "int64"}, {Table: "Ticket", Column: "id", Type: "int64"}, {Table: "Ticket", Column: "priority", Type: "string"},
		}},
		"dataverse": {"tables.json", `{"value": [{"LogicalName": "contact", "DisplayName": {"UserLocalizedLabel": {"Label": "Contact"}}, "Attributes": [
			{"LogicalName": "fullname", "AttributeType": "String", "DisplayName": {"UserLocalizedLabel": {"Label": "Full Name"}}},
			{"LogicalName": "versionnumber", "AttributeType": "BigInt", "DisplayName": {"UserLocalizedLabel": null}}]}]}`,
			[]match.Field{{Table: "Contact", Column: "Full Name", Type: "String"}}},
	} {
		got, err := Read(c.file, []byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWhatIsNothing(t *testing.T) {
	for name, text := range map[string]string{
		"empty.json": "{}", "list.json": "[1, 2]", "a.txt": "hello", "empty.sql": "-- nothing", "a.yaml": "- just: a list",
		"cut.sql": "create table", "open.sql": `create table "a`, "cut.json": `{"properties": `,
	} {
		if got, err := Read(name, []byte(text)); err == nil || !strings.HasPrefix(err.Error(), name) {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
	if _, err := Read("a.txt", []byte("hello")); !errors.Is(err, ErrUnknown) {
		t.Errorf("%v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("a.sql", []byte(`create table "a" (b int, constraint c check (d in ('e', 'f'))); comment on column a.b is 'x'`))
	f.Add("a.json", []byte(`{"$defs": {"a": {"properties": {"b": {"$ref": "#/$defs/a"}}}}}`))
	f.Add("a.yaml", []byte("openapi: 3.0.0\ncomponents: {schemas: {A: {allOf: [{$ref: '#/components/schemas/A'}]}}}"))
	f.Fuzz(func(t *testing.T, name string, b []byte) {
		fields, err := Read(name, b)
		if err == nil && len(fields) == 0 {
			t.Error("no error and no field")
		}
	})
}
