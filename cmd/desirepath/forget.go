package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

type forgetCmd struct {
	configFile
	output
	Person string `help:"Everything that is this person's or names them, under all their addresses." placeholder:"ADDRESS" xor:"what" required:""`
	Asset  string `help:"One asset, by its id, as inventory list prints it." placeholder:"ID" xor:"what" required:""`
	DryRun bool   `help:"Change nothing, and say what would go."`
}

// Run erases on request, writes the results anew without what was erased, and
// proves it: it searches every byte of the inventory and the results.
func (cmd forgetCmd) Run(ctx context.Context, a *app) error {
	if cmd.Person != "" && !strings.Contains(cmd.Person, "@") { // a bare word would be looked for everywhere
		return configError{fmt.Errorf("--person %q: give the person's address; their name and other addresses are found by it", cmd.Person)}
	}
	c, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	release, err := store.Lock(ctx)
	if err != nil {
		return err
	}
	defer release()
	done, err := cmd.erase(ctx, store)
	if errors.Is(err, inventory.ErrNotFound) {
		if owes, err := store.Owes(ctx); err != nil || owes && !cmd.DryRun {
			return errors.Join(err, cmd.settle(ctx, a, c, store, inventory.Erasure{Words: []string{cmd.Asset}}))
		}
		return fmt.Errorf("%s is not in the inventory; desirepath inventory list shows what is", cmd.Asset)
	}
	if err != nil {
		return err
	}
	if err := cmd.tell(a.Out, done); err != nil || cmd.DryRun {
		return err
	}
	return cmd.settle(ctx, a, c, store, done)
}

// settle has every file forget what was erased, also through the portal.
func (cmd forgetCmd) settle(ctx context.Context, a *app, c config.Config, store *sqlstore.Store, done inventory.Erasure) error {
	err := store.Settle(ctx, func(ctx context.Context) error { return a.republish(ctx, c, store) })
	if err != nil {
		return fmt.Errorf("it is erased from the inventory; the results in %s still hold it: %w", c.Out, err)
	}
	return cmd.prove(a.Err, c, done)
}

func (cmd forgetCmd) erase(ctx context.Context, store *sqlstore.Store) (inventory.Erasure, error) {
	if cmd.Person != "" {
		return store.ErasePerson(ctx, cmd.Person, cmd.DryRun)
	}
	return store.EraseAsset(ctx, inventory.AssetID(cmd.Asset), cmd.DryRun)
}

// An erasedLine is one line of "forget --output json".
type erasedLine struct {
	What  string `json:"what"` // removed, altered or left
	Table string `json:"table"`
	Where string `json:"column,omitempty"`
	N     int    `json:"n"`
}

func (cmd forgetCmd) tell(w io.Writer, done inventory.Erasure) error {
	p, err := cmd.printer(w, "WHAT", "TABLE", "COLUMN", "HOW MANY")
	if err != nil {
		return err
	}
	removed, altered := "removed", "altered"
	if cmd.DryRun {
		removed, altered = "would go", "would be altered"
	}
	for _, part := range []struct {
		what   string
		counts []inventory.Count
	}{{removed, done.Removed}, {altered, done.Altered}, {"left", done.Left}} {
		for _, n := range part.counts {
			if err := p.row(erasedLine{part.what, n.A, n.B, n.N}, part.what, n.A, n.B, strconv.Itoa(n.N)); err != nil {
				return err
			}
		}
	}
	return p.flush()
}

// republish writes the results anew, if there are any.
func (a *app) republish(ctx context.Context, c config.Config, store *sqlstore.Store) error {
	if _, err := os.Stat(c.Out); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	known, err := loadCatalogue(c.Catalogue)
	if err != nil {
		return err
	}
	n := night.Night{
		Store: store, Scope: c.Scope, Catalogue: known, Organisation: c.Organisation, Out: c.Out, Log: a.Log, Now: a.Now,
		Outreach: night.Outreach{Language: c.Outreach.Language, Worth: worthWeights(c.Outreach)},
	}
	return n.Publish(ctx)
}

// prove searches the files, and says what it is that cannot be searched.
func (cmd forgetCmd) prove(w io.Writer, c config.Config, done inventory.Erasure) error {
	places := []string{c.Out}
	if c.OnServer() {
		fmt.Fprintf(w, "The server's log of changes (WAL) and its backups hold it until they are recycled.\n")
	} else {
		places = append(places, c.Store)
	}
	found, err := searchFiles(places, done.Words)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "searched  %d files, %d bytes, for %d words\n", found.files, found.bytes, len(done.Words))
	for _, f := range found.in {
		fmt.Fprintf(w, "still in  %s\n", f)
	}
	switch {
	case len(done.Left) > 0:
		fmt.Fprintf(w, "What is left stands in names that others gave to things of theirs, and the next scan would bring it back, or is somebody else's name as well: ask them, or leave these out under scope.exclude.\n")
	case len(found.in) > 0:
		fmt.Fprintf(w, "These files are not desirepath's to rewrite, were written before, or somebody was reading them: run this again, look at them, and remove what should go.\n")
	default:
		fmt.Fprintf(w, "It is in none of them. A tombstone keeps it out of the scans to come.\n")
	}
	_, err = fmt.Fprintf(w, "Copies of the inventory that were made before this still hold it: remove them, or restore them with desirepath, which heeds the tombstone.\n")
	return err
}
