package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestConsentGoogle asks what an administrator pastes where, with one account and with two.
func TestConsentGoogle(t *testing.T) {
	const drive = "https://www.googleapis.com/auth/drive.readonly"
	asked := func(more string) (string, string) {
		t.Helper()
		path := write(t, "desirepath.yaml", "store: inv.db\nout: out\nsources:\n  - name: workspace\n    google:\n      admin: it@example.edu\n      service_account: lists@p.iam.gserviceaccount.com\n"+more)
		var out bytes.Buffer
		a := testApp(t)
		a.Out = &out
		if code := a.run(t.Context(), []string{"consent", "--config", path}); code != exitOK {
			t.Fatalf("exit code %d\n%s", code, &out)
		}
		list, rest, _ := strings.Cut(out.String(), "Domain-wide delegation > Add new:")
		if !strings.Contains(list, "Without it") {
			t.Errorf("no scope says what is lost without it:\n%s", list)
		}
		return list, rest
	}
	_, one := asked("")
	if strings.Count(one, "Client ID:") != 1 || !strings.Contains(one, drive) || !strings.Contains(one, "depth_service_account") {
		t.Errorf("one account:\n%s", one)
	}
	list, two := asked("      depth_service_account: looks@p.iam.gserviceaccount.com\n      features: {inventory_export: {project: alder-data, dataset: drive}}\n")
	lists, looks, ok := strings.Cut(two, "For the account which looks inside:")
	if !ok || strings.Contains(lists, drive) || !strings.Contains(lists, "admin.directory.user.readonly") || !strings.Contains(looks, drive) || !strings.Contains(looks, "spreadsheets.readonly") {
		t.Errorf("two accounts:\n%s", two)
	}
	for _, want := range []string{"gcloud services enable admin.googleapis.com bigquery.googleapis.com drive.googleapis.com iamcredentials.googleapis.com sheets.googleapis.com", "add-iam-policy-binding looks@p", "the role roles/bigquery.jobUser"} {
		if !strings.Contains(two, want) {
			t.Errorf("two accounts: no %q in\n%s", want, two)
		}
	}
	if scopes, _, _ := strings.Cut(looks, "In Google Cloud"); strings.Contains(scopes, "roles/") || !strings.Contains(list, "roles/bigquery.dataViewer") {
		t.Errorf("roles are no scopes:\n%s", two)
	}
}

// TestNoticeGoogle says how our reads are told apart from people's own, by account, and what an export changes.
func TestNoticeGoogle(t *testing.T) {
	const source = "store: inv.db\nout: out\nsources:\n  - name: workspace\n    google:\n      admin: it@example.edu\n      service_account: lists@p.iam.gserviceaccount.com\n"
	for more, want := range map[string][]string{
		"": {"in the name of each person in turn", "shows these reads as the\n  person's", "of the service account above", "never count as editors"},
		"      depth_service_account: looks@p.iam.gserviceaccount.com\n":              {"`lists@p.iam.gserviceaccount.com`, which lists, and cannot look inside", "`looks@p.iam", "of the service accounts above"},
		"      features: {inventory_export: {project: alder-data, dataset: drive}}\n": {"in nobody's name", "`bigquery.googleapis.com`", "roles/bigquery.jobUser"},
	} {
		var out bytes.Buffer
		a := testApp(t)
		a.Out = &out
		if code := a.run(t.Context(), []string{"notice", "--config", write(t, "desirepath.yaml", source+more)}); code != exitOK {
			t.Fatalf("exit code %d\n%s", code, &out)
		}
		for _, w := range want {
			if !strings.Contains(out.String(), w) {
				t.Errorf("%q: no %q in\n%s", more, w, &out)
			}
		}
	}
}
