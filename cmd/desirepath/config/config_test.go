package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func none(string) string { return "" }

// TestExamples reads every commented example. What they name (certificates,
// shares) is not there, so only that may be said against them.
func TestExamples(t *testing.T) {
	files, err := filepath.Glob("../examples/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	examples := 0
	for _, f := range files {
		if filepath.Base(f) == "systems.yaml" {
			continue
		}
		examples++
		_, err := Load(f, none)
		if err == nil {
			continue
		}
		for line := range strings.Lines(err.Error()) {
			if !strings.Contains(line, "no such file") {
				t.Errorf("%s: %s", f, line)
			}
		}
	}
	if examples < 4 {
		t.Errorf("only %d examples", examples)
	}
}

func TestRelativePathsStartAtTheFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "c.yaml")
	write(t, path, "store: a/b.db\nsources:\n  - {name: s, folder: {path: .}}\n")
	c, err := Load(path, func(name string) string {
		return map[string]string{"DESIREPATH_OUT": "/elsewhere"}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	if c.Store != filepath.Join(dir, "a/b.db") || c.Sources[0].Folder.Path != dir || c.Out != "/elsewhere" {
		t.Errorf("store %s, folder %s, out %s", c.Store, c.Sources[0].Folder.Path, c.Out)
	}
}

func TestListsAreOnUnlessSaid(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "token"), "x")
	path := filepath.Join(dir, "c.yaml")
	for said, want := range map[string]bool{"": true, ", features: {lists: true}": true, ", features: {lists: false}": false} {
		write(t, path, "sources: [{name: s, microsoft: {endpoint: 'http://127.0.0.1:1/v1.0', token_file: token"+said+"}}]")
		c, err := Load(path, none)
		if err != nil || c.Sources[0].Microsoft.Features.WantsLists() != want {
			t.Errorf("%q: %v", said, err)
		}
	}
}

func TestRefusals(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "secret"), "s3cret")
	for name, c := range map[string]struct{ text, want string }{
		"share out of range":     {"scan: {share: 2}\nsources: [{name: s, folder: {path: .}}]", "scan.share 2"},
		"a word for a number":    {"scan: {parallel: many}\nsources: [{name: s, folder: {path: .}}]", "[1:18] here stands a string where a whole number is wanted"},
		"two kinds":              {"sources: [{name: s, folder: {path: .}, google: {admin: a@b, key_file: secret}}]", "exactly one"},
		"bad name":               {"sources: [{name: My Files, folder: {path: .}}]", "small letters"},
		"token to the world":     {"sources: [{name: s, microsoft: {endpoint: 'https://graph.microsoft.com/v1.0', token_file: secret}}]", "emulator on this machine"},
		"token to a lookalike":   {"sources: [{name: s, microsoft: {endpoint: 'http://127.0.0.1.example.org/v1.0', token_file: secret}}]", "emulator on this machine"},
		"no credential":          {"sources: [{name: s, microsoft: {tenant_id: t, client_id: c}}]", "certificate_file"},
		"no administrator":       {"sources: [{name: s, google: {key_file: secret}}]", "google.admin"},
		"keyless and a key":      {"sources: [{name: s, google: {admin: a@b, service_account: s@p, key_file: secret}}]", "not both"},
		"an export of nothing":   {"sources: [{name: s, google: {admin: a@b, service_account: s@p, features: {inventory_export: {project: p}}}}]", "the dataset"},
		"labels and an export":   {"sources: [{name: s, google: {admin: a@b, service_account: s@p, features: {labels: true, inventory_export: {project: p, dataset: d}}}}]", "either labels or inventory_export"},
		"empty pattern":          {"scope: {exclude: {paths: ['']}}\nsources: [{name: s, folder: {path: .}}]", "pattern"},
		"a secret in the file":   {"sources: [{name: s, microsoft: {tenant_id: t, client_id: c, client_secret: hunter2}}]", "unknown field"},
		"a switch half on":       {"sources: [{name: s, microsoft: {tenant_id: t, client_id: c, features: {lists: some}}}]", "true or false is wanted"},
		"an issuer without TLS":  {signIn("http://login.example.org", "roles: {partner: [a@x.example]}"), "sign_in.issuer"},
		"an issuer for all":      {signIn("https://login.microsoftonline.com/common/v2.0", "roles: {partner: [a@x.example]}"), "every tenant"},
		"Google for all":         {signIn("https://accounts.google.com", "roles: {partner: [a@x.example]}"), "sign_in.domains"},
		"no partner":             {signIn("https://login.example.org", "roles: {auditor: [a@x.example]}"), "sign_in.roles.partner"},
		"nowhere to come back":   {strings.Replace(signIn("https://login.example.org", "roles: {partner: [a@x.example]}"), "address:", "# address:", 1), "portal.address"},
		"an address with a path": {strings.Replace(signIn("https://login.example.org", "roles: {partner: [a@x.example]}"), "x.example", "x.example/path", 1), "without a path"},
		"half a certificate":     {"portal: {tls: {key_file: k}}\nsources: [{name: s, folder: {path: .}}]", "both certificate_file and key_file"},
		"a proxy by name":        {"portal: {proxies: [proxy]}\nsources: [{name: s, folder: {path: .}}]", "portal.proxies"},
		"nothing but a comment":  {"# later", "at least one source"},
		"mail in the clear":      {"outreach: {mail: {host: smtp.example.org, domain: example.org, tls: none}}\nsources: [{name: s, folder: {path: .}}]", "only for a server on this machine"},
		"mail of no domain":      {"outreach: {mail: {host: smtp.example.org}}\nsources: [{name: s, folder: {path: .}}]", "outreach.mail.domain"},
		"mail to an address":     {"outreach: {mail: {host: 'smtp.example.org:25', domain: example.org}}\nsources: [{name: s, folder: {path: .}}]", "outreach.mail.host"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(dir, "c.yaml")
			write(t, path, c.text)
			_, err := Load(path, none)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one with %q", err, c.want)
			}
			if err != nil && (strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "hunter2")) {
				t.Errorf("the error holds a secret: %v", err)
			}
		})
	}
}

func signIn(issuer, rest string) string {
	return "portal:\n  address: https://desirepath.x.example\n  sign_in:\n    issuer: " + issuer + "\n    client_id: c\n    " + rest + "\nsources: [{name: s, folder: {path: .}}]"
}

func TestSecretOfSigningIn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "secret")
	write(t, path, " s3cret\n")
	variable := func(name string) string { return map[string]string{"DESIREPATH_SIGN_IN_SECRET": "fr0m variable"}[name] }
	for name, c := range map[string]struct {
		s       SignIn
		environ func(string) string
		want    string
	}{
		"a file":     {SignIn{SecretFile: path}, variable, "s3cret"},
		"a variable": {SignIn{}, variable, "fr0m variable"},
		"nothing":    {SignIn{}, none, ""},
		"no file":    {SignIn{SecretFile: path + "x"}, variable, ""},
	} {
		got, err := c.s.Secret(c.environ)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte("sources:\n  - {name: s, folder: {path: .}}\n"))
	f.Add([]byte("a: &a [*a]"))
	f.Fuzz(func(t *testing.T, b []byte) {
		c, err := parse(b)
		if err == nil {
			_ = c.Validate()
		}
	})
}

func TestPeople(t *testing.T) {
	path := filepath.Join(t.TempDir(), "people.csv")
	write(t, path, "address,person\nAna@Old.example,ana@new.example\n")
	people, err := LoadPeople(path)
	if err != nil || people["ana@old.example"] != "ana@new.example" || len(people) != 1 {
		t.Errorf("%v, %v", people, err)
	}
	write(t, path, "only one column\n")
	if _, err := LoadPeople(path); err == nil || !strings.Contains(err.Error(), "address,person") {
		t.Errorf("error %v", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
