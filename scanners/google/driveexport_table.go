package google

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"google.golang.org/api/drive/v3"

	"github.com/desirepath/desirepath/inventory"
)

// A table is Drive's inventory as it was exported, and what it has of the columns that we look for.
// https://support.google.com/a/answer/15485686
type table struct {
	name    string // project.dataset.table
	rows    int64
	fields  map[string]field // by path, such as owner.user.id
	columns []column         // those that are there, in the order of a query for files
}

type field struct {
	kind     string // BigQuery's type
	repeated bool
}

// A column is one of a file's that a query asks for.
type column struct {
	name  string // what we call it
	paths string // where it is, the likeliest first
	must  bool
}

// fileColumns are what is asked of a file. The schema is published in words alone, so that what is not sure to be there, or to be called
// so, is looked for and done without.
func fileColumns() []column {
	return []column{
		{"id", "id", true}, {"title", "title", true}, {"mime", "mime_type", true},
		{"modified", "last_modified_time_micros last_modified_time", true},
		{"created", "create_time_micros create_time", false},
		{"bytes", "size_bytes size", false}, {"md5", "md5_checksum", false},
		{"parent", "parent parent.id parents parent_id", false},
		{"editor", "last_modifying_user.email last_modifying_user.user.email last_modifier.user.email", false},
		{"trashed", "trashed is_trashed", false},
		{"grants", "permissions access.permissions", false},
	}
}

const (
	snapshotColumn = "snapshot_end_time_micros"
	ownerAddress   = "owner.user.email"
	// driveColumn names the drive that a file is in: a shared one, or its owner's.
	driveColumn = "COALESCE(owner.shared_drive.id, owner.user.id, owner.user.email)"
)

// listed and described are what BigQuery's REST API says of tables.
type listed struct {
	Tables []struct {
		Reference struct {
			ID string `json:"tableId"`
		} `json:"tableReference"`
	} `json:"tables"`
}

type described struct {
	Rows   int64 `json:"numRows,string"`
	Schema struct {
		Fields []schemaField `json:"fields"`
	} `json:"schema"`
}

type schemaField struct {
	Name   string        `json:"name"`
	Type   string        `json:"type"`
	Mode   string        `json:"mode"`
	Fields []schemaField `json:"fields"`
}

// table finds the inventory in the dataset by what columns it has: what it is called is the export's business.
func (b warehouse) table(ctx context.Context) (table, error) {
	var all listed
	if err := b.do(ctx, "GET", "datasets/"+b.dataset+"/tables", nil, nil, &all); err != nil {
		return table{}, err
	}
	missing := "the dataset is empty"
	for _, each := range all.Tables {
		name := each.Reference.ID
		if !regexp.MustCompile(`^[\w-]+$`).MatchString(name) {
			continue
		}
		var d described
		if err := b.do(ctx, "GET", "datasets/"+b.dataset+"/tables/"+name, nil, nil, &d); err != nil {
			return table{}, err
		}
		t := table{name: b.project + "." + b.dataset + "." + name, rows: d.Rows, fields: map[string]field{}}
		t.take("", d.Schema.Fields)
		if missing = t.lacks(); missing == "" {
			return t, nil
		}
		missing = fmt.Sprintf("the table %s has no column %s", name, missing)
	}
	return table{}, fmt.Errorf("no table of the dataset %s of the project %s is Drive's inventory: %s", b.dataset, b.project, missing)
}

func (t *table) take(above string, fields []schemaField) {
	for _, f := range fields {
		path := above + f.Name
		t.fields[path] = field{f.Type, f.Mode == "REPEATED"}
		if f.Mode != "REPEATED" {
			t.take(path+".", f.Fields)
		}
	}
}

// lacks names the first column that must be there and is not, and notes those that are.
func (t *table) lacks() string {
	for _, path := range []string{"owner.shared_drive.id", "owner.user.id", ownerAddress, snapshotColumn} {
		if _, ok := t.fields[path]; !ok {
			return path
		}
	}
	for _, c := range fileColumns() {
		path, ok := t.find(c)
		switch {
		case ok:
			t.columns = append(t.columns, column{c.name, path, c.must})
		case c.must:
			return c.paths
		}
	}
	return ""
}

// find is the first place that a column is at with a value that can be shown.
func (t *table) find(c column) (string, bool) {
	for path := range strings.FieldsSeq(c.paths) {
		f, ok := t.fields[path]
		record := f.kind == "RECORD" || f.kind == "STRUCT"
		if ok && (!record || c.name == "grants" && f.repeated) {
			return path, true
		}
	}
	return "", false
}

// value is how a column is asked for, as text, a number or a truth.
func (t *table) value(c column) string {
	switch f := t.fields[c.paths]; {
	case f.repeated && c.name == "grants":
		return "ARRAY_LENGTH(" + c.paths + ")"
	case f.repeated:
		return c.paths + "[SAFE_OFFSET(0)]"
	case f.kind == "TIMESTAMP":
		return "UNIX_MICROS(" + c.paths + ")"
	}
	return c.paths
}

// index asks which drives there are, whose, with how many files, as of when. Its answer has a row for each drive.
func (t *table) index() question {
	return question{MaxResults: 10_000, Query: "SELECT " + driveColumn + " AS drive, MAX(" + ownerAddress + ") AS owner, COUNT(*) AS files, MAX(" + t.value(column{paths: snapshotColumn}) +
		") AS snapshot FROM `" + t.name + "` WHERE " + driveColumn + " IS NOT NULL GROUP BY drive ORDER BY drive"}
}

// files asks for the files of a slice, drive by drive.
func (t *table) files(snapshot int64, in *slice) question {
	wanted := []string{driveColumn + " AS drive"}
	for _, c := range t.columns {
		wanted = append(wanted, t.value(c)+" AS "+c.name)
	}
	q := question{MaxResults: 1}
	where := []string{driveColumn + " IS NOT NULL", t.value(column{paths: snapshotColumn}) + " <= @snapshot"}
	q.with("snapshot", "INT64", fmt.Sprint(snapshot))
	if in.from != "" {
		where = append(where, driveColumn+" >= @from")
		q.with("from", "STRING", in.from)
	}
	if in.before != "" {
		where = append(where, driveColumn+" < @before")
		q.with("before", "STRING", in.before)
	}
	q.Query = "SELECT " + strings.Join(wanted, ", ") + " FROM `" + t.name + "` WHERE " + strings.Join(where, " AND ") + " ORDER BY drive, id"
	return q
}

// file is a row as Drive would tell of the file.
func (t *table) file(p inventory.Place, r record) *drive.File {
	f := &drive.File{OwnedByMe: true}
	if p.Kind == inventory.PlaceSharedDrive {
		f.OwnedByMe, f.DriveId = false, p.ID
	}
	for i, c := range t.columns {
		i++ // the first is the drive
		switch c.name {
		case "id":
			f.Id = r.text(i)
		case "title":
			f.Name = r.text(i)
		case "mime":
			f.MimeType = r.text(i)
		case "modified":
			f.ModifiedTime = driveTime(r.number(i))
		case "created":
			f.CreatedTime = driveTime(r.number(i))
		case "bytes":
			f.Size = r.number(i)
		case "md5":
			f.Md5Checksum = r.text(i)
		case "parent":
			f.Parents = []string{r.text(i)}
		case "editor":
			f.LastModifyingUser = &drive.User{EmailAddress: r.text(i)}
		case "trashed":
			f.Trashed = r.text(i) == "true"
		case "grants":
			f.Shared = r.number(i) > 1 // the owner's is one
		}
	}
	if strings.HasPrefix(f.MimeType, nativePrefix) {
		f.Size = 0 // what Google reckons it takes, not what can be read
	}
	f.WebViewLink = fileLink(f)
	return f
}

// driveTime is a time as Drive writes it, so that revisions are the same from either source.
func driveTime(micros int64) string {
	return time.UnixMicro(micros).UTC().Format("2006-01-02T15:04:05.000Z")
}

// fileLink is where people open a file; the export does not say.
func fileLink(f *drive.File) string {
	switch strings.TrimPrefix(f.MimeType, nativePrefix) {
	case "spreadsheet":
		return "https://docs.google.com/spreadsheets/d/" + f.Id + "/edit"
	case "form":
		return "https://docs.google.com/forms/d/" + f.Id + "/edit"
	case "script":
		return "https://script.google.com/d/" + f.Id + "/edit"
	}
	return "https://drive.google.com/file/d/" + f.Id + "/view"
}
