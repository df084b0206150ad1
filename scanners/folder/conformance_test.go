package folder_test

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/folder"
	"github.com/desirepath/desirepath/scanners/scannertest"
)

func TestConformance(t *testing.T) {
	scannertest.Run(t, scannertest.Harness{New: newFixture, Store: openStore})
}

// TestConformanceOfModel runs the suite on the model of a store, so that the
// model stays true to the store.
func TestConformanceOfModel(t *testing.T) {
	scannertest.Run(t, scannertest.Harness{New: newFixture})
}

func newFixture(t *testing.T) *scannertest.Fixture {
	tree := &tree{T: t, root: t.TempDir()}
	return &scannertest.Fixture{
		Tenant:  tree,
		Scanner: func() scanners.Scanner { return newScanner(t, folder.Options{Root: tree.root, PageSize: 3}) },
	}
}

func newScanner(t *testing.T, o folder.Options) *folder.Scanner {
	t.Helper()
	o.Tenant = share
	s, err := folder.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// store is an inventory on disk as the suite's store.
type store struct{ *sqlstore.Store }

func (s store) Records(ctx context.Context) iter.Seq2[inventory.Record, error] {
	return s.Store.Records(ctx, sqlstore.Filter{})
}

func openStore(t *testing.T, scope inventory.Scope) scannertest.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "inventory.db"), sqlstore.Options{Scope: scope})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return store{s}
}

var share = inventory.Tenant{Name: "files", Suite: inventory.Share}

// tree is a folder on disk as the suite's tenant. Ids are paths.
type tree struct {
	*testing.T
	root  string
	edits int
}

func (tr *tree) at(id string) string { return filepath.Join(tr.root, filepath.FromSlash(id)) }

func (tr *tree) must(err error) {
	tr.Helper()
	if err != nil {
		tr.Fatal(err)
	}
}

func (tr *tree) Truth(inventory.Place) map[string]scannertest.Fact {
	out := map[string]scannertest.Fact{}
	tr.must(fs.WalkDir(os.DirFS(tr.root), ".", func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			dir := path.Dir(p)
			if dir == "." {
				dir = ""
			}
			out[p] = scannertest.Fact{Name: d.Name(), Path: dir}
		}
		return err
	}))
	return out
}

func (tr *tree) CreateFolder(_ inventory.Place, parent, name string) string {
	id := path.Join(parent, name)
	tr.must(os.Mkdir(tr.at(id), 0o755))
	return id
}

func (tr *tree) Create(p inventory.Place, parent, name string) string {
	id := path.Join(parent, name)
	tr.Edit(p, id)
	return id
}

// Edit writes content of the same size with a time of its own: file systems
// with coarse clocks would not tell two edits of a test apart.
func (tr *tree) Edit(_ inventory.Place, id string) {
	tr.edits++
	tr.must(os.WriteFile(tr.at(id), fmt.Appendf(nil, "edit %6d", tr.edits), 0o644))
	at := time.Date(2026, 9, 1, 0, 0, tr.edits, 0, time.UTC)
	tr.must(os.Chtimes(tr.at(id), at, at))
}

func (tr *tree) Rename(_ inventory.Place, id, name string) string {
	return tr.move(id, path.Join(path.Dir(id), name))
}

func (tr *tree) Move(_ inventory.Place, id, parent string) string {
	return tr.move(id, path.Join(parent, path.Base(id)))
}

func (tr *tree) move(from, to string) string {
	tr.must(os.Rename(tr.at(from), tr.at(to)))
	return to
}

func (tr *tree) Delete(_ inventory.Place, id string) { tr.must(os.RemoveAll(tr.at(id))) }
