package web

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// Records takes no text from those who do not see all: what holds it may be a
// name. No page asks so; Search does, with care.
func (s sight) Records(ctx context.Context, f inventory.Filter) iter.Seq2[inventory.Record, error] {
	return func(yield func(inventory.Record, error) bool) {
		asked := f.Limit
		if !seesAll(ctx) && f.Text != "" {
			yield(inventory.Record{}, fmt.Errorf("records by text: %w", errElse))
			return
		}
		if !seesAll(ctx) {
			f.Limit = 0 // those that are not for the viewer do not count
		}
		n := 0
		for r, err := range s.from.Records(ctx, f) {
			if err == nil {
				r, _, err = s.record(ctx, r)
			}
			if errors.Is(err, errElse) {
				continue
			}
			if err == nil && r.PlaceOwner != "" {
				glanceOf(ctx).saw(r.Asset.ID, "") // the place's name is a person's
			}
			if n++; !yield(r, err) || n == asked {
				return
			}
		}
	}
}

func (s sight) Record(ctx context.Context, id inventory.AssetID) (inventory.Record, error) {
	r, err := s.from.Record(ctx, id)
	if err != nil {
		return r, err
	}
	r, named, err := s.record(ctx, r)
	if named {
		glanceOf(ctx).saw(id, "")
	}
	return r, err
}

// record gives what the viewer may see of a record, and whether it names
// people.
func (s sight) record(ctx context.Context, r inventory.Record) (out inventory.Record, named bool, err error) {
	v := access.Of(ctx)
	if v.SeesNames() {
		return r, true, nil
	}
	if v.Is(access.Builder) {
		own, err := s.owns(ctx, r)
		if own || err != nil {
			return r, own, err
		}
	}
	if v.Is(access.Editor, access.Auditor) {
		return s.mask(ctx).Record(r), false, nil
	}
	return inventory.Record{}, false, fmt.Errorf("asset %s: %w", r.Asset.ID, errElse)
}

func (s sight) Edges(ctx context.Context, id inventory.AssetID) ([]inventory.Edge, error) {
	named, err := s.names(ctx, id)
	if err != nil {
		return nil, err
	}
	es, err := s.from.Edges(ctx, id)
	if named || err != nil {
		return es, err
	}
	es = slices.Clone(es)
	for i := range es {
		es[i].Name = access.Scrub(es[i].Name)
	}
	return es, nil
}

func (s sight) Feedback(ctx context.Context, id inventory.AssetID) ([]inventory.Feedback, error) {
	named, err := s.names(ctx, id)
	if err != nil {
		return nil, err
	}
	fs, err := s.from.Feedback(ctx, id)
	if named || err != nil {
		return fs, err
	}
	fs = slices.Clone(fs)
	for i := range fs {
		fs[i].By, fs[i].Why = s.mask(ctx).Colleague(fs[i].By), access.Scrub(fs[i].Why)
	}
	return fs, nil
}

// Lookers are for those whose asset it is, and for auditors.
func (s sight) Lookers(ctx context.Context, id inventory.AssetID) ([]inventory.Visit, error) {
	named, err := s.names(ctx, id)
	if err != nil {
		return nil, err
	}
	if !named && !access.Of(ctx).Is(access.Auditor) {
		return nil, errElse
	}
	glanceOf(ctx).other = true
	return s.from.Lookers(ctx, id)
}

// names tells whether the viewer may see an asset with the names of people.
func (s sight) names(ctx context.Context, id inventory.AssetID) (bool, error) {
	if seesAll(ctx) {
		return true, nil
	}
	r, err := s.from.Record(ctx, id)
	if err != nil {
		return false, err
	}
	_, named, err := s.record(ctx, r)
	return named, err
}
