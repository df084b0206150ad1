package emulator

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"

	drivev3 "google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"
)

func TestGoogleDownloads(t *testing.T) {
	ws := university(t)
	f := ws.named(librarian, "gate counts.csv")
	get := func(d *drivev3.Service, id, bytes string) (*http.Response, error) {
		call := d.Files.Get(id).SupportsAllDrives(true)
		if bytes != "" {
			call.Header().Set("Range", "bytes="+bytes)
		}
		return call.Download()
	}
	d := ws.drive(librarian)
	whole, err := get(d, f.Id, "")
	if err != nil {
		t.Fatal(err)
	}
	all := ws.body(whole)
	if whole.StatusCode != 200 || int64(len(all)) != f.Size || !bytes.HasPrefix(all, []byte("day,in,out\r\n")) {
		t.Errorf("%d, %d bytes, size %d", whole.StatusCode, len(all), f.Size)
	}
	part, err := get(d, f.Id, "4-9")
	if err != nil {
		t.Fatal(err)
	}
	if got := ws.body(part); part.StatusCode != 206 || string(got) != "in,out" || part.Header.Get("Content-Range") != fmt.Sprintf("bytes 4-9/%d", f.Size) {
		t.Errorf("%d %q %s", part.StatusCode, got, part.Header.Get("Content-Range"))
	}
	_, err = get(d, ws.named(librarian, "shelf shift sums").Id, "")
	ws.refuses(err, 403, "fileNotDownloadable")
	_, err = get(ws.drive(librarian, "drive.metadata.readonly"), f.Id, "")
	ws.refuses(err, 403, "insufficientPermissions")
	_, err = get(ws.drive("ivo.marinov@alderbay.example"), f.Id, "")
	ws.refuses(err, 404, "notFound")
}

func (ws *workspace) body(r *http.Response) []byte {
	ws.Helper()
	defer r.Body.Close()
	data, err := io.ReadAll(r.Body)
	if err != nil {
		ws.Fatal(err)
	}
	return data
}

func TestGoogleReadsASheet(t *testing.T) {
	ws := university(t)
	f := ws.named(historian, "HIST201 marks 2024")
	s := ws.sheets(historian)
	whole, err := s.Spreadsheets.Get(f.Id).Fields("properties(title),sheets(properties(title,hidden,gridProperties),data(startRow,rowData(values(userEnteredValue,effectiveValue,dataValidation))))").Ranges("Marks!A1:L6").Do()
	if err != nil {
		t.Fatal(err)
	}
	if len(whole.Sheets) != 1 || whole.Properties.Title != "HIST201 marks 2024" || whole.Sheets[0].Properties.GridProperties.FrozenRowCount != 3 {
		t.Fatalf("%+v", whole)
	}
	rows := whole.Sheets[0].Data[0].RowData
	if len(rows) != 6 || *rows[2].Values[0].EffectiveValue.StringValue != "Surname" || rows[2].Values[0].UserEnteredFormat != nil {
		t.Fatalf("%d rows", len(rows))
	}
	if got := rows[3].Values[8].UserEnteredValue.FormulaValue; got == nil || *got != "=E4+F4+G4+H4" || rows[3].Values[8].EffectiveValue.NumberValue == nil {
		t.Errorf("a formula: %v", got)
	}
	if rule := rows[3].Values[3].DataValidation; rule == nil || rule.Condition.Type != "ONE_OF_LIST" || len(rule.Condition.Values) != 4 {
		t.Errorf("a list: %+v", rule)
	}
	bare, err := s.Spreadsheets.Get(f.Id).Do()
	if err != nil || len(bare.Sheets) != 2 || bare.Sheets[0].Data != nil {
		t.Errorf("without fields there are no cells: %v", err)
	}
	grid, err := s.Spreadsheets.Get(f.Id).IncludeGridData(true).Do()
	if err != nil || len(grid.Sheets[1].Data[0].RowData) != 59 {
		t.Errorf("with grid data there are: %v", err)
	}
	for _, wrong := range []func() error{
		func() error { _, err := s.Spreadsheets.Get(f.Id).Ranges("Nobody!A1").Do(); return err },
		func() error {
			_, err := s.Spreadsheets.Get(f.Id).Ranges("Marks!A1:B2000", "Marks!A2000").Do()
			return err
		},
		func() error { _, err := s.Spreadsheets.Get(f.Id).Fields("sheets(title)").Do(); return err },
	} {
		var refusal *googleapi.Error
		if err := wrong(); !errors.As(err, &refusal) || refusal.Code != 400 {
			t.Errorf("got %v, want 400", err)
		}
	}
}

func TestGoogleSearches(t *testing.T) {
	ws := university(t)
	d := ws.drive(librarian)
	for q, want := range map[string]int{
		"name = 'gate counts.csv'":                                                                           0, // in a shared drive, which corpora user leaves out
		"mimeType = '" + MIMEGoogleSheet + "' and 'me' in owners":                                            1,
		"mimeType contains 'application/vnd' and 'me' in owners":                                             1,
		"not trashed = false and 'me' in owners":                                                             0,
		"(name = 'x' or name contains 'shelf') and trashed=false":                                            1,
		"modifiedTime > '2026-06-01T00:00:00' and 'me' in owners and mimeType != '" + MIMEGoogleFolder + "'": 1,
		"'root' in parents and 'me' in owners":                                                               1,
	} {
		list, err := d.Files.List().Q(q).Do()
		if err != nil {
			t.Errorf("%s: %v", q, err)
		} else if len(list.Files) != want {
			t.Errorf("%s: %d files, want %d", q, len(list.Files), want)
		}
	}
}

func TestGooglePermissionsAndRevisions(t *testing.T) {
	ws := university(t)
	f := ws.named(historian, "HIST201 marks 2024")
	d := ws.drive(historian, "drive.metadata.readonly")
	permissions, err := d.Permissions.List(f.Id).Fields("permissions(id,type,role,emailAddress,deleted,pendingOwner)").Do()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, p := range permissions.Permissions {
		got[p.EmailAddress] = p.Role
	}
	if len(got) != 3 || got[historian] != "owner" || got["saoirse.flynn@alderbay.example"] != "writer" {
		t.Errorf("permissions: %v", got)
	}
	revisions, err := d.Revisions.List(f.Id).PageSize(2).Fields("nextPageToken,revisions(id,modifiedTime,lastModifyingUser/emailAddress)").Do()
	if err != nil || len(revisions.Revisions) != 2 || revisions.NextPageToken == "" || revisions.Revisions[0].LastModifyingUser.EmailAddress == "" {
		t.Errorf("revisions: %+v, %v", revisions, err)
	}
	_, err = ws.drive("nerys.holloway@alderbay.example").Permissions.List(f.Id).Do()
	ws.refuses(err, 403, "insufficientFilePermissions")
}

func TestGoogleShortcuts(t *testing.T) {
	ws := university(t)
	d := ws.drive("saoirse.flynn@alderbay.example")
	list, err := d.Files.List().Q("mimeType = '" + MIMEGoogleShortcut + "' and 'me' in owners").Fields("files(name,shortcutDetails(targetId,targetMimeType))").Do()
	if err != nil || len(list.Files) != 1 {
		t.Fatalf("%d shortcuts, %v", len(list.Files), err)
	}
	target, err := d.Files.Get(list.Files[0].ShortcutDetails.TargetId).Fields("name,ownedByMe,owners/emailAddress").Do()
	if err != nil || target.Name != "HIST201 marks 2026" || target.OwnedByMe || target.Owners[0].EmailAddress != historian {
		t.Errorf("it leads to %+v, %v", target, err)
	}
}
