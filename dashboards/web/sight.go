package web

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// sight is a Source as the viewer of a request may see it. Every page reads
// through it, so that no page can show more: partners see all, builders what
// they built or keep, editors and auditors nobody's name. It tells the request
// what it has shown with names in it.
//
// It names each method of Source: a new one needs its own answer to who may
// see what.
type sight struct {
	from Source
	who  Directory
}

// errElse is wrapped where something is there, and is not for this viewer.
var errElse = fmt.Errorf("somebody else's: %w", inventory.ErrNotFound)

func (s sight) Records(ctx context.Context, f inventory.Filter) iter.Seq2[inventory.Record, error] {
	return func(yield func(inventory.Record, error) bool) {
		asked := f.Limit
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

// Search leaves out what is not for the viewer; how many there are is told to
// those who may see all of it, named or not.
func (s sight) Search(ctx context.Context, q inventory.Search) (inventory.Found, error) {
	found, err := s.from.Search(ctx, q)
	if err != nil {
		return found, err
	}
	if !access.Of(ctx).Is(access.Partner, access.Editor, access.Auditor) {
		found.Total = inventory.Total{}
	}
	all := found.Records
	found.Records = nil
	for _, r := range all {
		r, _, err := s.record(ctx, r)
		if errors.Is(err, errElse) {
			continue
		}
		if err != nil {
			return inventory.Found{}, err
		}
		if r.PlaceOwner != "" {
			glanceOf(ctx).saw(r.Asset.ID, "") // the place's name is a person's
		}
		found.Records = append(found.Records, r)
	}
	return found, nil
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

func (s sight) Summary(ctx context.Context) (inventory.Summary, error) {
	sum, err := s.from.Summary(ctx)
	if err == nil && !access.Of(ctx).SeesNames() {
		sum.LastRun = s.mask(ctx).Run(sum.LastRun)
	}
	return sum, err
}

func (s sight) Runs(ctx context.Context, limit int) ([]inventory.Run, error) {
	runs, err := s.from.Runs(ctx, limit)
	if err == nil && !access.Of(ctx).SeesNames() {
		for i := range runs {
			runs[i] = s.mask(ctx).Run(runs[i])
		}
	}
	return runs, err
}

func (s sight) Opening(ctx context.Context, family string) (o inventory.Opening, found bool, err error) {
	if o, found, err = s.from.Opening(ctx, family); err != nil || !found {
		return o, false, err
	}
	o, err = s.opening(ctx, o)
	if errors.Is(err, errElse) {
		return inventory.Opening{}, false, nil
	}
	return o, err == nil, err
}

// Openings gives those that the viewer may see; to others than partners by
// system and name, since what they promise is for partners.
func (s sight) Openings(ctx context.Context) ([]inventory.Opening, error) {
	all, err := s.from.Openings(ctx)
	if err != nil {
		return nil, err
	}
	var out []inventory.Opening
	for _, o := range all {
		o, err := s.opening(ctx, o)
		if errors.Is(err, errElse) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	if !seesAll(ctx) {
		slices.SortStableFunc(out, func(a, b inventory.Opening) int {
			return strings.Compare(a.System.Name+"\x00"+a.Asset.Asset.Name, b.System.Name+"\x00"+b.Asset.Asset.Name)
		})
	}
	return out, nil
}

// Talk gives partners those that promise most, and auditors all in no order
// that tells. Builders are given theirs whole, for they are few.
func (s sight) Talk(ctx context.Context, q inventory.TalkSearch) (out inventory.FoundOpenings, err error) {
	v := access.Of(ctx)
	if !v.Is(access.Partner, access.Auditor) {
		return s.ownTalks(ctx, q)
	}
	q.Plain = !v.SeesNames()
	if out, err = s.from.Talk(ctx, q); err != nil {
		return out, err
	}
	for i, o := range out.Openings {
		if out.Openings[i], err = s.opening(ctx, o); err != nil {
			return inventory.FoundOpenings{}, err
		}
	}
	return out, nil
}

func (s sight) ownTalks(ctx context.Context, q inventory.TalkSearch) (out inventory.FoundOpenings, err error) {
	all, err := s.Openings(ctx)
	for _, o := range all {
		if len(q.States) == 0 || slices.Contains(q.States, o.Conversation.State) {
			out.Openings = append(out.Openings, o)
		}
	}
	out.Total = inventory.NewTotal(len(out.Openings), false)
	return out, err
}

// Partners are named to everybody: that is their part.
func (s sight) Partners(ctx context.Context) ([]inventory.Partner, error) {
	return s.from.Partners(ctx)
}

// InvitedSince is for partners.
func (s sight) InvitedSince(ctx context.Context, partner string, since time.Time) (int, error) {
	if !seesAll(ctx) {
		return 0, errElse
	}
	return s.from.InvitedSince(ctx, partner, since)
}

func (s sight) opening(ctx context.Context, o inventory.Opening) (inventory.Opening, error) {
	if seesAll(ctx) {
		glanceOf(ctx).saw(o.Asset.Asset.ID, o.Conversation.ID)
		return o, nil
	}
	theirs, err := s.talks(ctx, o.Conversation)
	switch {
	case err != nil:
		return o, err
	case theirs:
		glanceOf(ctx).saw(o.Asset.Asset.ID, o.Conversation.ID)
		o.Worth = inventory.Worth{}
		return o, nil
	case access.Of(ctx).Is(access.Auditor):
		return s.mask(ctx).Opening(o), nil
	}
	return inventory.Opening{}, fmt.Errorf("conversation %s: %w", o.Conversation.ID, errElse)
}

func (s sight) Conversation(ctx context.Context, id string) (inventory.Conversation, error) {
	c, err := s.from.Conversation(ctx, id)
	if err != nil {
		return c, err
	}
	theirs := seesAll(ctx)
	if !theirs {
		if theirs, err = s.talks(ctx, c); err != nil {
			return inventory.Conversation{}, err
		}
	}
	switch {
	case theirs:
		glanceOf(ctx).saw("", id)
		return c, nil
	case access.Of(ctx).Is(access.Auditor):
		return s.mask(ctx).Conversation(c), nil
	}
	return inventory.Conversation{}, fmt.Errorf("conversation %s: %w", id, errElse)
}

func (s sight) Charters(ctx context.Context, conversation string) ([]inventory.Charter, error) {
	all, err := s.from.Charters(ctx, conversation)
	if err != nil || seesAll(ctx) {
		return all, err
	}
	c, err := s.from.Conversation(ctx, conversation)
	if err != nil {
		return nil, err
	}
	theirs, err := s.talks(ctx, c)
	switch {
	case err != nil:
		return nil, err
	case theirs:
		return all, nil
	case !access.Of(ctx).Is(access.Auditor):
		return nil, fmt.Errorf("charter of conversation %s: %w", conversation, errElse)
	}
	masked := make([]inventory.Charter, len(all))
	for i := range all {
		masked[i] = s.mask(ctx).Charter(all[i])
	}
	return masked, nil
}

// Needs names nobody but those who said yes to it.
func (s sight) Needs(ctx context.Context, system string) ([]inventory.NeedLine, error) {
	lines, err := s.from.Needs(ctx, system)
	for _, l := range lines {
		if len(l.Examples) > 0 {
			glanceOf(ctx).other = true
		}
	}
	return lines, err
}

// Answers are whole for partners; everybody else sees what was changed, and of
// who was told and what they said their own part alone.
func (s sight) Answers(ctx context.Context) ([]inventory.Answer, error) {
	all, err := s.from.Answers(ctx)
	if err != nil || seesAll(ctx) {
		glanceOf(ctx).other = glanceOf(ctx).other || len(all) > 0
		return all, err
	}
	mine, err := s.addresses(ctx)
	if err != nil {
		return nil, err
	}
	all = slices.Clone(all)
	for i := range all {
		all[i].Steps = slices.DeleteFunc(slices.Clone(all[i].Steps), func(st inventory.AnswerStep) bool {
			return st.Builder != "" && !mine[inventory.FoldAddress(st.Builder)]
		})
	}
	return all, nil
}

// Behind is for partners: they tell people what was changed for them.
func (s sight) Behind(ctx context.Context, a inventory.Answer) ([]inventory.Person, error) {
	if !seesAll(ctx) {
		return nil, nil
	}
	glanceOf(ctx).other = true
	return s.from.Behind(ctx, a)
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

// Visits are for auditors: they check who looked.
func (s sight) Visits(ctx context.Context, f inventory.VisitFilter) ([]inventory.Visit, error) {
	if !access.Of(ctx).Is(access.Auditor) {
		return nil, errElse
	}
	glanceOf(ctx).other = true
	return s.from.Visits(ctx, f)
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

// Candidates are for partners: whom they talk to is theirs to find out.
func (s sight) Candidates(ctx context.Context, family string) ([]inventory.Candidate, error) {
	if !seesAll(ctx) {
		return nil, nil
	}
	return s.from.Candidates(ctx, family)
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

func seesAll(ctx context.Context) bool { return access.Of(ctx).SeesNames() }

// addresses are those of the viewer in all tenants, as far as their accounts
// are open.
func (s sight) addresses(ctx context.Context) (map[string]bool, error) {
	v := access.Of(ctx)
	if v.Address == "" {
		return nil, nil
	}
	g := glanceOf(ctx)
	if g.mine != nil {
		return g.mine, nil
	}
	p, err := s.who.Person(ctx, v.Address)
	if err != nil {
		return nil, err
	}
	g.mine = map[string]bool{inventory.FoldAddress(v.Address): true}
	for _, a := range p.Accounts {
		if a.Left {
			continue // its address may be somebody else's today
		}
		for _, address := range append([]string{a.Address}, a.Aliases...) {
			g.mine[inventory.FoldAddress(address)] = true
		}
	}
	delete(g.mine, "")
	return g.mine, nil
}

// mask asks the directory who is who, each but once in a request. Whom it
// cannot tell of is "a colleague".
func (s sight) mask(ctx context.Context) access.Mask {
	g := glanceOf(ctx)
	return access.Mask{
		Person: func(address string) inventory.Person {
			p, known := g.people[address]
			if !known {
				p, _ = s.who.Person(ctx, address)
				g.people[address] = p
			}
			return p
		},
		Team: func(name string) int {
			if g.teams == nil {
				g.teams, _ = s.who.TeamSizes(ctx)
			}
			return g.teams[name]
		},
	}
}

// strangers is a directory that knows nobody.
type strangers struct{}

func (strangers) Person(_ context.Context, address string) (inventory.Person, error) {
	return inventory.Person{Address: inventory.FoldAddress(address)}, nil
}

func (strangers) TeamSizes(context.Context) (map[string]int, error) { return nil, nil }
