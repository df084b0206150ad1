package main

import (
	"fmt"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
)

type configCmd struct {
	Validate configValidateCmd `cmd:"" help:"Check a configuration and everything it names, without asking any tenant."`
	Print    configPrintCmd    `cmd:"" help:"Print the configuration in force, defaults and environment included. It holds no secrets."`
}

// configFile is the flag that most commands share.
type configFile struct {
	Config string `help:"The configuration file." placeholder:"FILE" default:"desirepath.yaml" env:"DESIREPATH_CONFIG" short:"c"`
}

func (f configFile) load(a *app) (config.Config, error) {
	c, err := config.Load(f.Config, a.Environ)
	if err != nil {
		return c, configError{err}
	}
	return c, nil
}

type configValidateCmd struct{ configFile }

// Run loads the configuration, the catalogue and the sources.
func (cmd configValidateCmd) Run(a *app) error {
	c, err := cmd.load(a)
	if err != nil {
		return err
	}
	if err := c.Present(); err != nil {
		return configError{fmt.Errorf("configuration %s: %w", cmd.Config, err)}
	}
	if _, err := loadCatalogue(c.Catalogue); err != nil {
		return err
	}
	sources, err := a.sources(c, nil, nil)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(a.Out, "%s: good, %d source(s)\n", cmd.Config, len(sources))
	return err
}

type configPrintCmd struct{ configFile }

// Run prints the configuration as YAML.
func (cmd configPrintCmd) Run(a *app) error {
	c, err := cmd.load(a)
	if err != nil {
		return err
	}
	return c.Print(a.Out)
}
