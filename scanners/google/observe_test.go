package google

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
)

const both = inventory.FacetSharing | inventory.FacetEditors

func TestObserve(t *testing.T) {
	by := func(who, when string) object {
		return object{"modifiedTime": when, "lastModifyingUser": object{"emailAddress": who}}
	}
	s := newScripted(t, answers{
		"/drive/v3/files/f/permissions": always(200, object{"permissions": []any{
			object{"type": "user", "emailAddress": "ann@example.edu"},
			object{"type": "user", "emailAddress": "Bob@example.edu"},
			object{"type": "user", "emailAddress": "gone@example.edu", "deleted": true},
			object{"type": "user", "emailAddress": "scan@project.iam.gserviceaccount.com"}, // our own account
			object{"type": "domain", "domain": "example.edu"},
		}}),
		"/drive/v3/files/f/revisions": always(200, object{"revisions": []any{
			by("bob@example.edu", "2026-11-01T10:00:00Z"), by("ann@example.edu", "2026-11-02T10:00:00Z"), by("ann@example.edu", "2026-11-05T10:00:00Z"),
			object{"modifiedTime": "2026-11-06T10:00:00Z"}, by("Scan@project.iam.gserviceaccount.com", "2026-11-07T10:00:00Z"),
		}}),
	})
	got, err := s.scanner(t).Observe(t.Context(), mine, inventory.Asset{VendorID: "f", Revision: "r1"}, both)
	if err != nil || time.Since(got.Observed) > time.Minute {
		t.Fatalf("observed %v, error %v", got.Observed, err)
	}
	got.Observed = time.Time{}
	want := inventory.Usage{
		People: 2, Widely: true, Facets: both, Revision: "r1",
		Editors: []inventory.Editor{{Address: "ann@example.edu", Edits: 2, Last: moment("2026-11-05T10:00:00Z")}, {Address: "bob@example.edu", Edits: 1, Last: moment("2026-11-01T10:00:00Z")}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("usage (-want +got):\n%s", d)
	}
}

func TestHiddenHistoryStaysUnobserved(t *testing.T) {
	s := newScripted(t, answers{
		"/drive/v3/files/f/permissions": always(200, object{"permissions": []any{object{"type": "anyone"}}}),
		"/drive/v3/files/f/revisions":   refuses(403, "insufficientFilePermissions"),
	})
	got, err := s.scanner(t).Observe(t.Context(), mine, inventory.Asset{VendorID: "f"}, both)
	if err != nil || got.Facets != inventory.FacetSharing || !got.Widely {
		t.Errorf("usage %+v, error %v", got, err)
	}
}

// TestOurReadsAreNobodysUse asks for no field that our own reads could change: Google books them as the person's.
func TestOurReadsAreNobodysUse(t *testing.T) {
	for _, f := range []string{"viewedByMe", "sharedWithMe", "modifiedByMe"} {
		if strings.Contains(fileFields, f) {
			t.Errorf("%s is asked for", f)
		}
	}
}

func TestAccounts(t *testing.T) {
	here := object{"users": []any{
		object{"id": "1", "primaryEmail": "ann@example.edu", "name": object{"fullName": "Ann Lee"}, "aliases": []string{"al@example.edu"}, "orgUnitPath": "/Staff/Physics",
			"organizations": []any{object{"department": "Old"}, object{"primary": true, "department": "Physics"}}},
		object{"id": "2", "primaryEmail": "bob@example.edu", "suspended": true, "orgUnitPath": "/Staff/Arts"},
		object{"id": "3", "primaryEmail": "cy@example.edu", "archived": true, "orgUnitPath": "/"},
	}}
	deleted := object{"users": []any{object{"id": "4", "primaryEmail": "dee@example.edu", "name": object{"fullName": "Dee Roy"}, "orgUnitPath": "/"}}}
	s := newScripted(t, answers{"/admin/directory/v1/users": func(_ string, q url.Values) (int, any) {
		if q.Get("showDeleted") == "true" {
			return 200, deleted
		}
		return 200, here
	}})
	var got []inventory.Account
	for a, err := range s.scanner(t).Accounts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, a)
	}
	want := []inventory.Account{
		{Tenant: "alder", ID: "1", Address: "ann@example.edu", Name: "Ann Lee", Aliases: []string{"al@example.edu"}, Department: "Physics"},
		{Tenant: "alder", ID: "2", Address: "bob@example.edu", Department: "Staff/Arts", Left: true},
		{Tenant: "alder", ID: "3", Address: "cy@example.edu", Left: true},
		{Tenant: "alder", ID: "4", Address: "dee@example.edu", Name: "Dee Roy", Left: true},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("accounts (-want +got):\n%s", d)
	}
}

func TestKindOf(t *testing.T) {
	cases := []struct {
		name, mime string
		want       inventory.Kind
	}{
		{"Budget", nativePrefix + "spreadsheet", inventory.KindSheet},
		{"Survey", nativePrefix + "form", inventory.KindForm},
		{"Nightly", nativePrefix + "script", inventory.KindScript},
		{"Intranet", nativePrefix + "site", inventory.KindSite},
		{"Budget.xlsx", nativePrefix + "shortcut", inventory.KindOther},
		{"Letter", nativePrefix + "document", inventory.KindOther},
		{"Budget v1.2", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", inventory.KindWorkbook},
		{"Macros", "application/vnd.ms-excel.sheet.macroEnabled.12", inventory.KindWorkbook},
		{"budget.XLSX", "application/octet-stream", inventory.KindWorkbook},
		{"export", "text/csv", inventory.KindTable},
		{"store.accdb", "application/octet-stream", inventory.KindDatabase},
		{"photo.jpg", "image/jpeg", inventory.KindOther},
	}
	for _, c := range cases {
		if got := kindOf(c.name, c.mime); got != c.want {
			t.Errorf("%s, %s: %s, want %s", c.name, c.mime, got, c.want)
		}
	}
}
