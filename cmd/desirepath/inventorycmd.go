package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

type inventoryCmd struct {
	List inventoryListCmd `cmd:"" help:"List assets."`
	Show inventoryShowCmd `cmd:"" help:"Show all that is known of one asset."`
}

type inventoryListCmd struct {
	configFile
	output
	Tenant     string `help:"Only this source." placeholder:"NAME"`
	System     string `help:"Only what comes close to this system." placeholder:"ID"`
	Capability string `help:"Only what comes close to this capability." placeholder:"ID"`
	Text       string `help:"Only names and folders that hold this." placeholder:"TEXT"`
	Near       bool   `help:"Only what comes close to any capability."`
	Limit      int    `help:"At most so many; 0 is all." default:"0"`
}

// Run lists assets in the order of their ids.
func (cmd inventoryListCmd) Run(ctx context.Context, a *app) error {
	_, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	p, err := cmd.printer(a.Out, "ID", "NAME", "KIND", "PLACE", "COMES CLOSE TO", "SCORE")
	if err != nil {
		return err
	}
	filter := inventory.Filter{
		Tenant: cmd.Tenant, System: cmd.System, Capability: cmd.Capability,
		Text: cmd.Text, Near: cmd.Near, Limit: cmd.Limit,
	}
	for r, err := range store.Records(ctx, filter) {
		if err != nil {
			return err
		}
		near, score := "", ""
		if r.Verdict != nil && !r.Verdict.None() {
			near, score = r.Verdict.Capability, strconv.FormatFloat(r.Verdict.Score, 'f', 2, 64)
		}
		if err := p.row(r, string(r.Asset.ID), r.Asset.Name, string(r.Asset.Kind), r.PlaceName, near, score); err != nil {
			return err
		}
	}
	return p.flush()
}

type inventoryShowCmd struct {
	configFile
	output
	ID string `arg:"" help:"The asset's id, as inventory list prints it."`
}

// Run prints one asset in words, or as JSON.
func (cmd inventoryShowCmd) Run(ctx context.Context, a *app) error {
	c, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	r, err := store.Record(ctx, inventory.AssetID(cmd.ID))
	if errors.Is(err, inventory.ErrNotFound) {
		return fmt.Errorf("%s is not in the inventory; desirepath inventory list shows what is", cmd.ID)
	}
	if err != nil {
		return err
	}
	if cmd.Output == "json" {
		return newEncoder(a.Out).Encode(r)
	}
	fmt.Fprintf(a.Out, "%s\n%s, %s\n", r.Asset.Name, r.PlaceName, r.Asset.Path)
	if r.Verdict == nil {
		_, err = fmt.Fprintf(a.Out, "not judged yet %s\n", r.Unread)
		return err
	}
	fmt.Fprintf(a.Out, "comes close to: %s (%.2f)\n%s\n%s\n", r.Verdict.Capability, r.Verdict.Score,
		words.Why(*r.Verdict, c.Outreach.Language), words.Adds(*r.Verdict, c.Outreach.Language))
	for _, e := range r.Verdict.Evidence {
		if sentence := words.Sentence(e, c.Outreach.Language); sentence != "" {
			fmt.Fprintf(a.Out, "  %+.2f  %s\n", e.Weight, sentence)
		}
	}
	return nil
}
