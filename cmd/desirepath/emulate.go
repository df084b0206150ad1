package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/desirepath/desirepath/scanners/emulator"
)

type emulateCmd struct {
	Listen string `help:"Address on this machine to serve on." default:"127.0.0.1:8365" placeholder:"ADDR"`
	Seed   int64  `help:"Seed of everything that is invented." default:"1"`
	People int    `help:"How many people; without it, --assets and --files, Alder Bay University is served." placeholder:"N"`
	Assets int    `help:"How many assets; they are computed as they are asked for, so that a million cost no memory." placeholder:"N"`
	Files  string `help:"Serve the files of this folder as the contents of the drives." placeholder:"DIR" type:"existingdir"`
	Key    string `help:"Write a service account's key for the Google half to this file; without one, that half has no token to ask with." placeholder:"FILE" type:"path"`
	TLS    bool   `name:"tls" help:"Serve over TLS, with a certificate of a throwaway authority."`
	Proxy  string `help:"With --tls: answer CONNECT on this address for the vendors' own host names, so that any client can be run against the emulator unchanged." placeholder:"ADDR"`
	CA     string `name:"ca" help:"With --tls: write the authority's certificate to this file; without one, to a temporary file that is taken away at the end." placeholder:"FILE" type:"path"`
	Cert   string `name:"certificate" help:"With --proxy: the certificate that an application signs in with; without one, any will do." placeholder:"FILE" type:"existingfile"`
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
	served, err := cmd.serve(ctx, server)
	if err != nil {
		return configError{err}
	}
	defer served.clean()
	if cmd.Key != "" {
		key, err := server.GoogleCredentials(served.ends.TokenURI)
		if err != nil {
			return err
		}
		if err := os.WriteFile(cmd.Key, key, 0o600); err != nil {
			return configError{err}
		}
	}
	served.print(a.Out, server)
	<-ctx.Done()
	return nil
}

// served says where an emulator is reached.
type served struct {
	ends      emulator.Endpoints
	proxy, ca string // "" for none
	clean     func() // takes away what is temporary
}

func (s served) print(w io.Writer, server *emulator.Server) {
	fmt.Fprintf(w, "graph      %s\ndrive      %s\nsheets     %s\ndirectory  %s\nadmin      %s\ntoken      %s\n",
		s.ends.Graph, s.ends.Drive, s.ends.Sheets, s.ends.Directory, administrator(server.World.People()), s.ends.Token)
	if s.ca != "" {
		fmt.Fprintf(w, "ca         %s\n", s.ca)
	}
	if s.proxy != "" {
		fmt.Fprintf(w, "tenant     %s\nproxy      %s\n", server.TenantID(), s.proxy)
	}
}

// serve starts what the flags ask for.
func (cmd emulateCmd) serve(ctx context.Context, server *emulator.Server) (s served, err error) {
	s.clean = func() {}
	switch {
	case !cmd.TLS && (cmd.Proxy != "" || cmd.CA != ""):
		return s, errors.New("--proxy and --ca go with --tls: add it")
	case cmd.Proxy == "" && cmd.Cert != "":
		return s, errors.New("--certificate goes with --proxy: nobody signs in to the emulator itself")
	case !cmd.TLS:
		s.ends, err = server.Start(ctx, cmd.Listen)
		return s, err
	}
	authority, err := emulator.NewAuthority()
	if err != nil {
		return s, err
	}
	if s.ends, err = server.StartTLS(ctx, cmd.Listen, authority); err != nil {
		return s, err
	}
	if cmd.Proxy != "" {
		if s.proxy, err = cmd.startProxy(ctx, server, authority); err != nil {
			return s, err
		}
		s.ends.TokenURI = googleTokens // the service account's key is for Google's own address
	}
	s.ca, s.clean, err = cmd.writeCA(authority.PEM())
	return s, err
}

// googleTokens is where Google exchanges assertions for tokens.
const googleTokens = "https://oauth2.googleapis.com/token"

func (cmd emulateCmd) startProxy(ctx context.Context, server *emulator.Server, authority *emulator.Authority) (string, error) {
	if cmd.Cert != "" {
		cert, err := os.ReadFile(cmd.Cert)
		if err == nil {
			err = server.Trust(cert)
		}
		if err != nil {
			return "", fmt.Errorf("--certificate: %w", err)
		}
	}
	return server.StartProxy(ctx, cmd.Proxy, authority)
}

// writeCA writes the authority's certificate to where it was asked for, or to
// a temporary file.
func (cmd emulateCmd) writeCA(pem []byte) (path string, clean func(), err error) {
	if cmd.CA != "" {
		return cmd.CA, func() {}, os.WriteFile(cmd.CA, pem, 0o644)
	}
	dir, err := os.MkdirTemp("", "desirepath-emulator-")
	if err != nil {
		return "", func() {}, err
	}
	clean = func() { os.RemoveAll(dir) }
	path = filepath.Join(dir, "ca.pem")
	return path, clean, os.WriteFile(path, pem, 0o644)
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
