package google

import (
	"encoding/json"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"google.golang.org/api/drive/v3"
)

// page is one of a listing and, with other names, one of changes.
const aFile = `{"kind":"drive#file","id":"f\u00e9","name":"a \"b\" \ud83d\ude00","mimeType":"text/csv","trashed":false,"parents":["p"],"driveId":"d","ownedByMe":true,
	"createdTime":"2026-09-01T08:00:00.000Z","modifiedTime":"2026-09-02T08:00:00.000Z","size":"48213","md5Checksum":"m","headRevisionId":"r","shared":true,
	"webViewLink":"https://drive.google.com/file/d/f/view","lastModifyingUser":{"displayName":"Ann","emailAddress":"ann@example.edu"},"later":{"x":[1,{}]}}`

// asGoogle is a file as Google's own client reads it.
func asGoogle(t testing.TB, text string) drive.File {
	t.Helper()
	var f drive.File
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	f.Kind = ""
	if f.LastModifyingUser != nil {
		f.LastModifyingUser.DisplayName = ""
	}
	return f
}

func copied(f *drive.File) drive.File {
	c := *f
	c.Parents = append([]string(nil), f.Parents...)
	if f.LastModifyingUser != nil {
		editor := *f.LastModifyingUser
		c.LastModifyingUser = &editor
	}
	return c
}

// TestPagesAreReadAsGooglesClientReadsThem compares file by file.
func TestPagesAreReadAsGooglesClientReadsThem(t *testing.T) {
	want := []drive.File{asGoogle(t, aFile), {Id: "2"}, asGoogle(t, aFile)}
	var got []drive.File
	page, err := decodeFiles([]byte(`{"nextPageToken":"n","incompleteSearch":true,"files":[`+aFile+`,{"id":"2"},`+aFile+`],"kind":"drive#fileList"}`), func(f *drive.File) { got = append(got, copied(f)) })
	if d := cmp.Diff(want, got); d != "" || err != nil || page != (filePage{"n", true}) {
		t.Errorf("page %+v, error %v (-want +got):\n%s", page, err, d)
	}
	got = nil
	var ids []string
	changes, err := decodeChanges([]byte(`{"newStartPageToken":"s","changes":[{"changeType":"file","fileId":"f\u00e9","file":`+aFile+`},{"fileId":"gone","removed":true},{"driveId":"d"},
		{"file":{"id":"2"},"fileId":"2"},{"fileId":"odd","removed":true,"file":{"id":"odd"}}]}`), func(id string, f *drive.File) {
		ids = append(ids, id)
		if f != nil {
			got = append(got, copied(f))
		}
	})
	if d := cmp.Diff(want[:2], got); d != "" || err != nil || changes != (changePage{"", "s"}) {
		t.Errorf("changes %+v, error %v (-want +got):\n%s", changes, err, d)
	}
	if d := cmp.Diff([]string{"fé", "gone", "2", "odd"}, ids); d != "" {
		t.Errorf("ids (-want +got):\n%s", d)
	}
}

func TestPagesThatAreGarbled(t *testing.T) {
	for _, text := range []string{``, `[]`, `{`, `{"files":[{"id":1}]}`, `{"files":[{"size":12}]}`, `{"files":[{"size":"x"}]}`, `{"files":{}}`, `{"files":[]}{"files":[]}`, `{"files":[]} x`, `{"nextPageToken":null}`} {
		if _, err := decodeFiles([]byte(text), func(*drive.File) {}); !errors.Is(err, errGarbled) {
			t.Errorf("%s: error %v", text, err)
		}
	}
}

// FuzzDecode reads anything without harm, and what Google's client can read, as that does once it is written plainly.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(`{"nextPageToken":"n","files":[` + aFile + `]}`))
	f.Add([]byte(`{"files":[{"parents":[],"lastModifyingUser":{}}]}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		_, _ = decodeFiles(text, func(*drive.File) {})
		_, _ = decodeChanges(text, func(string, *drive.File) {})
		var list drive.FileList
		if json.Unmarshal(text, &list) != nil {
			return
		}
		plain, err := json.Marshal(list)
		if err != nil {
			return
		}
		var got, want []string
		page, err := decodeFiles(plain, func(file *drive.File) { got = append(got, file.Id+file.Name) })
		for _, file := range list.Files {
			if file == nil {
				return
			}
			want = append(want, file.Id+file.Name)
		}
		if d := cmp.Diff(want, got); d != "" || err != nil || page.next != list.NextPageToken {
			t.Errorf("%s: page %+v, error %v (-Google's client +we):\n%s", plain, page, err, d)
		}
	})
}
