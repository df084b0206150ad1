package emulator

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"sync"
)

// ServeFolder puts a real folder into the organisation: its tree becomes a SharePoint library and a shared drive of the same name, so that
// either suite shows the same files. The tree is read now, the files when somebody asks for them.
func (w *World) ServeFolder(dir, name string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return fmt.Errorf("files: %w", err)
	}
	keeper := w.someone()
	s := w.AddSite(Site{Name: name, Path: "sites/" + path.Base(name)})
	places := []Place{
		w.AddPlace(Place{Suite: Microsoft, Kind: KindLibrary, Name: "Documents", Site: s.ID}),
		w.AddPlace(Place{Suite: Google, Kind: KindSharedDrive, Name: name, Members: []Grant{{Person: keeper.ID, Role: RoleOrganizer}}}),
	}
	parents := map[string][]string{".": {"", ""}} // the folder's id in each place
	return fs.WalkDir(root.FS(), ".", func(at string, e fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrPermission) && e.IsDir():
			return fs.SkipDir
		case err != nil:
			return err
		case at == "." || !e.IsDir() && !e.Type().IsRegular():
			return nil
		}
		ids, err := w.loadFile(root, places, at, e, parents[path.Dir(at)], keeper)
		if e.IsDir() {
			parents[at] = ids
		}
		return err
	})
}

// someone is the first person with a login in both suites; when there is none, one is made.
func (w *World) someone() Person {
	for _, p := range w.People() {
		if p.Microsoft && p.Google {
			return p
		}
	}
	return w.AddPerson(Person{Name: "Alex Keeper", Address: "alex.keeper@" + w.Domain, Department: "Files", Microsoft: true, Google: true})
}

// loadFile adds one file or folder to each place and returns its ids.
func (w *World) loadFile(root *os.Root, places []Place, at string, e fs.DirEntry, parents []string, by Person) ([]string, error) {
	info, err := e.Info()
	if err != nil {
		return nil, err
	}
	it := Item{Name: e.Name(), Folder: e.IsDir(), Created: info.ModTime(), Modified: info.ModTime(), CreatedBy: by.ID}
	if !e.IsDir() {
		it.Content = &diskContent{root: root, path: at, size: info.Size()}
	}
	var ids []string
	for i, p := range places {
		one := it
		one.Parent = parents[i]
		loaded, err := w.Load(p.ID, one)
		if err != nil {
			return nil, err
		}
		ids = append(ids, loaded[0].ID)
	}
	return ids, nil
}

// diskContent is a file's content. It is read whenever it is asked for and never kept; only its digests are.
type diskContent struct {
	root *os.Root
	path string
	size int64

	once    sync.Once
	digests Digests
	err     error
}

func (c *diskContent) Bytes() ([]byte, error) { return c.root.ReadFile(c.path) }
func (c *diskContent) Size() int64            { return c.size }

// Open reads the file from where the caller wants to.
func (c *diskContent) Open() (io.ReadSeekCloser, error) { return c.root.Open(c.path) }

func (c *diskContent) Digests() (Digests, error) {
	c.once.Do(func() {
		f, err := c.root.Open(c.path)
		if err != nil {
			c.err = err
			return
		}
		defer f.Close()
		c.digests, c.err = digestsFrom(f)
	})
	return c.digests, c.err
}
