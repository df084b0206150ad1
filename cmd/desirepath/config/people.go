package config

import (
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// LoadPeople reads the mapping file that joins accounts of one human: CSV
// lines of an account's address and the person's own. "" is an empty mapping.
func LoadPeople(path string) (map[string]string, error) {
	people := map[string]string{}
	if path == "" {
		return people, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("people %s: %w; put lines of address,person there, or leave people out of the configuration", path, errors.Unwrap(err))
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.FieldsPerRecord, r.TrimLeadingSpace = 2, true
	lines, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("people %s: %w; each line is address,person", path, err)
	}
	for _, l := range lines {
		if strings.Contains(l[0], "@") { // the heading, if there is one, does not
			people[inventory.FoldAddress(l[0])] = inventory.FoldAddress(l[1])
		}
	}
	return people, nil
}
