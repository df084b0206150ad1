package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/desirepath/desirepath/classify"
	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// open opens the inventory that a configuration names, and makes it if there
// is none.
func (a *app) open(ctx context.Context, c config.Config) (*sqlstore.Store, error) {
	if _, err := os.Stat(filepath.Dir(c.Store)); err != nil && !c.OnServer() {
		return nil, configError{fmt.Errorf("store %s: its folder is not there; create it, or name another", c.Store)}
	}
	password, err := c.Password()
	if err != nil {
		return nil, configError{err}
	}
	return sqlstore.Open(ctx, c.Store, sqlstore.Options{
		Password: password, Scope: c.Scope, Now: a.Now, AfterCommit: a.AfterCommit, Log: a.Log,
	})
}

// read opens an inventory that a scan has made.
func (a *app) read(ctx context.Context, c config.Config) (*sqlstore.Store, error) {
	if err := a.there(c); err != nil {
		return nil, err
	}
	return a.open(ctx, c)
}

// there looks whether there is an inventory; one on a server is asked later.
func (a *app) there(c config.Config) error {
	if _, err := os.Stat(c.Store); errors.Is(err, os.ErrNotExist) && !c.OnServer() {
		return configError{fmt.Errorf("store %s: there is no inventory yet; run desirepath scan first, or name the right file", c.Store)}
	}
	return nil
}

// store opens the inventory of a configuration file, for reading.
func (f configFile) store(ctx context.Context, a *app) (config.Config, *sqlstore.Store, error) {
	c, err := f.load(a)
	if err != nil {
		return c, nil, err
	}
	store, err := a.read(ctx, c)
	return c, store, err
}

// readings opens it with the organisation's systems, the way dashboards read
// it. Who is done with it closes its store.
func (f configFile) readings(ctx context.Context, a *app) (config.Config, night.Readings, error) {
	c, store, err := f.store(ctx, a)
	if err != nil {
		return c, night.Readings{}, err
	}
	known, err := loadCatalogue(c.Catalogue)
	if err != nil {
		return c, night.Readings{}, errors.Join(err, store.Close())
	}
	return c, night.Readings{Store: store, Systems: known.Systems, Worth: worthWeights(c.Outreach), Now: a.Now}, nil
}

// worthWeights lays an organisation's own weights over ours.
func worthWeights(o config.Outreach) classify.WorthWeights {
	w := classify.DefaultWorth()
	maps.Copy(w, o.Worth)
	return w
}

// writable makes the folder for results and tries it, before a night's work
// is done for nothing.
func writable(out string) error {
	if err := os.MkdirAll(out, 0o750); err != nil {
		return configError{fmt.Errorf("out %s: %w; name a folder that can be written", out, errors.Unwrap(err))}
	}
	if err := probe(out); err != nil {
		return configError{fmt.Errorf("out %s: %w; name a folder that can be written", out, errors.Unwrap(err))}
	}
	return nil
}

// probe writes a file to a folder and takes it away again: modes and owners
// do not tell of mounts that are read-only.
func probe(dir string) error {
	f, err := os.CreateTemp(dir, ".desirepath-probe-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
