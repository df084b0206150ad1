package folder

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPatienceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan int)
		defer close(hang)
		never := func(context.Context) (int, error) { return <-hang, nil }

		start := time.Now()
		_, err := patiently(t.Context(), 2*time.Minute, never)
		if !errors.Is(err, errSilent) || !strings.Contains(err.Error(), "2m0s") || time.Since(start) != 2*time.Minute {
			t.Errorf("after %v: %v", time.Since(start), err)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		if _, err := patiently(ctx, 2*time.Minute, never); !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}

		if n, err := patiently(t.Context(), time.Minute, func(context.Context) (int, error) { return 7, nil }); n != 7 || err != nil {
			t.Errorf("%d, %v", n, err)
		}
	})
}
