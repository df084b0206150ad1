package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/dashboards/words"
	"github.com/desirepath/desirepath/inventory"
)

type needsCmd struct {
	configFile
	output
	System string `help:"Only what people do around this system." placeholder:"ID"`
}

// Run prints what people do for themselves around each system, and how many
// stand behind it. Systems of which there is none come first: needs that
// nothing serves.
func (cmd needsCmd) Run(ctx context.Context, a *app) error {
	c, readings, err := cmd.readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	names := map[string]string{}
	for _, s := range readings.Systems {
		names[s.ID] = s.Name
	}
	if cmd.System != "" && names[cmd.System] == "" {
		return configError{fmt.Errorf("--system %q is not in your catalogue; desirepath catalogue list --catalogue %s shows what is", cmd.System, c.Catalogue)}
	}
	lines, err := readings.Needs(ctx, cmd.System)
	if err != nil {
		return err
	}
	p, err := cmd.printer(a.Out, "SYSTEM", "KIND", "NEED", "TOOLS", "BUILDERS", "PEOPLE", "ALSO SAID")
	if err != nil {
		return err
	}
	for _, l := range lines {
		system := cmp.Or(names[l.System], "none for "+words.Capability(l.Capability, c.Outreach.Language))
		if err := p.row(l, system, needKind(l.Kind), l.Word, strconv.Itoa(l.Families), strconv.Itoa(l.Builders),
			strconv.Itoa(l.People), clip(strings.Join(l.Words[1:], ", "), 40)); err != nil {
			return err
		}
	}
	return p.flush()
}

// needKind says how a need is one.
func needKind(kind string) string {
	switch kind {
	case inventory.ByHand:
		return "done by hand"
	case inventory.NeedFunction:
		return "it does not do"
	default:
		return "it does not keep"
	}
}
