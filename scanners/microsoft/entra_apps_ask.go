package microsoft

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"strings"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
)

// ask lists a collection from its address on. The types are the SDK's; its
// request builders would cost the build a package for each kind of thing.
func ask[T any, C collection[T]](ctx context.Context, c *client, first string, page serialization.ParsableFactory, permission string) iter.Seq2[T, error] {
	get := func(link string) (C, error) { return send[C](ctx, c, cmp.Or(link, first), page) }
	return explained(list[T](c, get), permission)
}

// askOne reads one thing.
func askOne[T any](ctx context.Context, c *client, link string, kind serialization.ParsableFactory, permission string) (T, error) {
	v, err := fresh(func() (T, error) { return send[T](ctx, c, link, kind) })
	return v, explain(err, permission)
}

func send[T any](ctx context.Context, c *client, link string, kind serialization.ParsableFactory) (T, error) {
	var none T
	// A space is "+" to Go and "%20" to everybody.
	u, err := c.pin(strings.ReplaceAll(link, "+", "%20"))
	if err != nil {
		return none, err
	}
	info := abs.NewRequestInformation()
	info.Method = abs.GET
	info.SetUri(*u)
	info.Headers.TryAdd("Accept", "application/json")
	// Where the directory is short of breath, people's sign-ins go first.
	info.Headers.TryAdd("x-ms-throttle-priority", "Low")
	got, err := c.adapter.Send(ctx, info, kind, abs.ErrorMappings{"XXX": odataerrors.CreateODataErrorFromDiscriminatorValue})
	if err != nil {
		return none, err
	}
	v, ok := got.(T)
	if !ok {
		return none, fmt.Errorf("%w: it is not what was asked for", errGarbled)
	}
	return v, nil
}
