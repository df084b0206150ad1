package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
)

// IsPostgres reports whether an address is of a PostgreSQL database.
func IsPostgres(address string) bool {
	return strings.HasPrefix(address, "postgres://") || strings.HasPrefix(address, "postgresql://")
}

// Public is a store's address without a password.
func Public(address string) string {
	if !IsPostgres(address) {
		return address
	}
	u, err := url.Parse(address)
	if err != nil {
		return "postgres://(an address that cannot be read)"
	}
	if _, has := u.User.Password(); has {
		u.User = url.User(u.User.Username())
	}
	if q := u.Query(); q.Has("password") || q.Has("sslpassword") {
		q.Del("password")
		q.Del("sslpassword")
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// A postgres is an inventory in a schema of a PostgreSQL database: the first
// of the search path, which the address may name (?search_path=desirepath).
type postgres struct {
	address string // without a password
	config  *pgx.ConnConfig
}

func newPostgres(address, password string) (postgres, error) {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return postgres{}, errors.New("the address cannot be read; it looks like postgres://user@host:5432/database?sslmode=verify-full")
	}
	if password != "" {
		config.Password = password
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "desirepath"
	}
	return postgres{address: Public(address), config: config}, nil
}

func (p postgres) String() string { return p.address }

func (p postgres) open() (write, read *sql.DB, err error) {
	writing := p.config.Copy()
	writing.RuntimeParams["work_mem"] = "32MB" // a page of ten thousand assets is sorted in memory
	write = sql.OpenDB(connector{stdlib.GetConnector(*writing)})
	write.SetMaxOpenConns(1)
	reading := p.config.Copy()
	// What is read in one transaction is of one moment, as it is with SQLite.
	reading.RuntimeParams["default_transaction_isolation"] = "repeatable read"
	reading.RuntimeParams["default_transaction_read_only"] = "on"
	read = sql.OpenDB(connector{stdlib.GetConnector(*reading)})
	read.SetMaxOpenConns(16)
	read.SetMaxIdleConns(4)
	return write, read, nil
}

// aside commits without waiting for the disk: what a crash of the server may
// take back is the leases of its last second.
func (p postgres) aside(*sql.DB) *sql.DB {
	config := p.config.Copy()
	config.RuntimeParams["synchronous_commit"] = "off"
	db := sql.OpenDB(connector{stdlib.GetConnector(*config)})
	db.SetMaxOpenConns(2)
	return db
}

func (postgres) clock() string {
	return `CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)`
}

func (postgres) goose() goose.Dialect { return goose.DialectPostgres }

// own has text compared byte by byte, as SQLite does, whatever the database's
// locale: ids are sorted and walked through in ranges.
func (postgres) own(migration string) string {
	return textColumn.ReplaceAllString(onlyFor("postgres", migration), `TEXT COLLATE "C"$1`)
}

var textColumn = regexp.MustCompile(`\bTEXT(\s+NOT NULL)`)

// alone waits for whoever writes to this schema now. Most of what the package
// does was written for one writer at a time, which SQLite sees to by itself.
func (postgres) alone(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(`+lockKey("write")+`)`)
	return err
}

// beside waits for those only who write alone.
func (postgres) beside(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock_shared(`+lockKey("write")+`)`)
	return err
}

func (postgres) crossed(err error) bool {
	var e *pgconn.PgError
	return errors.As(err, &e) && e.Code == "40P01" // deadlock_detected
}

func (postgres) clear(ctx context.Context, tx *sql.Tx, t staged) error {
	_, err := tx.ExecContext(ctx, `TRUNCATE `+t.name)
	return err
}

func (postgres) insert(ctx context.Context, tx *sql.Tx, t staged, rows [][]any) error {
	_, err := tx.ExecContext(ctx, `COPY`, copied{t, rows})
	return err
}

// lock holds a lock of PostgreSQL as long as its connection lasts.
func (p postgres) lock(ctx context.Context, db *sql.DB) (release func() error, err error) {
	conn, err := db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var got bool
	err = conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock(`+lockKey("run")+`)`).Scan(&got)
	if err == nil && !got {
		err = inventory.ErrLocked
	}
	if err != nil {
		return nil, errors.Join(err, conn.Close())
	}
	return func() error {
		if _, err := conn.ExecContext(context.Background(), `SELECT pg_advisory_unlock(`+lockKey("run")+`)`); err != nil {
			// The lock goes with the connection, which is lost or is closed
			// for being said to be bad.
			err = conn.Raw(func(any) error { return driver.ErrBadConn })
			return dropped(err)
		}
		return conn.Close()
	}, nil
}

// dropped is nil when a connection is gone as it should be.
func dropped(err error) error {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return nil
	}
	return err
}

// lockKey is a key of PostgreSQL's advisory locks, which are a database's and
// not a schema's.
func lockKey(what string) string {
	return `hashtextextended('desirepath ` + what + ` ' || current_schema(), 0)`
}

func (postgres) remedy(err error) error {
	var refused *pgconn.ConnectError
	var e *pgconn.PgError
	switch {
	case errors.As(err, &e):
		if hint := postgresRemedies[e.Code]; hint != "" {
			return fmt.Errorf("%w; %s", err, hint)
		}
	case errors.As(err, &refused):
		return fmt.Errorf("%w; is PostgreSQL running there, and may this machine reach it?", err)
	}
	return err
}

// By the codes of https://www.postgresql.org/docs/current/errcodes-appendix.html.
var postgresRemedies = map[string]string{
	"28P01": "check the user and the password (store_password_file)",
	"28000": "pg_hba.conf on the server says who may connect from where",
	"3D000": "create the database first: createdb NAME",
	"3F000": "create the schema first, or name another in search_path",
	"42501": "the user needs CREATE on the schema, once, and to own its tables",
	"53100": "make room on the server's disk and run again; nothing that was stored is lost",
	"53300": "the server has no connection left (max_connections); whoever scans or serves takes up to 19, a worker or whoever leads workers 25",
	"57P01": "the server was stopped or restarted; run again, nothing that was stored is lost",
	"57P03": "the server is starting or stopping; run again in a minute",
}

// A connector gives connections that take "?" for a parameter.
type connector struct{ driver.Connector }

// Connect implements driver.Connector.
func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := inner.(*stdlib.Conn)
	if !ok {
		return nil, fmt.Errorf("a connection to PostgreSQL is a %T", inner)
	}
	return &postgresConn{conn}, nil
}

type postgresConn struct{ *stdlib.Conn }

// PrepareContext implements driver.ConnPrepareContext.
func (c *postgresConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	return c.Conn.PrepareContext(ctx, numbered(query))
}

// A copied is an argument of ExecContext: rows for a table, by COPY, which
// database/sql knows no way to ask for.
type copied struct {
	table staged
	rows  [][]any
}

// ExecContext implements driver.ExecerContext.
func (c *postgresConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if len(args) == 1 {
		if rows, ok := args[0].Value.(copied); ok {
			n, err := c.Conn.Conn().CopyFrom(ctx, pgx.Identifier{rows.table.name}, rows.table.columns, pgx.CopyFromSlice(len(rows.rows), rows.row))
			return driver.RowsAffected(n), err
		}
		if do, ok := args[0].Value.(onConn); ok {
			return driver.RowsAffected(0), do(c.Conn.Conn())
		}
	}
	return c.Conn.ExecContext(ctx, numbered(query), args)
}

// QueryContext implements driver.QueryerContext.
func (c *postgresConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	return c.Conn.QueryContext(ctx, numbered(query), args)
}

// row gives a row as PostgreSQL takes it.
func (c copied) row(n int) ([]any, error) {
	for i, v := range c.rows[n] {
		if s, ok := v.(string); ok {
			c.rows[n][i] = plainText(s)
		}
	}
	return c.rows[n], nil
}

// CheckNamedValue implements driver.NamedValueChecker. PostgreSQL keeps only
// text that is text: what a file share has in a name besides is replaced.
func (c *postgresConn) CheckNamedValue(v *driver.NamedValue) (err error) {
	switch v.Value.(type) {
	case copied, onConn:
		return nil
	}
	if v.Value, err = driver.DefaultParameterConverter.ConvertValue(v.Value); err != nil {
		return err
	}
	if s, ok := v.Value.(string); ok {
		v.Value = plainText(s)
	}
	return nil
}

func plainText(s string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(s, "\uFFFD"), "\x00", "\uFFFD")
}

// numbered writes the parameters of a statement as PostgreSQL does. No
// statement of this package has a question mark elsewhere.
func numbered(query string) string {
	if !strings.Contains(query, "?") {
		return query
	}
	var b strings.Builder
	for n, part := range strings.Split(query, "?") {
		if n > 0 {
			fmt.Fprintf(&b, "$%d", n)
		}
		b.WriteString(part)
	}
	return b.String()
}

func (postgres) textColumns() string {
	return `SELECT c.table_name, c.column_name, EXISTS (SELECT 1 FROM information_schema.key_column_usage k
			JOIN information_schema.table_constraints t ON t.constraint_schema = k.constraint_schema AND t.constraint_name = k.constraint_name
			WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_schema = c.table_schema AND k.table_name = c.table_name AND k.column_name = c.column_name)
		FROM information_schema.columns c JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
		WHERE t.table_type = 'BASE TABLE' AND c.table_schema = current_schema() AND c.table_name NOT LIKE 'goose_%' AND c.table_name NOT LIKE 'river_%' AND c.table_name <> 'tombstones'
		AND c.data_type = 'text' ORDER BY c.table_name, c.ordinal_position`
}

func (postgres) tables() string {
	return `SELECT c.relname FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = current_schema()::regnamespace
		AND c.relname NOT LIKE 'goose_%' AND c.relname NOT LIKE 'river_%' ORDER BY c.oid`
}

func (postgres) indexes() string {
	return `SELECT indexname FROM pg_indexes WHERE schemaname = current_schema()`
}

func (postgres) snapshot(context.Context, string) error { return errors.ErrUnsupported }

// compact writes every table anew: rows that are deleted stay in its files
// until something else is written there. The server's log of changes goes on
// to hold them until it is recycled.
func (postgres) compact(ctx context.Context, db *sql.DB) error {
	tables, err := collect(ctx, db, scanString[string], `SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename`)
	if err != nil {
		return err
	}
	for _, table := range tables {
		if _, err := db.ExecContext(ctx, `VACUUM (FULL) `+pgx.Identifier{table}.Sanitize()); err != nil {
			return err
		}
	}
	return nil
}
