package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

type storeCmd struct {
	Copy storeCopyCmd `cmd:"" help:"Move the inventory to another store, such as PostgreSQL, and compare every row."`
}

type storeCopyCmd struct {
	configFile
	output
	To           string `help:"Where to: postgres://user@host/database, or a file. It must hold no inventory yet." required:"" placeholder:"STORE"`
	PasswordFile string `help:"A file with the password of that database." type:"existingfile" placeholder:"FILE"`
}

// Run copies the inventory to another store. The old one stays as it is.
func (cmd storeCopyCmd) Run(ctx context.Context, a *app) error {
	c, from, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer from.Close()
	release, err := from.Lock(ctx) // what a run stored meanwhile would be missed
	if err != nil {
		return err
	}
	defer release()
	if sqlstore.Public(cmd.To) == sqlstore.Public(c.Store) {
		return configError{errors.New("--to is the store that the configuration names; name another")}
	}
	c.Store, c.StorePassword = cmd.To, cmd.PasswordFile
	if err := c.Validate(); err != nil {
		return configError{fmt.Errorf("--to: %w", err)}
	}
	to, err := a.open(ctx, c)
	if err != nil {
		return err
	}
	defer to.Close()
	err = cmd.copy(ctx, a.Out, from, to, false)
	if errors.Is(err, sqlstore.ErrNotEmpty) {
		return configError{fmt.Errorf("%w; name a store that is empty", err)}
	}
	if err == nil {
		fmt.Fprintf(a.Err, "Write store: %s into the configuration, and the next night goes on there.\n", sqlstore.Public(cmd.To))
	}
	return err
}

type migrateCmd struct {
	configFile
	Plan bool `help:"Change nothing, and print the SQL that would run."`
}

// Run brings the inventory's schema up to date, as every command does that
// opens it, or prints what that would do.
func (cmd migrateCmd) Run(ctx context.Context, a *app) error {
	c, err := cmd.load(a)
	if err != nil {
		return err
	}
	steps, err := a.pending(ctx, c)
	if err != nil {
		return err
	}
	if len(steps) == 0 {
		fmt.Fprintln(a.Err, "The schema is up to date.")
		return nil
	}
	if cmd.Plan {
		for _, s := range steps {
			if _, err := fmt.Fprintf(a.Out, "-- %s\n%s\n", s.Name, s.SQL); err != nil {
				return err
			}
		}
		fmt.Fprintf(a.Err, "%d steps would run, each in a transaction. Make a backup first: with the desirepath that wrote it, or a copy of the file while nothing runs.\n", len(steps))
		return nil
	}
	store, err := a.read(ctx, c)
	if err != nil {
		return err
	}
	for _, s := range steps {
		fmt.Fprintf(a.Err, "%s is done\n", s.Name)
	}
	return store.Close()
}

// pending gives the steps that an inventory lacks.
func (a *app) pending(ctx context.Context, c config.Config) (steps []sqlstore.Migration, err error) {
	if err := a.there(c); err != nil {
		return nil, err
	}
	password, err := c.Password()
	if err != nil {
		return nil, configError{err}
	}
	all, err := sqlstore.Plan(ctx, c.Store, sqlstore.Options{Password: password, Now: a.Now, Log: a.Log})
	for _, m := range all {
		if m.Pending {
			steps = append(steps, m)
		}
	}
	return steps, err
}
