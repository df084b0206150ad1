package sqlstore

import (
	"context"
	"errors"
	"regexp"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// eraseAgain erases what tombstones stand for and is here all the same: the
// inventory is an older copy of itself.
func (s *Store) eraseAgain(ctx context.Context) error {
	addresses, err := s.knownAddresses(ctx)
	if err != nil {
		return err
	}
	for _, a := range addresses {
		if s.graves.erased(inventory.ErasedPerson, a) {
			if _, err := s.ErasePerson(ctx, a, false); err != nil {
				return err
			}
		}
	}
	ids, err := collect(ctx, s.read, scanString[inventory.AssetID], `SELECT id FROM assets ORDER BY id`)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if s.graves.erased(inventory.ErasedAsset, string(id)) {
			if _, err := s.EraseAsset(ctx, id, false); err != nil && !errors.Is(err, inventory.ErrNotFound) {
				return err
			}
		}
	}
	if owes, err := s.Owes(ctx); err != nil || !owes {
		return err
	}
	return s.Compact(ctx)
}

// whose are the columns that hold an address and nothing else.
var whose = []column{
	{table: "addresses", name: "address"}, {table: "person_map", name: "alias"}, {table: "person_map", name: "person"},
	{table: "places", name: "owner"}, {table: "places", name: "via"}, {table: "assets", name: "owner"},
	{table: "assets", name: "created_by"}, {table: "assets", name: "modified_by"}, {table: "hands", name: "address"},
	{table: "conversations", name: "keeper"}, {table: "conversations", name: "partner_address"},
	{table: "steps", name: "decided_by"}, {table: "steps", name: "detail"}, {table: "agreements", name: "said_by"},
	{table: "feedback", name: "said_by"}, {table: "visits", name: "who"}, {table: "registered", name: "told_by"},
	{table: "quiet", name: "address"}, {table: "letters", name: "sent_by"},
	{table: "answer_steps", name: "builder"}, {table: "answer_steps", name: "said_by"},
}

// anAddress is one within other text.
var anAddress = regexp.MustCompile(`[^\s"'<>()\[\]{},;:]+@[\pL\pN.\-]*[\pL\pN]`)

// knownAddresses gives every address that the inventory holds, whether or not
// a directory knows it, sorted.
func (s *Store) knownAddresses(ctx context.Context) (all []string, err error) {
	for _, c := range whose {
		some, err := collect(ctx, s.read, scanString[string], `SELECT DISTINCT `+c.name+` FROM `+c.table+` WHERE `+c.name+` <> ''`)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	for _, w := range append(slices.Clone(written), wording{column: column{table: "usages", name: "body"}}) {
		texts, err := collect(ctx, s.read, scanString[string], `SELECT DISTINCT `+w.name+` FROM `+w.table+` WHERE `+w.name+` LIKE '%@%'`)
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			all = append(all, anAddress.FindAllString(text, -1)...)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}
