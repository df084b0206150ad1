package google

import (
	"errors"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

var (
	mine   = inventory.Place{Tenant: "alder", ID: "100", Kind: inventory.PlaceMyDrive, Owner: "ann@example.edu"}
	shared = inventory.Place{Tenant: "alder", ID: "0ADRIVE", Kind: inventory.PlaceSharedDrive, Name: "Finance"}
)

func pages(t *testing.T, s *Scanner, p inventory.Place, since inventory.Cursor) ([]inventory.Page, error) {
	t.Helper()
	var out []inventory.Page
	for page, err := range s.Pages(t.Context(), p, since) {
		if err != nil {
			return out, err
		}
		if len(out) > 20 {
			t.Fatal("the listing has no end")
		}
		out = append(out, page)
	}
	return out, nil
}

func file(id, name string, more object) object {
	f := object{"id": id, "name": name, "mimeType": "text/csv", "ownedByMe": true, "headRevisionId": "r1", "size": "11"}
	for k, v := range more {
		f[k] = v
	}
	return f
}

func TestChangesOfAMyDriveKeepWhatItsPersonOwns(t *testing.T) {
	s := newScripted(t, answers{
		"/drive/v3/changes": always(200, object{"newStartPageToken": "9", "changes": []any{
			object{"changeType": "file", "fileId": "own", "file": file("own", "a.csv", nil)},
			object{"changeType": "file", "fileId": "theirs", "file": file("theirs", "b.csv", object{"ownedByMe": false})},
			object{"changeType": "file", "fileId": "binned", "file": file("binned", "c.csv", object{"trashed": true})},
			object{"changeType": "file", "fileId": "moved", "file": file("moved", "d.csv", object{"driveId": "0AX"})},
			object{"changeType": "file", "fileId": "deleted", "removed": true},
			object{"changeType": "drive", "driveId": "0AX"},
			object{"changeType": "file", "fileId": "dir", "file": file("dir", "Dir", object{"mimeType": typeFolder, "parents": []string{"root"}})},
		}}),
	})
	got, err := pages(t, s.scanner(t), mine, position{At: "5"}.cursor())
	if err != nil || len(got) != 1 {
		t.Fatalf("pages %+v, error %v", got, err)
	}
	var told []string
	for _, c := range got[0].Changes {
		switch {
		case c.Removed:
			told = append(told, "-"+c.ID)
		case c.Folder != nil:
			told = append(told, "folder "+c.Folder.Name+" in "+c.Folder.Parent)
		default:
			told = append(told, "+"+c.ID)
		}
	}
	if d := cmp.Diff([]string{"+own", "-theirs", "-binned", "-moved", "-deleted", "folder Dir in root"}, told); d != "" {
		t.Errorf("changes (-want +got):\n%s", d)
	}
	if want := (position{At: "9"}).cursor(); got[0].Next != want || got[0].Full || !got[0].Complete {
		t.Errorf("page %+v, want it to go on at %s", got[0], want)
	}
}

func TestStartIsTakenBeforeTheListing(t *testing.T) {
	s := newScripted(t, answers{
		"/drive/v3/changes/startPageToken": always(200, object{"startPageToken": "7"}),
		"/drive/v3/files": func(_ string, q url.Values) (int, any) {
			switch q.Get("pageToken") {
			case "":
				return 200, object{"nextPageToken": "p2", "files": []any{}} // an empty page is no end
			case "p2":
				return 200, object{"files": []any{file("f", "a.csv", nil)}}
			}
			return refusalBody(400, "invalid")
		},
	})
	got, err := pages(t, s.scanner(t), mine, "")
	if err != nil || len(got) != 2 || got[0].Complete || !got[1].Complete || !got[0].Full || !got[1].Full {
		t.Fatalf("pages %+v, error %v", got, err)
	}
	if got[1].Next != (position{At: "7"}).cursor() {
		t.Errorf("the changes go on at %s", got[1].Next)
	}
	if !strings.Contains(s.asked[0], "startPageToken") {
		t.Errorf("the first request was %s", s.asked[0])
	}
	resumed, err := pages(t, s.scanner(t), mine, got[0].Next)
	if d := cmp.Diff(got[1:], resumed); d != "" || err != nil {
		t.Errorf("resumed, error %v (-want +got):\n%s", err, d)
	}
}

func TestListingsThatCannotBeTrusted(t *testing.T) {
	start := always(200, object{"startPageToken": "7"})
	cases := []struct {
		name  string
		since inventory.Cursor
		path  string
		with  func(string, url.Values) (int, any)
		want  error  // nil: any
		words string // in the error
	}{
		{"incomplete search", "", "/drive/v3/files", always(200, object{"incompleteSearch": true, "files": []any{}}), nil, "could not search everything"},
		{"the same page for ever", position{Start: "1", Page: "p"}.cursor(), "/drive/v3/files", always(200, object{"nextPageToken": "p"}), nil, "same page"},
		{"a page token of yesterday", position{Start: "1", Page: "p"}.cursor(), "/drive/v3/files", refuses(400, "invalid"), scanners.ErrCursorExpired, ""},
		{"an unknown change token", position{At: "5"}.cursor(), "/drive/v3/changes", refuses(404, "notFound"), scanners.ErrCursorExpired, ""},
		{"a change token that is gone", position{At: "5"}.cursor(), "/drive/v3/changes", refuses(410, "gone"), scanners.ErrCursorExpired, ""},
		{"a cursor of another make", "https://example.com/delta", "", nil, scanners.ErrCursorExpired, ""},
		{"changes without an end", position{At: "5"}.cursor(), "/drive/v3/changes", always(200, object{"changes": []any{}}), nil, "go on"},
		{"a bad request without a token", "", "/drive/v3/files", refuses(400, "badRequest"), nil, "400 (badRequest)"},
		{"a missing scope", "", "/drive/v3/files", refuses(403, "insufficientPermissions"), inventory.ErrNotPermitted, "Domain-wide delegation"},
		{"a switched-off API", "", "/drive/v3/files", refuses(403, "accessNotConfigured"), inventory.ErrNotPermitted, "enable"},
		{"a person without Drive", "", "/drive/v3/files", refuses(401, "authError"), inventory.ErrNotPermitted, "suspended"},
		{"too fast for too long", "", "/drive/v3/files", refuses(403, "userRateLimitExceeded"), nil, "run again later"},
		{"too many requests for too long", "", "/drive/v3/files", refuses(429, "rateLimitExceeded"), nil, "run again later"},
		{"a sign-in page", "", "/drive/v3/files", always(200, "<html>sign in</html>"), nil, "proxy"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s := newScripted(t, answers{"/drive/v3/changes/startPageToken": start, c.path: c.with})
			got, err := pages(t, s.scanner(t), mine, c.since)
			if err == nil || len(got) != 0 {
				t.Fatalf("pages %+v, error %v", got, err)
			}
			if c.want != nil && !errors.Is(err, c.want) || c.want == nil && errors.Is(err, scanners.ErrCursorExpired) {
				t.Errorf("error %v, want %v", err, c.want)
			}
			if !strings.Contains(err.Error(), c.words) {
				t.Errorf("error %q, want %q in it", err, c.words)
			}
			for _, secret := range []string{"ya29", "@example.edu", "pageToken=", "BEGIN"} {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("error %q holds %s", err, secret)
				}
			}
		})
	}
}

func TestRateLimitsAreWaitedOut(t *testing.T) {
	n := 0
	s := newScripted(t, answers{
		"/drive/v3/changes": func(string, url.Values) (int, any) {
			if n++; n < 3 {
				return refusalBody(403, []string{"", "rateLimitExceeded", "userRateLimitExceeded"}[n])
			}
			return 200, object{"newStartPageToken": "6"}
		},
	})
	if got, err := pages(t, s.scanner(t), mine, position{At: "5"}.cursor()); err != nil || len(got) != 1 {
		t.Fatalf("pages %+v, error %v", got, err)
	}
}

func TestSuspendedDrivesStayAsTheyWere(t *testing.T) {
	s := newScripted(t, answers{
		"/admin/directory/v1/users": always(200, object{"users": []any{
			object{"id": "100", "primaryEmail": "Ann@example.edu", "suspended": true},
		}}),
		"/drive/v3/drives": always(200, object{}),
	})
	scanner := s.scanner(t)
	places := slices.Collect(func(yield func(inventory.Place) bool) {
		for p, err := range scanner.Places(t.Context()) {
			if err != nil || !yield(p) {
				t.Error(err)
				return
			}
		}
	})
	if len(places) != 1 || places[0].ID != "100" {
		t.Fatalf("places %+v", places)
	}
	since := position{At: "5"}.cursor()
	got, err := pages(t, scanner, places[0], since)
	if err != nil || len(got) != 1 || got[0].Next != since || !got[0].Complete || got[0].Full {
		t.Errorf("pages %+v, error %v", got, err)
	}
	for _, e := range s.exchanged {
		if !strings.HasPrefix(e, "admin@example.edu ") {
			t.Errorf("a token was asked for: %s", e)
		}
	}
}

func TestSharedDriveIsReadAsAMember(t *testing.T) {
	members := object{"permissions": []any{
		object{"type": "group", "role": "organizer", "emailAddress": "all@example.edu"},
		object{"type": "user", "role": "reader", "emailAddress": "reader@example.edu"},
		object{"type": "user", "role": "writer", "emailAddress": "guest@elsewhere.example"},
		object{"type": "user", "role": "organizer", "emailAddress": "out@example.edu"},
		object{"type": "user", "role": "fileOrganizer", "emailAddress": "bob@example.edu", "deleted": true},
	}}
	s := newScripted(t, answers{
		"/drive/v3/files/0ADRIVE/permissions": always(200, members),
		"/drive/v3/changes/startPageToken":    always(200, object{"startPageToken": "7"}),
		"/drive/v3/files":                     always(200, object{"files": []any{file("f", "a.csv", object{"driveId": "0ADRIVE"})}}),
		"/drive/v3/changes":                   always(200, object{"newStartPageToken": "8"}),
	})
	s.grant = func(sub, _ string) (int, any) {
		if strings.HasSuffix(sub, "elsewhere.example") {
			return 400, object{"error": "invalid_grant", "error_description": "Invalid email or User ID"}
		}
		return 200, nil
	}
	avoid := func(o *Options) { o.Avoid = func(p inventory.Place) bool { return p.Owner == "out@example.edu" } }
	got, err := pages(t, s.scanner(t, avoid), shared, "")
	if err != nil || len(got) != 1 || len(got[0].Changes) != 1 || !got[0].Changes[0].Asset.Shared {
		t.Fatalf("pages %+v, error %v", got, err)
	}
	// Before the drives of everybody are listed, the directory is asked how each of them stands.
	want := []string{"admin@example.edu drive.metadata.readonly", "admin@example.edu admin.directory.user.readonly", "guest@elsewhere.example drive.metadata.readonly", "reader@example.edu drive.metadata.readonly"}
	if d := cmp.Diff(want, s.exchanged); d != "" {
		t.Errorf("people who were acted for (-want +got):\n%s", d)
	}
	// The next night, in another process, nobody is looked for.
	s.asked = nil
	if _, err := pages(t, s.scanner(t, avoid), shared, got[0].Next); err != nil || len(s.asked) != 2 {
		t.Errorf("asked %q, error %v", s.asked, err)
	}
}

func TestSharedDriveFindsAnotherMember(t *testing.T) {
	s := newScripted(t, answers{
		"/drive/v3/files/0ADRIVE/permissions": always(200, object{"permissions": []any{
			object{"type": "user", "role": "writer", "emailAddress": "new@example.edu"},
		}}),
		"/drive/v3/changes/startPageToken": always(200, object{"startPageToken": "7"}),
		"/drive/v3/changes": func(sub string, _ url.Values) (int, any) {
			if sub == "old@example.edu" {
				return refusalBody(404, "notFound")
			}
			return 200, object{"newStartPageToken": "8"}
		},
	})
	got, err := pages(t, s.scanner(t), shared, position{At: "5", Via: "old@example.edu"}.cursor())
	if err != nil || len(got) != 1 || got[0].Next != (position{At: "8", Via: "new@example.edu"}).cursor() {
		t.Errorf("pages %+v, error %v", got, err)
	}
}

func TestSharedDriveOfGroups(t *testing.T) {
	s := newScripted(t, answers{
		"/drive/v3/files/0ADRIVE/permissions": always(200, object{"permissions": []any{
			object{"type": "group", "role": "organizer", "emailAddress": "finance@example.edu"},
		}}),
		"/admin/directory/v1/groups/finance@example.edu/members": always(200, object{"members": []any{
			object{"type": "GROUP", "email": "sub@example.edu"}, object{"type": "USER", "email": "cy@example.edu"},
		}}),
		"/drive/v3/changes/startPageToken": always(200, object{"startPageToken": "7"}),
		"/drive/v3/files":                  always(200, object{"files": []any{}}),
	})
	got, err := pages(t, s.scanner(t), shared, "")
	if err != nil || len(got) != 1 || got[0].Next != (position{At: "7", Via: "cy@example.edu"}).cursor() {
		t.Errorf("pages %+v, error %v", got, err)
	}
	s.answers["/admin/directory/v1/groups/finance@example.edu/members"] = refuses(403, "insufficientPermissions")
	if _, err := pages(t, s.scanner(t), shared, ""); !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), "group.member.readonly") {
		t.Errorf("error %v", err)
	}
	s.answers["/drive/v3/files/0ADRIVE/permissions"] = always(200, object{})
	if _, err := pages(t, s.scanner(t), shared, ""); !errors.Is(err, inventory.ErrNotPermitted) || !strings.Contains(err.Error(), "add the scan's administrator") {
		t.Errorf("error %v", err)
	}
}
