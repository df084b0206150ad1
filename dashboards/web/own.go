package web

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// Around names nobody, and tells of people as Needs does.
func (s sight) Around(ctx context.Context) ([]inventory.Around, error) {
	all, err := s.from.Around(ctx)
	if err != nil || seesAll(ctx) {
		return all, err
	}
	all = slices.Clone(all)
	for i := range all {
		if all[i].People < inventory.FewestTold {
			all[i].People = 0
		}
	}
	return all, nil
}

// Teams gives no total that few people stand behind.
func (s sight) Teams(ctx context.Context) ([]inventory.TeamTotal, error) {
	all, err := s.from.Teams(ctx)
	if err != nil {
		return nil, err
	}
	shown, rest, _ := access.Discreet(all)
	if rest.People > 0 {
		shown = append(shown, rest)
	}
	return shown, nil
}

// Family gives the ids of a family's members. What each of them is, Record
// tells or does not.
func (s sight) Family(ctx context.Context, id string) (inventory.Family, error) {
	return s.from.Family(ctx, id)
}

// Own is what the viewer built or keeps, whatever addresses are asked for.
func (s sight) Own(ctx context.Context, _ []string, limit int) ([]inventory.AssetID, error) {
	mine, err := s.addresses(ctx)
	if err != nil {
		return nil, err
	}
	return s.from.Own(ctx, slices.Sorted(maps.Keys(mine)), limit)
}

// Quiet tells only whether the viewer asked for it. Of others, an Opening says
// so to their partner.
func (s sight) Quiet(ctx context.Context) (map[string]time.Time, error) {
	mine, err := s.addresses(ctx)
	if err != nil {
		return nil, err
	}
	all, err := s.from.Quiet(ctx)
	out := map[string]time.Time{}
	for address := range mine {
		if until, asked := all[address]; asked {
			out[address] = until
		}
	}
	return out, err
}

// Registered is what the viewer told of or, beside a system, what anybody did:
// without names unless the viewer sees them.
func (s sight) Registered(ctx context.Context, f inventory.RegisteredFilter) ([]inventory.Registered, error) {
	if f.System == "" {
		mine, err := s.addresses(ctx)
		if err != nil || len(mine) == 0 {
			return nil, err
		}
		return s.from.Registered(ctx, inventory.RegisteredFilter{By: slices.Sorted(maps.Keys(mine))})
	}
	rs, err := s.from.Registered(ctx, f)
	if err != nil {
		return nil, err
	}
	if seesAll(ctx) {
		glanceOf(ctx).other = glanceOf(ctx).other || len(rs) > 0
		return rs, nil
	}
	rs = slices.Clone(rs)
	for i := range rs {
		r := &rs[i]
		r.By = s.mask(ctx).Colleague(r.By)
		r.Name, r.Lies, r.Purpose = access.Scrub(r.Name), access.Scrub(r.Lies), access.Scrub(r.Purpose)
	}
	return rs, nil
}

// A builder registers in their own name, forgets what they told, asks for
// quiet for themselves, and has erased what they built, own or keep.

func (o ownDesk) Register(ctx context.Context, r inventory.Registered) (inventory.Registered, error) {
	if r.By != access.Of(ctx).Address {
		return r, fmt.Errorf("register: %w", errElse)
	}
	return o.desk.Register(ctx, r)
}

func (o ownDesk) Unregister(ctx context.Context, id string, _ []string) error {
	mine, err := o.sight.addresses(ctx)
	if err != nil {
		return err
	}
	return o.desk.Unregister(ctx, id, slices.Sorted(maps.Keys(mine)))
}

func (o ownDesk) KeepQuiet(ctx context.Context, address string, until time.Time) error {
	mine, err := o.sight.addresses(ctx)
	if err != nil {
		return err
	}
	if !mine[address] {
		return fmt.Errorf("a quiet time: %w", errElse)
	}
	for address := range mine {
		if err := o.desk.KeepQuiet(ctx, address, until); err != nil {
			return err
		}
	}
	return nil
}

func (o ownDesk) EraseAsset(ctx context.Context, id inventory.AssetID, dry bool) (inventory.Erasure, error) {
	r, err := o.sight.from.Record(ctx, id)
	if err != nil {
		return inventory.Erasure{}, err
	}
	may, err := o.sight.mayForget(ctx, r)
	if err == nil && !may {
		err = fmt.Errorf("erase %s: %w", id, errElse)
	}
	if err != nil {
		return inventory.Erasure{}, err
	}
	return o.desk.EraseAsset(ctx, id, dry)
}
