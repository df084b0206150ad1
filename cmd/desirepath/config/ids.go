package config

import (
	"fmt"
	"os"

	"github.com/desirepath/desirepath/inventory"
)

// IDKey reads the key that columns of ids are sampled with, from a file that
// holds nothing else. Without a file there is none.
func IDKey(path string) (inventory.IDKey, error) {
	if path == "" {
		return inventory.IDKey{}, nil
	}
	if err := readable("scan.id_key_file", path); err != nil {
		return inventory.IDKey{}, err
	}
	secret, err := os.ReadFile(path)
	if err != nil {
		return inventory.IDKey{}, err
	}
	key, err := inventory.NewIDKey(secret)
	if err != nil {
		return key, fmt.Errorf("scan.id_key_file %s: %w", path, err)
	}
	return key, nil
}
