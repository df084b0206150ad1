package web

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/desirepath/desirepath/dashboards/access"
	"github.com/desirepath/desirepath/inventory"
)

// Search leaves out what is not for the viewer; how many there are is told to
// those who may see all of it, named or not.
//
// The index also knows the names that a Mask takes out. Those who do not see
// them must not guess them by searching: by words only that is found for them
// which is shown with these words.
func (s sight) Search(ctx context.Context, q inventory.Search) (inventory.Found, error) {
	q = sortedFor(ctx, q)
	if q.Text != "" && !seesAll(ctx) {
		return s.searchShown(ctx, q)
	}
	found, err := s.from.Search(ctx, q)
	if err != nil {
		return found, err
	}
	if !access.Of(ctx).Is(access.Partner, access.Editor, access.Auditor) {
		found.Total = inventory.Total{}
	}
	if found.Records, err = s.shown(ctx, found.Records, nil); err != nil {
		return inventory.Found{}, err
	}
	noteDrives(ctx, found.Records)
	return found, nil
}

// sortedFor sorts by name for those alone who see all names: what a masked one
// stands between tells how it begins.
func sortedFor(ctx context.Context, q inventory.Search) inventory.Search {
	if q.Sort == inventory.ByName && !seesAll(ctx) {
		q.Sort = inventory.ByCertainty
	}
	return q
}

// mostLookedAt is how many of what the index found are looked at for the words
// that are shown: what is beyond, nobody turns so many pages for.
const mostLookedAt = 500

// searchShown goes by what is shown alone: which records there are, how many,
// and whether there is a further page. A page's cursor is its first row, for
// the store's says where it stands among all that the index found.
func (s sight) searchShown(ctx context.Context, q inventory.Search) (found inventory.Found, err error) {
	first, limit := 0, cmp.Or(max(0, q.Limit), rowsPerPage)
	if q.Cursor != "" {
		if first, err = strconv.Atoi(q.Cursor); err != nil || first < 0 {
			return found, inventory.ErrCursor
		}
	}
	q.Cursor, q.Limit = "", mostLookedAt
	all, err := s.from.Search(ctx, q)
	if err != nil {
		return found, err
	}
	rows, err := s.shown(ctx, all.Records, wordsAsked(q.Text))
	if err != nil {
		return found, err
	}
	first = min(first, len(rows))
	last := min(first+limit, len(rows))
	found.Records, found.Total = rows[first:last], inventory.NewTotal(len(rows), all.Next != "" && len(rows) > 0)
	if last < len(rows) {
		found.Next = strconv.Itoa(last)
	}
	if first > 0 {
		found.Previous = strconv.Itoa(max(0, first-limit))
	}
	noteDrives(ctx, found.Records)
	return found, nil
}

// shown gives records as the viewer may see them, as far as they then hold the
// words.
func (s sight) shown(ctx context.Context, all []inventory.Record, words []string) (out []inventory.Record, err error) {
	for _, r := range all {
		r, _, err := s.record(ctx, r)
		if errors.Is(err, errElse) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if holds(r, words) {
			out = append(out, r)
		}
	}
	return out, nil
}

// noteDrives notes rows whose place's name is a person's.
func noteDrives(ctx context.Context, rows []inventory.Record) {
	for _, r := range rows {
		if r.PlaceOwner != "" {
			glanceOf(ctx).saw(r.Asset.ID, "")
		}
	}
}

// wordsAsked understands what somebody typed as the index does: every word may
// be the beginning of one, and what stands in quotes stands just so.
func wordsAsked(text string) (asked []string) {
	for i, part := range strings.Split(text, `"`) {
		if i%2 == 1 {
			asked = append(asked, spelled(part))
			continue
		}
		for _, word := range strings.Fields(part) {
			asked = append(asked, strings.TrimSuffix(spelled(word), " "))
		}
	}
	return slices.DeleteFunc(asked, func(words string) bool { return strings.TrimSpace(words) == "" })
}

// holds tells whether a record is found by all of the words. Those that a Mask
// put in are none of its own.
func holds(r inventory.Record, asked []string) bool {
	texts := []string{r.Asset.Name, r.Asset.Path}
	if r.Structure != nil {
		for _, sheet := range r.Structure.Sheets {
			texts = append(texts, sheet.Name)
			for _, region := range sheet.Regions {
				texts = append(texts, region.Headings...)
			}
		}
	}
	var own strings.Builder
	for _, text := range texts {
		for part := range strings.SplitSeq(text, access.Somebody) {
			own.WriteString(spelled(part) + "\n")
		}
	}
	return !slices.ContainsFunc(asked, func(words string) bool { return !strings.Contains(own.String(), words) })
}

// spelled gives the words of a text with a space before and after each,
// without case and without marks on letters.
func spelled(text string) string {
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(text))
	words := strings.FieldsFunc(bare, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
	return " " + strings.Join(words, " ") + " "
}
