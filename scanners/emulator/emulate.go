package emulator

import (
	"fmt"
	"path/filepath"
)

// New makes an organisation and a server of it, as `desirepath emulate` asks for: of procedural people and assets, of a folder's files, or,
// when there is neither, Alder Bay University.
func New(o Options) (*Server, error) {
	faults, err := ParseFaults(o.Faults)
	if err != nil {
		return nil, err
	}
	w, err := inhabited(o)
	if err != nil {
		return nil, err
	}
	return NewServer(w, ServerOptions{Faults: faults}), nil
}

func inhabited(o Options) (*World, error) {
	if o.People == 0 && o.Assets == 0 && o.Files == "" {
		return AlderBay(o.Now)
	}
	w := NewWorld(o)
	if o.Files == "" {
		return w, nil
	}
	dir, err := filepath.Abs(o.Files)
	if err != nil {
		return nil, fmt.Errorf("files: %w", err)
	}
	return w, w.ServeFolder(dir, filepath.Base(dir))
}
