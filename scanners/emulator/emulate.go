package emulator

import (
	"fmt"
	"path/filepath"
)

// New makes an organisation and a server of it, as `desirepath emulate` asks for: procedural people and assets, a folder's files, faults.
func New(o Options) (*Server, error) {
	faults, err := ParseFaults(o.Faults)
	if err != nil {
		return nil, err
	}
	w := NewWorld(o)
	if o.Files != "" {
		dir, err := filepath.Abs(o.Files)
		if err != nil {
			return nil, fmt.Errorf("files: %w", err)
		}
		if err := w.ServeFolder(dir, filepath.Base(dir)); err != nil {
			return nil, err
		}
	}
	return NewServer(w, ServerOptions{Faults: faults}), nil
}
