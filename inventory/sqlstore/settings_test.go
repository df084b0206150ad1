package sqlstore_test

import (
	"path/filepath"
	"testing"

	"github.com/desirepath/desirepath/inventory/sqlstore"
)

func TestSettingsOutliveARun(t *testing.T) {
	path := filepath.Join(t.TempDir(), "inv.db")
	for _, value := range []string{"", "1", "2"} {
		s, err := sqlstore.Open(t.Context(), address(t, path), sqlstore.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if value != "" {
			if err := s.SaveSetting(t.Context(), "spent m365", value); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := s.Setting(t.Context(), "spent m365"); err != nil || got != value {
			t.Errorf("got %q, %v; want %q", got, err, value)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
