package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/crew"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/cmd/desirepath/supervisor"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

type workerCmd struct {
	configFile
	Jobs int `help:"Do so many jobs at once; scan.parallel unless said." placeholder:"N"`
}

// Run does jobs of whatever night is under way until it is told to end. What
// it has begun then it finishes, or hands on.
func (cmd workerCmd) Run(ctx context.Context, a *app) (err error) {
	c, err := cmd.load(a)
	if err != nil {
		return err
	}
	if !c.Scan.Workers {
		return configError{errors.New("scan.workers is off: no night hands out work; set it to true for the nights and for all workers")}
	}
	if cmd.Jobs > 0 {
		c.Scan.Parallel = cmd.Jobs
	}
	keepSmall()
	n, err := a.night(ctx, c)
	if err != nil {
		return err
	}
	defer n.Store.Close()
	m, err := a.join(ctx, c, n)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Out, "Worker %s is there for the nights of %s.\n", m.Name(), sqlstore.Public(c.Store))
	starter := supervisor.New(a.Environ, a.Log)
	starter.Ready()
	select {
	case <-ctx.Done():
	case err = <-m.Unfit(): // whoever has started it does so again, with the catalogue and the configuration of then
	}
	starter.Stopping()
	fmt.Fprintln(a.Out, "What is under way is finished or handed on.")
	return errors.Join(err, m.Leave(ctx))
}

// join makes this process one of those who do a night's jobs.
func (a *app) join(ctx context.Context, c config.Config, n *night.Night) (*crew.Member, error) {
	password, err := c.Password()
	if err != nil {
		return nil, configError{err}
	}
	return crew.Join(ctx, crew.Options{Address: c.Store, Password: password, Night: n, Jobs: c.Scan.Parallel, Missing: a.Missing, Log: a.Log})
}
