package sqlstore_test

import (
	"database/sql"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/inventory/sqlstore/pgtest"
	"github.com/google/go-cmp/cmp"
)

// envStore is set where the suite runs on PostgreSQL: the server's address.
const envStore = "SQLSTORE_TEST_POSTGRES"

// address is where a test's store of that path is: the path, or on PostgreSQL
// a schema that goes by it.
func address(t testing.TB, path string) string {
	t.Helper()
	if server := os.Getenv(envStore); server != "" && !sqlstore.IsPostgres(path) {
		return pgtest.Schema(t, server, path)
	}
	return path
}

// onFile skips what is about SQLite's file.
func onFile(t testing.TB) {
	t.Helper()
	if os.Getenv(envStore) != "" {
		t.Skip("it is about SQLite's file")
	}
}

// TestPostgres runs all tests of the package once more, in another process and
// with their stores on PostgreSQL.
func TestPostgres(t *testing.T) {
	onFile(t)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(exe, "-test.v", "-test.skip=^(TestPostgres|TestChild)$", "-test.timeout=10m", "-rapid.checks=20")
	cmd.Env = append(os.Environ(), envStore+"="+pgtest.Address(t), "TMPDIR="+filepath.Dir(t.TempDir()))
	out, err := cmd.CombinedOutput()
	passed := 0
	for line := range strings.Lines(string(out)) {
		passed += strings.Count(line, "--- PASS: ")
		if strings.Contains(line, "--- FAIL: ") {
			t.Error(strings.TrimSpace(line))
		}
	}
	t.Logf("%d tests passed on PostgreSQL", passed)
	if err != nil || passed < 50 {
		t.Errorf("%v\n%s", err, out)
	}
}

// server gives the address of the server that the suite runs on; other runs of
// a test that is PostgreSQL's own are skipped.
func server(t *testing.T) string {
	t.Helper()
	if os.Getenv(envStore) == "" {
		t.Skip("TestPostgres runs it")
	}
	return os.Getenv(envStore)
}

// everyRow gives all rows of all tables as text.
func everyRow(t *testing.T, at string) string {
	t.Helper()
	db, err := sql.Open("pgx", at)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var all string
	err = db.QueryRow(`SELECT STRING_AGG(query_to_xml('SELECT * FROM ' || quote_ident(tablename), TRUE, FALSE, '')::TEXT, '')
		FROM pg_tables WHERE schemaname = current_schema()`).Scan(&all)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// Ids are walked through in ranges and listings are sorted: text that was
// compared as people of some country do would lose assets.
func TestPostgresComparesByteByByte(t *testing.T) {
	at := pgtest.Schema(t, server(t), t.Name())
	s := openAt(t, at, sqlstore.Options{})
	db, err := sql.Open("pgx", at)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var columns, other int
	if err := db.QueryRow(`SELECT COUNT(*), COUNT(*) FILTER (WHERE collation_name IS DISTINCT FROM 'C') FROM information_schema.columns
		WHERE table_schema = current_schema() AND data_type = 'text'`).Scan(&columns, &other); err != nil {
		t.Fatal(err)
	}
	if columns < 50 || other > 0 {
		t.Errorf("%d of %d columns of text are compared otherwise; write TEXT NOT NULL in migrations", other, columns)
	}
	apply(t, s, drive, "", full("1", book("B"), book("a"), book("Ä"), book("_"), book("a-b"), book("aa")))
	wantNames(t, s, "B", "_", "a", "a-b", "aa", "Ä")
}

// What PostgreSQL does not take as text must not end a night.
func TestPostgresTakesNamesThatAreNoText(t *testing.T) {
	s := openAt(t, pgtest.Schema(t, server(t), t.Name()), sqlstore.Options{})
	apply(t, s, drive, "", full("1", bookWith("x", func(a *inventory.Asset) { a.Name = "caf\xe9\x00.xlsx" })))
	if got, want := records(t, s, sqlstore.Filter{})[0].Asset.Name, "caf\uFFFD\uFFFD.xlsx"; got != want {
		t.Errorf("name %q, want %q", got, want)
	}
}

func TestPostgresRefusesANewerSchema(t *testing.T) {
	at := pgtest.Schema(t, server(t), t.Name())
	closeStore(t, openAt(t, at, sqlstore.Options{}))
	wantNewerRefused(t, "pgx", at)
}

func TestAddressesAreShownWithoutPasswords(t *testing.T) {
	for address, want := range map[string]string{
		"inv.db":                                   "inv.db",
		"postgres://ada:secret@db/inv":             "postgres://ada@db/inv",
		"postgres://ada@db/inv":                    "postgres://ada@db/inv",
		"postgres://db/inv?password=secret&user=a": "postgres://db/inv?user=a",
		"postgres://ada:sec ret@db/inv%zz":         "postgres://(an address that cannot be read)",
	} {
		if diff := cmp.Diff(want, sqlstore.Public(address)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", address, diff)
		}
	}
	_, err := sqlstore.Open(t.Context(), "postgres://ada:secret@127.0.0.1:1/inv", sqlstore.Options{Password: "other"})
	if err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "other") || !strings.Contains(err.Error(), "is PostgreSQL running there") {
		t.Errorf("error %v", err)
	}
}
