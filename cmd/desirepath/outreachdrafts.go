package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/desirepath/desirepath/cmd/desirepath/config"
	"github.com/desirepath/desirepath/cmd/desirepath/night"
	"github.com/desirepath/desirepath/dashboards/export"
	"github.com/desirepath/desirepath/dashboards/letters"
	"github.com/desirepath/desirepath/inventory"
)

// letterbox is what letters are written with: the templates, and what they say
// of where they come from.
type letterbox struct {
	letters.Set
	letters.House
	language string
}

func newLetterbox(c config.Config) (letterbox, error) {
	set, err := letters.Open(c.Outreach.Templates)
	if err != nil {
		return letterbox{}, configError{err}
	}
	house := letters.House{Organisation: c.Organisation, Quiet: quiet(c), Portal: c.Portal.Address}
	return letterbox{set, house, c.Outreach.Language}, nil
}

// courtesy is the configuration's, for as many letters a week as are asked for.
func courtesy(a *app, c config.Config, r night.Readings, weekly int) inventory.Courtesy {
	return inventory.Courtesy{Now: a.Now(), Quiet: quiet(c), Weekly: weekly, Spared: r.Spared}
}

func quiet(c config.Config) time.Duration { return time.Duration(c.Outreach.Quiet) * 24 * time.Hour }

// drafts writes letters to look over, or proposals for talks, into a folder for
// each partner: one for everybody who can be invited now. Those of conversations
// that have gone on since are taken away, lest they are sent after all.
func (cmd outreachExportCmd) drafts(ctx context.Context, a *app, c config.Config, r night.Readings, agenda night.Agenda) error {
	box, err := newLetterbox(c)
	if err != nil {
		return err
	}
	history, err := r.Conversations(ctx)
	if err != nil {
		return err
	}
	dir := filepath.Join(cmd.Out, cmd.Format)
	if err := withdraw(dir, cmd.Format, history); err != nil {
		return err
	}
	openings, err := agenda.All(ctx)
	if err != nil {
		return err
	}
	chosen, deferred := courtesy(a, c, r, 0).Choose(openings, history)
	written, talks := 0, map[string]int{}
	for _, o := range chosen {
		l, err := box.Letter(cmd.kind(), box.language, box.House, o)
		if errors.Is(err, letters.ErrNoLetter) {
			deferred = append(deferred, inventory.Deferral{Opening: o, Why: err.Error()})
			continue
		}
		if err != nil {
			return configError{err}
		}
		partner := inventory.FoldAddress(o.System.Partner.Address)
		start := letters.Slot(talks[partner], c.Outreach.Weekly, a.Now())
		talks[partner]++
		if err := cmd.draft(dir, l, start, a.Now()); err != nil {
			return err
		}
		written++
	}
	_, err = fmt.Fprintf(a.Err, "%s: %d draft(s), %d conversation(s) wait; desirepath outreach send --dry-run says why\n", dir, written, len(deferred))
	return err
}

func (cmd outreachExportCmd) kind() letters.Kind {
	if cmd.Format == "ics" {
		return letters.Talk
	}
	return letters.Invitation
}

// draft writes one file.
func (cmd outreachExportCmd) draft(dir string, l letters.Letter, start, now time.Time) error {
	folder := filepath.Join(dir, l.Folder())
	if err := os.MkdirAll(folder, 0o750); err != nil {
		return err
	}
	return export.File(filepath.Join(folder, l.FileName()+"."+cmd.Format), 0o640, func(w io.Writer) (err error) {
		if cmd.Format == "ics" {
			_, err = io.WriteString(w, l.Calendar(start, now))
		} else {
			_, err = l.Draft(now).WriteTo(w)
		}
		return err
	})
}

// withdraw takes away the drafts of conversations that this inventory knows,
// which an earlier export left in a folder; whatever else lies there stays.
func withdraw(dir, format string, history []inventory.Conversation) error {
	var errs []error
	for _, c := range history {
		paths, err := fs.Glob(os.DirFS(dir), "*/"+letters.DraftsOf(c.ID)+"."+format)
		errs = append(errs, err)
		for _, p := range paths {
			errs = append(errs, os.Remove(filepath.Join(dir, filepath.FromSlash(p))))
		}
	}
	return errors.Join(errs...)
}
