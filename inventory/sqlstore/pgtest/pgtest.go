// Package pgtest gives tests a PostgreSQL to store in: the one that
// DESIREPATH_POSTGRES names, or one of their own, if PostgreSQL is installed.
package pgtest

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// Env names the variable that holds the address of a server to test with. Its
// user must be allowed to create schemas.
const Env = "DESIREPATH_POSTGRES"

// Address gives the address of a database for the time of a test. Without
// one, the test is skipped, or fails if DESIREPATH_REQUIRE lists postgres.
func Address(t testing.TB) string {
	t.Helper()
	if address := os.Getenv(Env); address != "" {
		return address
	}
	s := Start(t)
	return s.Address
}

// A Server is a PostgreSQL of a test's own.
type Server struct {
	Address string
	dir     string
	data    string
}

// Start makes a server, empty and listening on a socket alone, that ends with
// the test.
func Start(t testing.TB) *Server {
	t.Helper()
	bin := binaries()
	if bin == "" {
		if slices.Contains(strings.Split(os.Getenv("DESIREPATH_REQUIRE"), ","), "postgres") {
			t.Fatal("PostgreSQL is not installed, and DESIREPATH_REQUIRE lists it")
		}
		t.Skipf("skipped: PostgreSQL is not installed, and %s names no server", Env)
	}
	// Not t.TempDir: a socket's path may have a hundred bytes, and the server's
	// user must get in.
	dir, err := os.MkdirTemp("", "pg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	s := &Server{dir: dir, data: filepath.Join(dir, "data")}
	s.run(t, filepath.Join(bin, "initdb"), "-D", s.data, "-U", "desirepath", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
	s.Up(t)
	t.Cleanup(func() { s.ctl(t, "stop", "-m", "immediate") })
	q := url.Values{"host": {dir}, "sslmode": {"disable"}}
	s.Address = "postgres://desirepath@/postgres?" + q.Encode()
	return s
}

// Up starts the server, if it is down.
func (s *Server) Up(t testing.TB) {
	t.Helper()
	options := fmt.Sprintf("-k %s -c listen_addresses= -c fsync=off -c shared_buffers=64MB -c max_wal_size=2GB", s.dir)
	s.ctl(t, "start", "-o", options, "-l", filepath.Join(s.dir, "log"))
}

// Down ends it as a crash would.
func (s *Server) Down(t testing.TB) {
	t.Helper()
	s.ctl(t, "stop", "-m", "immediate")
}

func (s *Server) ctl(t testing.TB, do string, more ...string) {
	t.Helper()
	s.run(t, filepath.Join(binaries(), "pg_ctl"), append([]string{do, "-w", "-s", "-D", s.data}, more...)...)
}

// run runs one of PostgreSQL's programs, which refuse to be run by root.
func (s *Server) run(t testing.TB, name string, args ...string) {
	t.Helper()
	cmd := exec.Command(name, args...)
	if os.Geteuid() == 0 {
		if _, err := user.Lookup("postgres"); err != nil {
			t.Fatalf("PostgreSQL is not run by root: %v", err)
		}
		cmd = exec.Command("runuser", append([]string{"-u", "postgres", "--", name}, args...)...)
	}
	cmd.Dir = s.dir
	log, err := os.Create(filepath.Join(s.dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log // a pipe would stay open as long as the server
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(log.Name())
		t.Fatalf("%s: %v\n%s", filepath.Base(name), err, said)
	}
}

// binaries finds where PostgreSQL's programs are; Debian keeps them apart by
// version.
func binaries() string {
	if path, err := exec.LookPath("initdb"); err == nil {
		return filepath.Dir(path)
	}
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if err != nil || len(found) == 0 {
		return ""
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) })
	return filepath.Dir(newest)
}

// Schema makes a schema of a name in the database, if there is none, and
// gives the address of a store in it.
func Schema(t testing.TB, address, name string) string {
	t.Helper()
	h := fnv.New64a()
	h.Write([]byte(name))
	schema := fmt.Sprintf("t%x", h.Sum64())
	conn, err := pgx.Connect(context.Background(), address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), `CREATE SCHEMA IF NOT EXISTS `+schema); err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}
