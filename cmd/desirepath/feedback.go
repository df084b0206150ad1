package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

type feedbackCmd struct {
	Say  feedbackSayCmd  `cmd:"" help:"Keep what somebody who knows an asset said of its verdict."`
	List feedbackListCmd `cmd:"" help:"List what was said."`
}

type feedbackSayCmd struct {
	configFile
	Right bool   `help:"The verdict is right." xor:"word"`
	Wrong bool   `help:"The verdict is wrong." xor:"word"`
	Is    string `help:"What it is instead: a capability; desirepath catalogue list shows them. Without it: none of them." placeholder:"ID"`
	By    string `help:"The address of who said it." required:"" placeholder:"ADDRESS"`
	Why   string `help:"In their words." placeholder:"TEXT"`
	ID    string `arg:"" help:"The asset's id, as inventory list prints it."`
}

// Run keeps the word. From the next night on the asset is judged by it.
func (cmd feedbackSayCmd) Run(ctx context.Context, a *app) error {
	switch {
	case cmd.Right == cmd.Wrong:
		return configError{errors.New("say --right or --wrong")}
	case cmd.Right && cmd.Is != "":
		return configError{errors.New("--is goes with --wrong")}
	case !strings.Contains(cmd.By, "@"):
		return configError{fmt.Errorf("--by %q: give an address", cmd.By)}
	}
	c, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	known, err := loadCatalogue(c.Catalogue)
	if err != nil {
		return err
	}
	if _, ok := known.Capability(cmd.Is); cmd.Is != "" && !ok {
		return configError{fmt.Errorf("--is %q is not in the catalogue; desirepath catalogue list shows what is", cmd.Is)}
	}
	r, err := store.Record(ctx, inventory.AssetID(cmd.ID))
	if errors.Is(err, inventory.ErrNotFound) {
		return fmt.Errorf("%s is not in the inventory; desirepath inventory list shows what is", cmd.ID)
	}
	if err != nil {
		return err
	}
	if r.Verdict == nil {
		return fmt.Errorf("%s has not been judged yet, so that there is nothing to confirm or dispute", cmd.ID)
	}
	f := inventory.Feedback{Asset: r.Asset.ID, Said: r.Verdict.Capability, Right: cmd.Right, Capability: cmd.Is, By: inventory.FoldAddress(cmd.By), At: a.Now(), Why: cmd.Why}
	if err := store.SaveFeedback(ctx, f); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "Kept: %s is %s. The next scan judges by it; desirepath tune shows what else could be learnt from it.\n",
		r.Asset.Name, thing(f.Answer(), c.Outreach.Language))
	return err
}

// thing names a capability, or says that it is none.
func thing(capability, language string) string {
	if capability == "" {
		return "none of the systems we know of"
	}
	return words.Capability(capability, language)
}

type feedbackListCmd struct {
	configFile
	output
}

// Run lists the newest word on each asset.
func (cmd feedbackListCmd) Run(ctx context.Context, a *app) error {
	_, store, err := cmd.store(ctx, a)
	if err != nil {
		return err
	}
	defer store.Close()
	said, err := store.Feedback(ctx, "")
	if err != nil {
		return err
	}
	p, err := cmd.printer(a.Out, "WHEN", "ASSET", "JUDGED", "IS", "BY", "WHY")
	if err != nil {
		return err
	}
	for _, f := range said {
		if err := p.row(f, f.At.Format(time.DateOnly), string(f.Asset), orNone(f.Said), orNone(f.Answer()), f.By, clip(f.Why, 40)); err != nil {
			return err
		}
	}
	return p.flush()
}

func orNone(capability string) string {
	if capability == "" {
		return "none"
	}
	return capability
}
