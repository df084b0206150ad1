package main

import (
	"context"
	"fmt"
	"os"

	"github.com/desirepath/desirepath/scanners/emulator"
)

type emulateCmd struct {
	Listen string `help:"Address on this machine to serve on." default:"127.0.0.1:8365" placeholder:"ADDR"`
	Seed   int64  `help:"Seed of everything that is invented." default:"1"`
	People int    `help:"How many people; without it, --assets and --files, Alder Bay University is served." placeholder:"N"`
	Assets int    `help:"How many assets; they are computed as they are asked for, so that a million cost no memory." placeholder:"N"`
	Files  string `help:"Serve the files of this folder as the contents of the drives." placeholder:"DIR" type:"existingdir"`
	Key    string `help:"Write a service account's key for the Google half to this file; without one, that half has no token to ask with." placeholder:"FILE" type:"path"`
	Faults string `help:"Misbehave on purpose, such as throttle=0.1,retry-after=1s,5xx=0.05,cut=0.02,seed=7." placeholder:"SPEC"`
}

// Run serves until it is interrupted.
func (cmd emulateCmd) Run(ctx context.Context, a *app) error {
	server, err := emulator.New(emulator.Options{
		Seed: cmd.Seed, People: cmd.People, Assets: cmd.Assets, Files: cmd.Files, Faults: cmd.Faults, Now: a.Now,
	})
	if err != nil {
		return configError{err}
	}
	ends, err := server.Start(ctx, cmd.Listen)
	if err != nil {
		return configError{err}
	}
	if cmd.Key != "" {
		key, err := server.GoogleCredentials(ends.TokenURI)
		if err != nil {
			return err
		}
		if err := os.WriteFile(cmd.Key, key, 0o600); err != nil {
			return configError{err}
		}
	}
	fmt.Fprintf(a.Out, "graph      %s\ndrive      %s\nsheets     %s\ndirectory  %s\nadmin      %s\ntoken      %s\n",
		ends.Graph, ends.Drive, ends.Sheets, ends.Directory, administrator(server.World.People()), ends.Token)
	<-ctx.Done()
	return nil
}

// administrator is somebody in whose name Google's directory can be read: who
// is one, or in an organisation that has none, anybody.
func administrator(people []emulator.Person) (address string) {
	for _, p := range people {
		if p.Google && !p.Left && (p.Admin || address == "") {
			address = p.Address
		}
	}
	return address
}
