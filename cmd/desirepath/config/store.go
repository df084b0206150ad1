package config

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// OnServer reports whether the inventory is kept on a PostgreSQL server
// instead of in a file.
func (c Config) OnServer() bool { return sqlstore.IsPostgres(c.Store) }

// Password reads the password of the store; "" when the configuration names
// none, and PostgreSQL's own ways (PGPASSFILE, PGPASSWORD, certificates) hold.
func (c Config) Password() (string, error) {
	if c.StorePassword == "" {
		return "", nil
	}
	b, err := os.ReadFile(c.StorePassword)
	if err != nil {
		return "", fmt.Errorf("store_password_file %s: %w", c.StorePassword, errors.Unwrap(err))
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

func (c Config) validateStore() error {
	switch {
	case sqlstore.Public(c.Store) != c.Store && c.OnServer():
		return fmt.Errorf("store %s: a password does not belong in the address; put it in a file and name that in store_password_file", sqlstore.Public(c.Store))
	case c.Scan.Workers && !c.OnServer():
		return errors.New("scan.workers: workers share an inventory on PostgreSQL; write store: postgres://user@host/database, or leave scan.workers out")
	case c.StorePassword != "" && !c.OnServer():
		return errors.New("store_password_file: only a store on PostgreSQL has a password; write store: postgres://user@host/database")
	case strings.Contains(c.Store, "://") && !c.OnServer():
		return fmt.Errorf("store %s: give the path of a file, or postgres://user@host/database", c.Store)
	}
	return nil
}
