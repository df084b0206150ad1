package main

import (
	"debug/buildinfo"
	"encoding/json"
	"fmt"
	"runtime"
	"runtime/debug"
)

type versionCmd struct {
	Parts bool   `help:"Print the modules that the program is made of, as a CycloneDX parts list (SBOM)."`
	Of    string `help:"Of this binary instead of the one that runs." type:"existingfile" placeholder:"FILE"`
}

// Run prints the module's version and what it was built with.
func (cmd versionCmd) Run(a *app) error {
	if cmd.Parts || cmd.Of != "" {
		return cmd.parts(a)
	}
	_, err := fmt.Fprintf(a.Out, "desirepath %s, %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

func (cmd versionCmd) parts(a *app) error {
	info, ok := debug.ReadBuildInfo()
	if cmd.Of != "" {
		var err error
		if info, err = buildinfo.ReadFile(cmd.Of); err != nil {
			return configError{fmt.Errorf("--of %s: %w; give a binary that Go built", cmd.Of, err)}
		}
	} else if !ok {
		return fmt.Errorf("this binary does not say what it was built of; build it with Go's modules")
	}
	e := json.NewEncoder(a.Out)
	e.SetIndent("", "  ")
	return e.Encode(billOf(info))
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "(built from source)"
	}
	return info.Main.Version
}

// A bill is a parts list in the shape of CycloneDX 1.6
// (https://cyclonedx.org/docs/1.6/json/). It is taken from what the linker
// wrote into the binary, so that it cannot be out of date.
type bill struct {
	Format     string   `json:"bomFormat"`
	Spec       string   `json:"specVersion"`
	Version    int      `json:"version"`
	Metadata   metadata `json:"metadata"`
	Components []part   `json:"components"`
}

type metadata struct {
	Component part `json:"component"`
}

type part struct {
	Type       string     `json:"type"`
	Name       string     `json:"name"`
	Version    string     `json:"version,omitempty"`
	URL        string     `json:"purl"` // https://github.com/package-url/purl-spec
	Properties []property `json:"properties,omitempty"`
}

type property struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func billOf(info *debug.BuildInfo) bill {
	whole := partOf("application", &info.Main)
	whole.Properties = append(whole.Properties, property{"go", info.GoVersion})
	b := bill{Format: "CycloneDX", Spec: "1.6", Version: 1, Metadata: metadata{whole}, Components: []part{}}
	for _, m := range info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		b.Components = append(b.Components, partOf("library", m))
	}
	return b
}

func partOf(kind string, m *debug.Module) part {
	p := part{Type: kind, Name: m.Path, Version: m.Version, URL: "pkg:golang/" + m.Path}
	if m.Version != "" {
		p.URL += "@" + m.Version
	}
	if m.Sum != "" { // not a hash of a file: https://go.dev/ref/mod#go-sum-files
		p.Properties = append(p.Properties, property{"go:sum", m.Sum})
	}
	return p
}
