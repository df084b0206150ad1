package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// markedNames is the setting that holds the marks of names, and erasedName the
// kind that they are made with.
const (
	markedNames                      = "names of people who were erased"
	erasedName  inventory.ErasedKind = "name"
)

// MarkNames keeps of the names of people who were erased what recognises them
// and does not tell them, for other processes that must drop them too.
func (s *Store) MarkNames(ctx context.Context, names []string) error {
	marks := make([]string, len(names))
	for i, name := range names {
		marks[i] = s.graves.mark(erasedName, name)
	}
	text, err := toJSON(marks)
	if err != nil {
		return err
	}
	return s.SaveSetting(ctx, markedNames, text)
}

// MarkedNames gives what recognises the names that were marked; nil if none was.
func (s *Store) MarkedNames(ctx context.Context) (known func(name string) bool, err error) {
	text, err := s.Setting(ctx, markedNames)
	if err != nil || text == "" {
		return nil, err
	}
	if err := s.heed(ctx, s.read); err != nil {
		return nil, fmt.Errorf("names of people who were erased: %w", err)
	}
	var marks []string
	if err := json.Unmarshal([]byte(text), &marks); err != nil {
		return nil, fmt.Errorf("names of people who were erased: %w", err)
	}
	if len(marks) == 0 {
		return nil, nil
	}
	all := make(map[string]bool, len(marks))
	for _, m := range marks {
		all[m] = true
	}
	return func(name string) bool { return all[s.graves.mark(erasedName, name)] }, nil
}
