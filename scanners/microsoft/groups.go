package microsoft

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/url"
	"slices"

	"github.com/microsoftgraph/msgraph-sdk-go/models"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
)

const permMembers = "GroupMember.Read.All"

// A team has at least so many people: fewer would say more of a person than
// of where they work. And it has at most so many: more are no team.
const (
	leastTeam = 5
	mostTeam  = 250
)

// groups is a feature without places: it tells a team of people of whom the
// directory tells no department.
func (s *Scanner) groups() feature {
	return feature{
		on: s.o.Features.Groups,
		needs: []scanners.Need{{Feature: "people", Name: permMembers, ID: "98830695-27a2-44f7-8c18-0c3ebc9698f6",
			Purpose: "the Microsoft 365 group or team of people whose department the directory does not tell",
			Cost:    "the directory is not read while the feature is on, so that nobody's name or department is known, and who has left cannot be told"}},
		places: func(context.Context) iter.Seq2[inventory.Place, error] {
			return func(func(inventory.Place, error) bool) {}
		},
	}
}

// A team is what people are taken to work in.
type team struct {
	name string
	size int
}

// teams tells people's teams by their ids: of the Microsoft 365 groups they
// are in, the smallest that is large enough. A group takes a request for its
// members, which is why people are not asked for their groups: there are more.
func (s *Scanner) teams(ctx context.Context) (map[string]team, error) {
	out := map[string]team{}
	if !s.o.Features.Groups {
		return out, nil
	}
	first := s.graph.path(url.Values{"$select": {"id,displayName,groupTypes"}, "$top": {"999"}}, "groups")
	for g, err := range ask[models.Groupable, models.GroupCollectionResponseable](ctx, s.graph, first, models.CreateGroupCollectionResponseFromDiscriminatorValue, permMembers) {
		if err != nil {
			return nil, fmt.Errorf("groups: %w", err)
		}
		if !slices.Contains(g.GetGroupTypes(), "Unified") {
			continue // one for security or mail; people do not work in it
		}
		members, err := s.members(ctx, text(g.GetId()))
		if err != nil && !errors.Is(err, errGone) {
			return nil, fmt.Errorf("group %s: %w", text(g.GetDisplayName()), err)
		}
		if len(members) < leastTeam || len(members) > mostTeam {
			continue
		}
		here := team{text(g.GetDisplayName()), len(members)}
		for _, id := range members {
			if known, ok := out[id]; !ok || here.smaller(known) {
				out[id] = here
			}
		}
	}
	return out, nil
}

// smaller reports which of two teams a person is taken to work in; of two of
// one size it is the same one every night.
func (t team) smaller(o team) bool { return t.size < o.size || t.size == o.size && t.name < o.name }

// members are the ids of a group's people, as far as that many matter.
func (s *Scanner) members(ctx context.Context, group string) (ids []string, err error) {
	first := s.graph.path(url.Values{"$select": {"id"}, "$top": {"999"}}, "groups", group, "members")
	for m, err := range ask[models.DirectoryObjectable, models.DirectoryObjectCollectionResponseable](ctx, s.graph, first,
		models.CreateDirectoryObjectCollectionResponseFromDiscriminatorValue, permMembers) {
		if err != nil {
			return nil, err
		}
		if ids = append(ids, text(m.GetId())); len(ids) > mostTeam {
			break
		}
	}
	return ids, nil
}
