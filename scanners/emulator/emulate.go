package emulator

import (
	"context"
	"fmt"
	"path/filepath"
)

// An Emulation is what `desirepath emulate` was asked for.
type Emulation struct {
	Listen string // an address of this machine; port 0 takes a free one
	Options
	Files  string // a folder whose files are served too
	Faults string // a plan, see ParseFaults
}

// Emulate builds the organisation and serves it until the context ends.
func Emulate(ctx context.Context, e Emulation) (*Server, Endpoints, error) {
	faults, err := ParseFaults(e.Faults)
	if err != nil {
		return nil, Endpoints{}, err
	}
	w := NewWorld(e.Options)
	if e.Files != "" {
		dir, err := filepath.Abs(e.Files)
		if err != nil {
			return nil, Endpoints{}, fmt.Errorf("files: %w", err)
		}
		if err := w.ServeFolder(dir, filepath.Base(dir)); err != nil {
			return nil, Endpoints{}, err
		}
	}
	s := NewServer(w, ServerOptions{Faults: faults})
	at, err := s.Start(ctx, e.Listen)
	if err != nil {
		return nil, Endpoints{}, err
	}
	return s, at, nil
}
