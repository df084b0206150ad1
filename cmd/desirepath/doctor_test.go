package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/microsoft"
)

// least are the roles that the features need that are always on.
func least() []string { return []string{"User.Read.All", "Sites.Read.All", "Files.Read.All"} }

// TestDoctor asks a doctor about emulated tenants in which one thing is wrong.
func TestDoctor(t *testing.T) {
	directory := []string{"admin.directory.user.readonly"}
	for _, c := range []struct {
		name  string
		o     emulator.ServerOptions
		ahead time.Duration // this machine's clock
		code  int
		want  map[string]scanners.State // need: state
	}{
		{"all is well", emulator.ServerOptions{Roles: least()}, 0, exitOK, map[string]scanners.State{
			"Sites.Read.All": scanners.Held, "the right time": scanners.Good, "sign-in": scanners.Good, "an answer to one read": scanners.Good,
			"https://www.googleapis.com/auth/drive.readonly": scanners.Held, "no further scope": scanners.Unknown,
			"https://www.googleapis.com/auth/admin.directory.group.member.readonly": scanners.Warning,
		}},
		{"a role is missing", emulator.ServerOptions{Roles: []string{"User.Read.All", "Files.Read.All"}}, 0, exitPartial,
			map[string]scanners.State{"Sites.Read.All": scanners.Missing, "Files.Read.All": scanners.Held}},
		{"a role can write", emulator.ServerOptions{Roles: append(least(), "Files.ReadWrite.All")}, 0, exitNotPermitted,
			map[string]scanners.State{"Files.ReadWrite.All": scanners.Excess, "Files.Read.All": scanners.Held}},
		{"a role too many that reads", emulator.ServerOptions{Roles: append(least(), "Mail.Read")}, 0, exitOK,
			map[string]scanners.State{"Mail.Read": scanners.Warning}},
		{"scopes are missing", emulator.ServerOptions{Roles: least(), Scopes: directory}, 0, exitPartial, map[string]scanners.State{
			"https://www.googleapis.com/auth/drive.metadata.readonly":       scanners.Missing,
			"https://www.googleapis.com/auth/spreadsheets.readonly":         scanners.Missing,
			"https://www.googleapis.com/auth/admin.directory.user.readonly": scanners.Held,
		}},
		{"the clock is fast", emulator.ServerOptions{Roles: least()}, time.Hour, exitPartial, map[string]scanners.State{"the right time": scanners.Failed}},
		{"the clock is a little slow", emulator.ServerOptions{Roles: least()}, -time.Minute, exitOK, map[string]scanners.State{"the right time": scanners.Warning}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := tenants(t, emulator.NewServer(emulator.NewWorld(emulator.Options{Seed: 2, People: 4, Assets: 20}), c.o))
			found, code, said := doctor(t, config, c.ahead)
			if code != c.code {
				t.Errorf("exit code %d, want %d\n%s", code, c.code, said)
			}
			for need, want := range c.want {
				if found[need].State != want {
					t.Errorf("%s: %+v, want %s", need, found[need], want)
				}
			}
			for need, f := range found {
				bad := f.State != scanners.Good && f.State != scanners.Held
				if bad && f.Remedy == "" || bad && f.Cost == "" && f.State != scanners.Unknown {
					t.Errorf("%s: %+v says not what it means and what to do", need, f)
				}
			}
		})
	}
}

// TestScanRefusesExcess begins no night with a token that can write.
func TestScanRefusesExcess(t *testing.T) {
	world := emulator.NewWorld(emulator.Options{Seed: 2, People: 4, Assets: 20})
	dir := t.TempDir()
	code, said := scanTenant(t, dir, emulator.NewServer(world, emulator.ServerOptions{Roles: append(least(), "Sites.FullControl.All")}))
	if code != exitNotPermitted || !strings.Contains(said, "Sites.FullControl.All") {
		t.Errorf("exit code %d\n%s", code, said)
	}
	if results, _ := os.ReadDir(filepath.Join(dir, "out")); len(results) > 0 {
		t.Errorf("results were written: %v", results)
	}
}

// TestDoctorUnreachable asks about a host where nobody listens.
func TestDoctorUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	path := write(t, "desirepath.yaml", "store: inv.db\nout: out\nsources:\n  - {name: m365, microsoft: {endpoint: 'http://"+address+"/v1.0', token_file: token}}\n")
	if err := os.WriteFile(filepath.Join(filepath.Dir(path), "token"), []byte("t"), 0o600); err != nil {
		t.Fatal(err)
	}
	found, code, said := doctor(t, path, 0)
	f := found["reach "+address]
	if code != exitPartial || f.State != scanners.Failed || !strings.Contains(f.Remedy, "emulator") {
		t.Errorf("exit code %d, %+v\n%s", code, f, said)
	}
}

// TestDoctorNamesWhatIsNotThere asks about files that the configuration names,
// each of which it tells once, with what to do.
func TestDoctorNamesWhatIsNotThere(t *testing.T) {
	path := write(t, "desirepath.yaml", "store: inv.db\nout: out\npeople: people.csv\nsources:\n"+
		"  - {name: m365, microsoft: {tenant_id: t, client_id: c, certificate_file: cert.pem}}\n"+
		"  - {name: workspace, google: {admin: it@example.edu, key_file: key.json}}\n")
	_, code, said := doctor(t, path, 0)
	if code != exitPartial {
		t.Errorf("exit code %d", code)
	}
	for _, want := range []string{"cert.pem", "key.json", "people.csv"} {
		if strings.Count(said, filepath.Join(filepath.Dir(path), want)) != 1 {
			t.Errorf("%s is not told once\n%s", want, said)
		}
	}
	if strings.Count(said, "put the secret there") != 2 || !strings.Contains(said, "lines of address,person") {
		t.Errorf("it does not say what to do\n%s", said)
	}
}

// TestDoctorCertificate looks at certificates that end, without asking anybody.
func TestDoctorCertificate(t *testing.T) {
	path := write(t, "desirepath.yaml", "store: inv.db\nout: out\nsources:\n"+
		"  - {name: m365, microsoft: {endpoint: 'https://127.0.0.1:1/v1.0', tenant_id: t, client_id: c, certificate_file: cert.pem}}\n")
	certificate(t, filepath.Join(filepath.Dir(path), "cert.pem"), time.Now().Add(-time.Hour))
	found, code, said := doctor(t, path, 0)
	if f := found["certificate"]; code != exitNotPermitted || f.State != scanners.Refused || !strings.Contains(f.Found, "ended") {
		t.Errorf("exit code %d, %+v\n%s", code, f, said)
	}
}

// TestCheckCredential warns of what runs out before it does.
func TestCheckCredential(t *testing.T) {
	now := time.Now()
	pem := filepath.Join(t.TempDir(), "cert.pem")
	for _, c := range []struct {
		end  time.Time
		want scanners.State
	}{{now.AddDate(1, 0, 0), scanners.Good}, {now.AddDate(0, 0, 10), scanners.Warning}, {now.Add(-time.Hour), scanners.Refused}} {
		certificate(t, pem, c.end)
		if got := microsoft.CheckCredential(microsoft.Credential{CertificateFile: pem}, now); got.State != c.want {
			t.Errorf("a certificate until %v: %+v", c.end, got)
		}
	}
	gone := microsoft.CheckCredential(microsoft.Credential{CertificateFile: pem + ".gone"}, now)
	secret := microsoft.CheckCredential(microsoft.Credential{Method: microsoft.BySecret}, now)
	if gone.State != scanners.Failed || secret.State != scanners.Warning || !strings.Contains(secret.Cost, "April 2027") {
		t.Errorf("%+v\n%+v", gone, secret)
	}
}

// tenants writes a configuration for both halves of an emulated organisation.
func tenants(t *testing.T, server *emulator.Server) (path string) {
	t.Helper()
	ends, err := server.Start(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	key, err := server.GoogleCredentials(ends.TokenURI)
	if err != nil {
		t.Fatal(err)
	}
	path = write(t, "desirepath.yaml", "store: inv.db\nout: out\nsources:\n  - {name: m365, microsoft: {endpoint: '"+ends.Graph+"', token_file: token}}\n"+
		"  - {name: workspace, google: {endpoint: '"+ends.Sheets+"', admin: "+administrator(server.World.People())+", key_file: key.json}}\n")
	for name, text := range map[string][]byte{"token": []byte(ends.Token), "key.json": key} {
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), name), text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return path
}

// doctor runs the command and gives its findings by what was needed, the
// worst of each.
func doctor(t *testing.T, path string, ahead time.Duration) (map[string]scanners.Check, int, string) {
	t.Helper()
	var out, said bytes.Buffer
	a := testApp(t)
	a.Out, a.Err = &out, &said
	a.Now = func() time.Time { return time.Now().Add(ahead) }
	code := a.run(t.Context(), []string{"doctor", "--output", "json", "--config", path})
	found := map[string]scanners.Check{}
	for line := range bytes.Lines(out.Bytes()) {
		var f finding
		if err := json.Unmarshal(line, &f); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		if strings.Contains(string(line), "eyJ") {
			t.Error("a token was printed")
		}
		found[f.Need] = f.Check
	}
	return found, code, out.String() + said.String()
}

func write(t *testing.T, name, text string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// certificate writes one with its key, as an administrator would make it.
func certificate(t *testing.T, path string, end time.Time) {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: end.AddDate(-1, 0, 0), NotAfter: end}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	text := append(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})...)
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
