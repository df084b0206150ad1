package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
)

type demoCmd struct {
	Once bool   `help:"Scan and end, without serving the portal."`
	Out  string `help:"The folder for everything that is made." default:"desirepath-demo" type:"path" placeholder:"DIR"`
	listens
}

// demoPartner is who sits at the portal of the demo: the partner for Alder
// Bay's learning system.
const demoPartner = "mele.taukolo@alderbay.example"

// demoRows is how many conversations the demo prints.
const demoRows = 8

// Run emulates Alder Bay University on this machine, scans it through the
// vendors' SDKs over HTTP, and shows what comes out.
func (cmd demoCmd) Run(ctx context.Context, a *app) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	c, err := cmd.prepare(serving, a)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "Scanning %s, an organisation that this program emulates: Microsoft Graph and Google Workspace over HTTP, on this machine.\n", c.Organisation)
	run, err := a.scan(ctx, c, time.Time{})
	if err != nil {
		return err
	}
	if err := a.report(run, cmd.Out); err != nil {
		return err
	}
	if err := cmd.showOutreach(ctx, a); err != nil {
		return err
	}
	if run.Result == inventory.RunPartial {
		return errPartial
	}
	if cmd.Once {
		return nil
	}
	return serveCmd{configFile: cmd.results(), listens: cmd.listens, As: demoPartner}.Run(ctx, a)
}

// results is the configuration that the demo leaves for looking further.
func (cmd demoCmd) results() configFile {
	return configFile{filepath.Join(cmd.Out, "desirepath.yaml")}
}

// demoMark is a file that only a demo leaves in its folder.
const demoMark = "emulator-token"

// room makes the demo's folder. One that holds anything else than an earlier
// demo is left alone: it may be somebody's real inventory.
func (cmd demoCmd) room() error {
	if err := os.MkdirAll(cmd.Out, 0o750); err != nil {
		return configError{fmt.Errorf("--out: %w", err)}
	}
	entries, err := os.ReadDir(cmd.Out)
	if err != nil {
		return configError{fmt.Errorf("--out: %w", err)}
	}
	earlier := slices.ContainsFunc(entries, func(e os.DirEntry) bool { return e.Name() == demoMark })
	if len(entries) > 0 && !earlier {
		return configError{fmt.Errorf("--out %s: the folder holds other files, which the demo would write over; name an empty one", cmd.Out)}
	}
	return nil
}

// prepare starts the emulator and writes a configuration for it, which
// afterwards serves for looking at the results with the other commands.
func (cmd demoCmd) prepare(ctx context.Context, a *app) (config.Config, error) {
	if err := cmd.room(); err != nil {
		return config.Config{}, err
	}
	world, err := emulator.AlderBay(a.Now)
	if err != nil {
		return config.Config{}, err
	}
	server := emulator.NewServer(world, emulator.ServerOptions{Roles: demoRoles()})
	ends, err := server.Start(ctx, "127.0.0.1:0")
	if err != nil {
		return config.Config{}, err
	}
	systems, err := emulator.AlderBaySystems()
	if err != nil {
		return config.Config{}, err
	}
	key, err := server.GoogleCredentials(ends.TokenURI)
	if err != nil {
		return config.Config{}, err
	}
	c := demoConfig(cmd.Out, ends)
	for file, content := range map[string][]byte{
		c.Catalogue:                      systems,
		c.Sources[0].Microsoft.TokenFile: []byte(ends.Token),
		c.Sources[1].Google.KeyFile:      key,
	} {
		if err := os.WriteFile(file, content, 0o600); err != nil {
			return c, err
		}
	}
	if err := export.File(cmd.results().Config, 0o600, c.Print); err != nil {
		return c, err
	}
	return c, errors.Join(c.Validate(), c.Present())
}

// demoRoles are the permissions that what the demo scans needs, and no more.
func demoRoles() []string {
	return []string{
		"User.Read.All", "Sites.Read.All", "Files.Read.All",
		"Application.Read.All", "Directory.Read.All", "AppCatalog.Read.All",
	}
}

func demoConfig(out string, ends emulator.Endpoints) config.Config {
	c := config.Default()
	c.Organisation = "Alder Bay University"
	c.Store, c.Out = filepath.Join(out, "desirepath.db"), out
	c.Catalogue = filepath.Join(out, "systems.yaml")
	c.Scope.Exclude.Places = []string{"*counselling*"}
	c.Sources = []config.Source{
		{Name: "m365", Microsoft: &config.Microsoft{Endpoint: ends.Graph, TokenFile: filepath.Join(out, demoMark), Features: config.MicrosoftFeatures{EntraApps: true, TeamsApps: true, PowerPlatform: true, PowerBI: true}}},
		{Name: "workspace", Google: &config.Google{Endpoint: ends.Sheets, Admin: emulator.AlderBayAdmin, KeyFile: filepath.Join(out, "emulator-key.json"),
			Features: config.GoogleFeatures{Forms: true, Scripts: true, TokenAudit: true}}},
	}
	return c
}

// showOutreach prints the first conversations of the list.
func (cmd demoCmd) showOutreach(ctx context.Context, a *app) error {
	c, readings, err := cmd.results().readings(ctx, a)
	if err != nil {
		return err
	}
	defer readings.Close()
	openings, err := readings.Openings(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "\n%d conversations to have; the first of each system:\n\n", len(openings))
	w := tabwriter.NewWriter(a.Out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "PARTNER\tTALKS WITH\tABOUT\tNEAR\tPEOPLE\tWHY")
	shown := map[string]int{}
	for _, o := range openings {
		r := export.NewRow(o, c.Outreach.Language)
		if shown[r.System]++; shown[r.System] > 1 || len(shown) > demoRows {
			continue
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\n", r.Partner, r.KeeperName, clip(r.AssetName, 36), r.System, r.People, clip(r.Why, 70))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "\nOpen outreach.xlsx and report.html in %s; look further with: desirepath inventory list --config %s\n",
		c.Out, cmd.results().Config)
	return err
}
