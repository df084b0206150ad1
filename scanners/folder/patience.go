package folder

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errSilent says that the file system gave no answer at all.
var errSilent = errors.New("no answer from the file system: check that the share can be reached")

// patiently does what may hang for good, as any call to a network share may:
// nothing can interrupt it, so when the context or the patience ends it is
// left behind, and ends whenever the share answers.
func patiently[T any](ctx context.Context, patience time.Duration, do func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("%w (waited %v)", errSilent, patience))
	defer cancel()
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		var a answer
		defer func() {
			if p := recover(); p != nil {
				a.err = fmt.Errorf("a mistake of ours: %v", p)
			}
			done <- a
		}()
		a.value, a.err = do(ctx)
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}
