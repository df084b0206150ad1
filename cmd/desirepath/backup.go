package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

type backupCmd struct {
	configFile
	Out string `help:"The file to write; one that is there already is left alone." required:"" placeholder:"FILE"`
}

// Run writes the inventory to a file, while a scan may be running. Whatever
// database it is in, the backup is a SQLite file.
func (cmd backupCmd) Run(ctx context.Context, a *app) error {
	c, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	err = store.Backup(ctx, cmd.Out)
	if errors.Is(err, os.ErrExist) {
		return configError{fmt.Errorf("%w; name another file", err)}
	}
	if err != nil {
		return err
	}
	info, err := os.Stat(cmd.Out)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Err, "%s: %d bytes, sound. It names people, as the inventory does: keep it as safe. desirepath restore puts it back.\n", cmd.Out, info.Size())
	if c.OnServer() {
		fmt.Fprintf(a.Err, "Of a large inventory on PostgreSQL, pg_dump --format=custom makes a faster backup; put that back with pg_restore, and then run desirepath forget again for whoever was erased since.\n")
	}
	return nil
}

type restoreCmd struct {
	configFile
	output
	File    string `arg:"" help:"A backup that desirepath made." type:"existingfile"`
	Replace bool   `help:"Even if there is an inventory already. Of that stay who was erased, tokens as they are, letters and the talks they led to, and who asked for quiet."`
}

// Run puts a backup back, into a file or a database on PostgreSQL.
func (cmd restoreCmd) Run(ctx context.Context, a *app) error {
	c, err := cmd.load(a)
	if err != nil {
		return err
	}
	backup, closeIt, err := a.openCopy(ctx, cmd.File)
	if err != nil {
		return err
	}
	defer closeIt()
	to, err := a.open(ctx, c)
	if err != nil {
		return err
	}
	defer to.Close()
	known, err := to.Tokens(ctx)
	if err != nil {
		return err
	}
	err = cmd.copy(ctx, a.Out, backup, to, cmd.Replace)
	store := sqlstore.Public(c.Store) // the error names the copy of the backup as well, which is gone
	switch {
	case errors.Is(err, sqlstore.ErrNotEmpty):
		return configError{fmt.Errorf("%s: %w; nothing was changed. Add --replace to put the backup in its place, or name another store", store, sqlstore.ErrNotEmpty)}
	case errors.Is(err, sqlstore.ErrOtherInventory):
		return configError{fmt.Errorf("%s: %w: their key is not this one's; nothing was changed. Name another store for this backup", store, sqlstore.ErrOtherInventory)}
	case err != nil:
		return err
	}
	return cmd.tellAge(ctx, a, to, known)
}

// tellAge says what a restored inventory does not know, and which tokens hold
// again that may have been ended since the backup.
func (cmd restoreCmd) tellAge(ctx context.Context, a *app, to *sqlstore.Store, known []inventory.Token) error {
	if cmd.Replace {
		fmt.Fprintln(a.Err, "Of what was there stay (column KEPT): who was erased, tokens as they were, letters, conversations in which somebody was written to, quiet times.")
	}
	fmt.Fprintln(a.Err, "All else is as old as the backup: what people said of findings, what they told of by themselves, answers to needs, who looked at what. The next scan brings the files up to date.")
	tokens, err := to.Tokens(ctx)
	if err != nil {
		return err
	}
	for _, t := range tokens {
		before := slices.ContainsFunc(known, func(k inventory.Token) bool { return k.ID == t.ID })
		if !before && t.Holds(a.Now()) {
			fmt.Fprintf(a.Err, "Token %s (%s) holds, as it did in the backup. If it was ended since: desirepath token end %[1]s\n", t.ID, t.Name)
		}
	}
	return nil
}

// openCopy opens a copy of a backup: an older one is brought up to date when
// it is opened, and a backup stays as it is.
func (a *app) openCopy(ctx context.Context, file string) (store *sqlstore.Store, closeIt func() error, err error) {
	dir, err := os.MkdirTemp("", "desirepath-restore-*")
	if err != nil {
		return nil, nil, err
	}
	path := filepath.Join(dir, filepath.Base(file))
	if err = copyFile(path, file); err == nil {
		store, err = sqlstore.Open(ctx, path, sqlstore.Options{Now: a.Now, Log: a.Log})
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("backup %s: %w", file, err), os.RemoveAll(dir))
	}
	return store, func() error { return errors.Join(store.Close(), os.RemoveAll(dir)) }, nil
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// copy copies an inventory while no run writes to the new one, and shows what
// was copied and compared.
func (o output) copy(ctx context.Context, w io.Writer, from, to *sqlstore.Store, replace bool) error {
	release, err := to.Lock(ctx)
	if err != nil {
		return err
	}
	all, err := from.CopyTo(ctx, to, replace)
	if err := errors.Join(err, release()); err != nil {
		return err
	}
	p, err := o.printer(w, "TABLE", "ROWS", "SAME ON BOTH SIDES", "KEPT")
	if err != nil {
		return err
	}
	for _, c := range all {
		if err := p.row(c, c.Table, fmt.Sprint(c.Rows), c.Hash, fmt.Sprint(c.Kept)); err != nil {
			return err
		}
	}
	return p.flush()
}
