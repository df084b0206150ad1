package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// A progress shows on a terminal how far a night is; elsewhere it is silent.
type progress struct{ bar *progressbar.ProgressBar }

func newProgress(w io.Writer) *progress {
	f, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(f.Fd())) {
		return &progress{}
	}
	return &progress{progressbar.NewOptions(-1,
		progressbar.OptionSetWriter(w), progressbar.OptionSpinnerType(14),
		progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond),
	)}
}

func (p *progress) stage(s night.Stage) {
	if p.bar == nil {
		return
	}
	text := s.Name
	if s.What != "" {
		text += " " + s.What
	}
	if s.Done > 0 {
		text += fmt.Sprintf(" (%d)", s.Done)
	}
	p.bar.Describe(text)
	_ = p.bar.Add(1) // a display that fails is no reason to stop
}

func (p *progress) end() {
	if p.bar != nil {
		_ = p.bar.Finish()
	}
}
