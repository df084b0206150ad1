package main

import (
	"context"
	"errors"

	"github.com/desirepath/desirepath/cmd/desirepath/post"
	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// The exit codes that other people script against.
const (
	exitOK           = 0
	exitFailure      = 1
	exitUsage        = 2 // usage or configuration
	exitPartial      = 3 // some places or assets could not be seen
	exitNotPermitted = 4
	exitLater        = 5  // the tenant asked us to come back later
	exitLocked       = 11 // another run holds the inventory
)

// errPartial ends a run that did its work but could not see everything.
var errPartial = errors.New("some places or files could not be seen; the report and the log say which, and the next run tries them again")

// errConfig is wrapped by everything that the operator can mend in a file or
// on the command line.
var errConfig = errors.New("configuration")

func exitCode(err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, inventory.ErrLocked):
		return exitLocked
	case errors.Is(err, inventory.ErrNotPermitted):
		return exitNotPermitted
	case errors.Is(err, wire.ErrPaused), errors.Is(err, wire.ErrSpent), errors.Is(err, context.DeadlineExceeded), errors.Is(err, post.ErrServer):
		return exitLater
	case errors.Is(err, errPartial), errors.Is(err, errDoctor), errors.Is(err, errConflicts), errors.Is(err, errUnsettled):
		return exitPartial
	case errors.Is(err, errConfig):
		return exitUsage
	default:
		return exitFailure
	}
}

// configError marks err as one that the operator can mend.
type configError struct{ error }

func (e configError) Unwrap() error      { return e.error }
func (configError) Is(target error) bool { return target == errConfig }
