package folder

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// errEmpty keeps a mount point without its share from emptying the inventory.
var errEmpty = errors.New("it is empty: check that the share is mounted; an empty folder is not believed")

// A walker goes through a tree in the order of its names, folder by folder.
type walker struct {
	root     *os.Root
	patience time.Duration
	shut     func(path string) bool // folders that are not entered
}

func (s *Scanner) walker(root *os.Root) walker {
	// Only what is excluded: a folder that no pilot rule matches may hold one
	// that does.
	excluded := s.excluded()
	return walker{root, s.Patience, func(p string) bool { return housekeeping(path.Base(p)) || excluded(p) }}
}

// found is a file, or a folder that is not entered, or, with unread set, a
// folder that could not be read.
type found struct {
	path     string
	mode     fs.FileMode
	size     int64
	modified time.Time
	unread   error
}

// walk visits what lies below dir, "." being the root. With after it resumes
// behind a path, given in segments, that was visited before. It returns what
// ends the walk: an error of visit, of the context or of a file system that
// does not answer; or one of dir when that is the root.
func (w walker) walk(ctx context.Context, dir string, after []string, visit func(found) error) error {
	entries, err := w.entries(ctx, dir)
	switch {
	case err == nil && len(entries) == 0 && dir == ".":
		return errEmpty
	case err == nil:
	case ctx.Err() != nil || errors.Is(err, errSilent) || dir == ".":
		return err
	case w.gone(ctx, dir):
		return nil
	default:
		return visit(found{path: dir, unread: err})
	}
	for _, e := range entries {
		below, behind := resume(e, after)
		if behind {
			continue
		}
		if err := w.step(ctx, dir, e, below, visit); err != nil {
			return err
		}
	}
	return nil
}

func (w walker) step(ctx context.Context, dir string, e found, below []string, visit func(found) error) error {
	name := e.path
	e.path = path.Join(dir, name)
	if !utf8.ValidString(name) {
		// Such a name cannot be stored, nor found again by what is.
		e.path, e.mode = strings.ToValidUTF8(e.path, "\uFFFD"), fs.ModeIrregular
		return visit(e)
	}
	if e.mode.IsDir() && !w.shut(e.path) {
		return w.walk(ctx, e.path, below, visit)
	}
	return visit(e)
}

// resume tells whether an entry lies behind the path to resume after, and if
// it leads there, what is left of that path below it.
func resume(e found, after []string) (below []string, behind bool) {
	if len(after) == 0 {
		return nil, false
	}
	switch c := cmp.Compare(e.path, after[0]); {
	case c != 0:
		return nil, c < 0
	case len(after) == 1:
		return nil, true
	default:
		return after[1:], false
	}
}

// entries are those of a folder, by name; path is the name alone.
func (w walker) entries(ctx context.Context, dir string) ([]found, error) {
	f, err := patiently(ctx, w.patience, func(context.Context) (*os.File, error) { return w.root.Open(filepath.FromSlash(dir)) })
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var out []found
	for {
		// In pieces, because a folder may hold a million files, and because
		// patience is meant for one answer of the file system.
		some, err := patiently(ctx, w.patience, func(context.Context) ([]fs.DirEntry, error) { return f.ReadDir(1024) })
		for _, e := range some {
			info, err := e.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return nil, err
			}
			out = append(out, found{path: e.Name(), mode: info.Mode(), size: info.Size(), modified: info.ModTime()})
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b found) int { return cmp.Compare(a.path, b.path) })
	return out, nil
}

// gone reports whether a folder that cannot be read was removed since its name
// was read. The error does not tell: a folder on another server that does not
// answer may be "not found" too, and its content must not be taken to be gone.
func (w walker) gone(ctx context.Context, dir string) bool {
	_, err := patiently(ctx, w.patience, func(context.Context) (fs.FileInfo, error) { return w.root.Lstat(filepath.FromSlash(dir)) })
	return errors.Is(err, fs.ErrNotExist)
}

func segments(p string) []string {
	if p == "" {
		return nil
	}
	return strings.Split(p, "/")
}
