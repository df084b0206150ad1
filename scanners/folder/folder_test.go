package folder_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/folder"
	"github.com/desirepath/desirepath/scanners/scannertest"
)

var (
	_ scanners.Scanner   = (*folder.Scanner)(nil)
	_ scanners.Inspector = (*folder.Scanner)(nil)
	_ scanners.Planner   = (*folder.Scanner)(nil)
)

// plant makes a tree from paths; those that end in "/" are folders.
func plant(t *testing.T, paths ...string) *tree {
	t.Helper()
	tr := &tree{T: t, root: t.TempDir()}
	for _, p := range paths {
		dir, file := filepath.Split(p)
		tr.must(os.MkdirAll(tr.at(dir), 0o755))
		if file != "" {
			tr.Edit(inventory.Place{}, p)
		}
	}
	return tr
}

// listed is what one listing tells: every change in its order as "kind path",
// a line "--" after each page, and the error it ended in.
func listed(t *testing.T, s *folder.Scanner, since inventory.Cursor) (lines []string, pages []inventory.Page, err error) {
	t.Helper()
	for page, err := range s.Pages(t.Context(), thePlace(t, s), since) {
		if err != nil {
			return lines, pages, err
		}
		for _, c := range page.Changes {
			lines = append(lines, string(c.Asset.Kind)+" "+c.ID)
		}
		lines = append(lines, "--")
		pages = append(pages, page)
	}
	return lines, pages, nil
}

func thePlace(t *testing.T, s *folder.Scanner) inventory.Place {
	t.Helper()
	for p, err := range s.Places(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	t.Fatal("no place")
	return inventory.Place{}
}

// ids are those of the stored assets, in one line.
func ids(t *testing.T, s scannertest.Store) string {
	t.Helper()
	var out []string
	for r, err := range s.Records(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r.Asset.VendorID)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

// workbookless is a reader that reads a byte and knows nothing.
func workbookless(_ context.Context, r io.ReaderAt, _ int64, _ string, _ inventory.Depth) (inventory.Structure, error) {
	_, err := r.ReadAt(make([]byte, 1), 0)
	return inventory.Structure{}, err
}

func same(t *testing.T, what string, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("%s (-want +got):\n%s", what, d)
	}
}

func TestListingTellsWhatThingsAre(t *testing.T) {
	tr := plant(t, "b/x.xlsx", "a b.csv", "a/z.xlsm", "a-b.ods", "~$x.xlsx", "~WRL0001.tmp", ".~lock.x.ods#", "._x.xlsx", "notes.docx",
		"$RECYCLE.BIN/old.xlsx", ".snapshot/daily/a/z.xlsm", "hr/secret/pay.xlsx", "hr/open.xlsx", "empty/", "bad\xff.xlsx", "bad\xff/x.xlsx")
	outside := plant(t, "outside.xlsx")
	tr.must(os.Symlink(outside.at("outside.xlsx"), tr.at("link.xlsx")))
	tr.must(os.Symlink(outside.root, tr.at("links")))
	s := newScanner(t, folder.Options{Root: tr.root, Scope: inventory.Scope{Exclude: inventory.Rules{Paths: []string{"HR/secret"}}}})
	lines, pages, err := listed(t, s, "")
	if err != nil {
		t.Fatal(err)
	}
	same(t, "listing", lines, []string{
		"other $RECYCLE.BIN",
		"other ._x.xlsx",
		"other .snapshot",
		"other .~lock.x.ods#",
		"workbook a/z.xlsm",
		"table a b.csv",
		"workbook a-b.ods",
		"workbook b/x.xlsx",
		"other bad\uFFFD",
		"other bad\uFFFD.xlsx",
		"workbook hr/open.xlsx",
		"other hr/secret",
		"other link.xlsx",
		"other links",
		"other notes.docx",
		"other ~$x.xlsx",
		"other ~WRL0001.tmp",
		"--",
	})
	if p := pages[0]; !p.Full || !p.Complete || p.Next != "" {
		t.Errorf("want a full, complete page without a cursor: %+v", p)
	}
}

func TestAssetIsDescribed(t *testing.T) {
	tr := plant(t, "Über & Co/50% #1?.xlsx")
	s := newScanner(t, folder.Options{Root: tr.root, Name: "Finance share", URL: "file://fs1.example.edu/finance/"})
	p := thePlace(t, s)
	same(t, "place", p, inventory.Place{Tenant: "files", ID: "root", Kind: inventory.PlaceShare, Name: "Finance share", URL: "file://fs1.example.edu/finance"})
	_, pages, err := listed(t, s, "")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(tr.at("Über & Co/50% #1?.xlsx"))
	tr.must(err)
	same(t, "asset", *pages[0].Changes[0].Asset, inventory.Asset{
		ID: "files/root/Über & Co/50% #1?.xlsx", Tenant: "files", Place: "root", VendorID: "Über & Co/50% #1?.xlsx",
		Kind: inventory.KindWorkbook, Name: "50% #1?.xlsx", Path: "Über & Co",
		URL:      "file://fs1.example.edu/finance/%C3%9Cber%20&%20Co/50%25%20%231%3F.xlsx",
		Revision: fmt.Sprintf("%d-11", info.ModTime().UnixNano()), Size: 11, Modified: info.ModTime().UTC(),
	})
	plain := thePlace(t, newScanner(t, folder.Options{Root: tr.root}))
	if want := "file://" + filepath.ToSlash(tr.root); plain.URL != want || plain.Name != filepath.Base(tr.root) {
		t.Errorf("place without name and address: %+v", plain)
	}
}

// TestResumeGoesOnBehindEveryPath cuts a listing after each of its pages, in a
// tree whose names sort otherwise than their paths.
func TestResumeGoesOnBehindEveryPath(t *testing.T) {
	tr := plant(t, "a b.csv", "a/b.csv", "a/b/c.csv", "a/b.b/c.csv", "a-b.csv", "a.csv", "b/a.csv", "b/b/b/b.csv", "B.csv", "z/")
	whole := newScanner(t, folder.Options{Root: tr.root})
	all, _, err := listed(t, whole, "")
	if err != nil {
		t.Fatal(err)
	}
	byOne := newScanner(t, folder.Options{Root: tr.root, PageSize: 1})
	_, pages, err := listed(t, byOne, "")
	if err != nil {
		t.Fatal(err)
	}
	if len(pages) != 10 {
		t.Fatalf("%d pages of one change, want 9 and a last empty one", len(pages))
	}
	for n, page := range pages[:9] {
		rest, _, err := listed(t, whole, page.Next)
		if err != nil {
			t.Fatal(err)
		}
		same(t, fmt.Sprintf("after page %d", n+1), rest, all[n+1:])
	}
}

func TestResumeWhenAFolderBecameAFile(t *testing.T) {
	tr := plant(t, "a/b.csv", "c.csv")
	s := newScanner(t, folder.Options{Root: tr.root, PageSize: 1})
	_, pages, err := listed(t, s, "")
	if err != nil {
		t.Fatal(err)
	}
	tr.Delete(inventory.Place{}, "a")
	tr.Create(inventory.Place{}, "", "a")
	rest, _, err := listed(t, s, pages[0].Next)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "rest", rest, []string{"other a", "--", "table c.csv", "--", "--"})
}

func TestForeignCursorIsExpired(t *testing.T) {
	s := newScanner(t, folder.Options{Root: plant(t, "a.csv").root})
	if _, _, err := listed(t, s, "https://graph.example/delta"); !errors.Is(err, scanners.ErrCursorExpired) {
		t.Errorf("error %v", err)
	}
}

func TestMissingAndEmptyRoots(t *testing.T) {
	tests := map[string]struct{ root, want string }{
		"missing": {filepath.Join(t.TempDir(), "none"), "there is no such folder: check the path, and that the share is mounted"},
		"empty":   {t.TempDir(), "it is empty: check that the share is mounted"},
		"a file":  {plant(t, "a.csv").at("a.csv"), "not a directory"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, _, err := listed(t, newScanner(t, folder.Options{Root: tt.root}), "")
			if err == nil || !strings.Contains(err.Error(), tt.want) || !strings.Contains(err.Error(), tt.root) {
				t.Errorf("error %v, want it to name the folder and say %q", err, tt.want)
			}
		})
	}
}

func TestUnmountedShareEmptiesNothing(t *testing.T) {
	tr := plant(t, "a.csv", "b/c.xlsx")
	m := openStore(t, inventory.Scope{})
	e := &scanners.Engine{Sink: m}
	for _, want := range []bool{true, false} {
		reports, err := e.List(t.Context(), newScanner(t, folder.Options{Root: tr.root}))
		if err != nil {
			t.Fatal(err)
		}
		if reports[0].Complete != want {
			t.Errorf("complete: %v, want %v: %s", reports[0].Complete, want, reports[0].Error)
		}
		tr.Delete(inventory.Place{}, "a.csv")
		tr.Delete(inventory.Place{}, "b")
	}
	same(t, "stored", ids(t, m), "a.csv b/c.xlsx")
}

func TestExcludedShareIsNotTouched(t *testing.T) {
	scope := inventory.Scope{Exclude: inventory.Rules{Places: []string{"Personnel*"}}}
	s := newScanner(t, folder.Options{Root: filepath.Join(t.TempDir(), "none"), Name: "Personnel files"})
	reports, err := (&scanners.Engine{Sink: openStore(t, scope), Scope: scope}).List(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "reports", reports, []inventory.PlaceReport{{Complete: true}})
	plan, err := s.Plan(t.Context(), scope)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "plan", plan, scanners.Plan{Excluded: 1})
}

func TestNewNeedsANameAndAPath(t *testing.T) {
	for _, o := range []folder.Options{{Root: "/srv"}, {Tenant: share}} {
		if _, err := folder.New(o); err == nil {
			t.Errorf("%+v was taken", o)
		}
	}
}

func TestPlanCounts(t *testing.T) {
	s := newScanner(t, folder.Options{Root: plant(t, "a.csv", "b/c.xlsx", "b/d.docx").root})
	plan, err := s.Plan(t.Context(), inventory.Scope{})
	if err != nil {
		t.Fatal(err)
	}
	if plan.Places != 1 || plan.Requests != 3 || plan.Seconds <= 0 || plan.Unseen != nil {
		t.Errorf("plan %+v", plan)
	}
}

func TestInspect(t *testing.T) {
	const name = "b/c.xlsx"
	read := func(_ context.Context, r io.ReaderAt, size int64, name string, want inventory.Depth) (inventory.Structure, error) {
		text, err := io.ReadAll(io.NewSectionReader(r, 0, size))
		return inventory.Structure{Format: name + " " + string(text), Depth: want}, err
	}
	tests := map[string]struct {
		before func(tr *tree)                     // after the listing
		read   folder.Reader                      // nil for the one above
		alter  func(tr *tree, a *inventory.Asset) // what is due
		want   error
	}{
		"as it was":            {},
		"edited since":         {before: func(tr *tree) { tr.Edit(inventory.Place{}, name) }, want: inventory.ErrStale},
		"gone":                 {before: func(tr *tree) { tr.Delete(inventory.Place{}, name) }, want: inventory.ErrStale},
		"its folder is gone":   {before: func(tr *tree) { tr.Delete(inventory.Place{}, "b") }, want: inventory.ErrStale},
		"became a link inside": {before: func(tr *tree) { tr.Rename(inventory.Place{}, name, "d"); tr.must(os.Symlink("d", tr.at(name))) }, want: inventory.ErrStale},
		"edited while read": {
			alter: func(tr *tree, _ *inventory.Asset) { tr.edits = 100 },
			want:  inventory.ErrStale,
		},
		"unreadable": {
			read: func(context.Context, io.ReaderAt, int64, string, inventory.Depth) (inventory.Structure, error) {
				return inventory.Structure{}, fmt.Errorf("encrypted: %w", inventory.ErrUnreadable)
			},
			want: inventory.ErrUnreadable,
		},
		"the way out": {
			alter: func(_ *tree, a *inventory.Asset) { a.VendorID = "../" + a.VendorID },
			want:  errors.New("escapes"),
		},
		"the reader panics": {
			read: func(context.Context, io.ReaderAt, int64, string, inventory.Depth) (inventory.Structure, error) {
				panic("oh no")
			},
			want: errors.New("oh no"),
		},
	}
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			tr := plant(t, name)
			inner := tt.read
			if inner == nil {
				inner = read
			}
			s := newScanner(t, folder.Options{Root: tr.root, Read: func(ctx context.Context, r io.ReaderAt, size int64, n string, d inventory.Depth) (inventory.Structure, error) {
				st, err := inner(ctx, r, size, n, d)
				if tr.edits == 100 {
					tr.Edit(inventory.Place{}, name)
				}
				return st, err
			}})
			_, pages, err := listed(t, s, "")
			if err != nil {
				t.Fatal(err)
			}
			due := inventory.Due{Asset: *pages[0].Changes[0].Asset, Place: thePlace(t, s), Depth: inventory.DepthFull}
			if tt.before != nil {
				tt.before(tr)
			}
			if tt.alter != nil {
				tt.alter(tr, &due.Asset)
			}
			st, err := s.Inspect(t.Context(), due)
			if tt.want == nil {
				if err != nil {
					t.Fatal(err)
				}
				same(t, "structure", st, inventory.Structure{Format: "c.xlsx edit      1", Depth: inventory.DepthFull, Revision: due.Asset.Revision})
				return
			}
			if err == nil || !errors.Is(err, tt.want) && !strings.Contains(err.Error(), tt.want.Error()) {
				t.Errorf("error %v, want %v", err, tt.want)
			}
		})
	}
}

func TestInspectIsNotHeldUpByASlowShare(t *testing.T) {
	tr := plant(t, "a.xlsx")
	reading, release := make(chan bool), make(chan bool)
	s := newScanner(t, folder.Options{Root: tr.root, Read: func(ctx context.Context, r io.ReaderAt, _ int64, _ string, _ inventory.Depth) (inventory.Structure, error) {
		close(reading)
		<-release
		_, err := r.ReadAt(make([]byte, 1), 0)
		release <- errors.Is(err, context.Canceled)
		return inventory.Structure{}, err
	}})
	_, pages, err := listed(t, s, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-reading; cancel() }()
	if _, err := s.Inspect(ctx, inventory.Due{Asset: *pages[0].Changes[0].Asset}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	release <- true
	if !<-release {
		t.Error("the reader went on reading after everybody had left")
	}
}

func TestListingHonoursTheContext(t *testing.T) {
	s := newScanner(t, folder.Options{Root: plant(t, "a.csv", "b/c.csv").root, PageSize: 1})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var got []error
	for _, err := range s.Pages(ctx, thePlace(t, s), "") {
		got = append(got, err)
		cancel()
	}
	if len(got) != 2 || !errors.Is(got[1], context.Canceled) {
		t.Errorf("after a cancellation the listing yields %v", got)
	}
	if slices.Contains(got[:1], error(context.Canceled)) {
		t.Error("cancelled too early")
	}
}
