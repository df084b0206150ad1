package microsoft

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/wire"
)

// listed tells the place of a kind and, by name, the assets in it.
func listed(t testing.TB, s *Scanner, kind inventory.PlaceKind) (inventory.Place, map[string]inventory.Asset) {
	t.Helper()
	all, err := collect(s.Places(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(all, func(p inventory.Place) bool { return p.Kind == kind })
	assets := map[string]inventory.Asset{}
	for page, err := range s.Pages(t.Context(), all[at], "") {
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page.Changes {
			if c.Asset != nil {
				assets[c.Asset.Name] = *c.Asset
			}
		}
	}
	return all[at], assets
}

// oneDrive is the office's OneDrive, by the world's id, and its owner.
func personal(t testing.TB, w *emulator.World) (place string, owner emulator.Person) {
	t.Helper()
	owner, _ = w.Person("ada@alderbay.example")
	p, ok := w.PersonalPlace(emulator.Microsoft, owner.ID)
	if !ok {
		t.Fatal("no OneDrive")
	}
	return p.ID, owner
}

func file(t testing.TB, w *emulator.World, place, name string, content []byte) emulator.Item {
	t.Helper()
	it, err := w.Create(place, emulator.Item{Name: name, Content: emulator.BytesContent(content)})
	if err != nil {
		t.Fatal(err)
	}
	return it
}

func TestAssets(t *testing.T) {
	w := office(t)
	place, ada := personal(t, w)
	file(t, w, place, "Budget.xlsx", []byte("budget"))
	shared := file(t, w, place, "Shared.csv", []byte("a,b"))
	if _, err := w.Share(place, shared.ID, emulator.Grant{Link: emulator.LinkOrganisation, Role: emulator.RoleRead}); err != nil {
		t.Fatal(err)
	}
	folder, err := w.Create(place, emulator.Item{Name: "Team", Folder: true})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Share(place, folder.ID, emulator.Grant{Link: emulator.LinkOrganisation, Role: emulator.RoleRead}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Create(place, emulator.Item{Name: "Inside.xlsx", Parent: folder.ID, Content: emulator.BytesContent([]byte("x"))}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Create(place, emulator.Item{Name: "Notebook.xlsx", Folder: true, Package: "oneNote"}); err != nil {
		t.Fatal(err)
	}
	n := newTenant(t, w, emulator.ServerOptions{})
	p, assets := listed(t, n.scanner(), inventory.PlaceOneDrive)
	b := assets["Budget.xlsx"]
	if b.Kind != inventory.KindWorkbook || b.Size != 6 || b.Owner != ada.Address || b.CreatedBy != ada.Address || b.ModifiedBy != ada.Address ||
		b.Created.IsZero() || b.Modified.IsZero() || !strings.HasPrefix(b.Hash, "quickxor:") || !strings.HasPrefix(b.Revision, "h:quickxor:") ||
		b.ID != inventory.NewAssetID(p, b.VendorID) || b.Shared || b.URL == "" || b.MIME == "" {
		t.Errorf("asset %+v", b)
	}
	// What is shared says so; all else leaves it to its folder.
	for name, want := range map[string]bool{"Shared.csv": true, "Inside.xlsx": false, "Budget.xlsx": false} {
		if a := assets[name]; a.Shared != want || a.Inherits == want {
			t.Errorf("%s: shared %v, inherits %v; want %v", name, a.Shared, a.Inherits, want)
		}
	}
	if k := assets["Notebook.xlsx"].Kind; k != inventory.KindOther {
		t.Errorf("a notebook is a %s", k)
	}
	// A new name is no new revision, a new content is.
	if _, err := w.Rename(place, b.VendorID, "Costs.xlsx"); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Edit(place, shared.ID, ada.ID, emulator.BytesContent([]byte("a,b,c"))); err != nil {
		t.Fatal(err)
	}
	_, later := listed(t, n.scanner(), inventory.PlaceOneDrive)
	if later["Costs.xlsx"].Revision != b.Revision || later["Shared.csv"].Revision == assets["Shared.csv"].Revision {
		t.Errorf("revisions: renamed %q, was %q; edited %q, was %q", later["Costs.xlsx"].Revision, b.Revision, later["Shared.csv"].Revision, assets["Shared.csv"].Revision)
	}
}

func TestInspect(t *testing.T) {
	w := office(t)
	place, _ := personal(t, w)
	large := bytes.Repeat([]byte("0123456789abcdef"), 200_000) // 3.2 MB
	file(t, w, place, "small.xlsx", []byte("hello"))
	file(t, w, place, "large.xlsx", large)
	file(t, w, place, "edited.xlsx", []byte("before"))
	file(t, w, place, "gone.xlsx", []byte("before"))
	if _, err := w.Create(place, emulator.Item{Name: "bad.xlsx", Malware: true, Content: emulator.BytesContent([]byte("x"))}); err != nil {
		t.Fatal(err)
	}
	n := newTenant(t, w, emulator.ServerOptions{})
	p, assets := listed(t, n.scanner(), inventory.PlaceOneDrive)
	if _, err := w.Edit(place, assets["edited.xlsx"].VendorID, "", emulator.BytesContent([]byte("after"))); err != nil {
		t.Fatal(err)
	}
	if err := w.Delete(place, assets["gone.xlsx"].VendorID); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name     string
		err      error
		requests int // for content
	}{
		{"small.xlsx", nil, 1}, {"large.xlsx", nil, 8}, {"edited.xlsx", inventory.ErrStale, 0},
		{"gone.xlsx", inventory.ErrStale, 0}, {"bad.xlsx", inventory.ErrUnreadable, 0},
	} {
		n.server.ResetRequests()
		a := assets[tc.name]
		st, err := n.scanner().Inspect(t.Context(), inventory.Due{Asset: a, Place: p, Depth: inventory.DepthFull})
		if asked := n.server.Count("download.aspx"); !errors.Is(err, tc.err) || asked > tc.requests {
			t.Errorf("%s: %v after %d requests for content; want %v and at most %d", tc.name, err, asked, tc.err, tc.requests)
		}
		if tc.err == nil && (st.Revision != a.Revision || st.Reader != 7 || st.Depth != inventory.DepthFull || st.BytesRead != a.Size || st.Tables != int(a.Size)) {
			t.Errorf("%s: structure %+v of asset %+v", tc.name, st, a)
		}
	}
}

// The end of a large file costs a block, not the file.
func TestInspectReadsPartsOnly(t *testing.T) {
	w := office(t)
	place, _ := personal(t, w)
	file(t, w, place, "large.xlsx", make([]byte, 5<<20))
	n := newTenant(t, w, emulator.ServerOptions{})
	tail := func(_ context.Context, r io.ReaderAt, size int64, _ string, _ inventory.Depth) (inventory.Structure, error) {
		_, err := r.ReadAt(make([]byte, 22), size-22)
		return inventory.Structure{}, err
	}
	s := n.scanner(func(o *Options, _ *wire.Options) { o.Read = tail })
	p, assets := listed(t, s, inventory.PlaceOneDrive)
	st, err := s.Inspect(t.Context(), inventory.Due{Asset: assets["large.xlsx"], Place: p})
	if err != nil || st.BytesRead > 64<<10 {
		t.Errorf("read %d bytes, %v", st.BytesRead, err)
	}
	// What reading may cost is bounded, and then the file is at fault.
	s = n.scanner(func(o *Options, _ *wire.Options) { o.Budget = 1 << 20 })
	if _, err := s.Inspect(t.Context(), inventory.Due{Asset: assets["large.xlsx"], Place: p}); !errors.Is(err, inventory.ErrUnreadable) || !errors.Is(err, wire.ErrBudget) {
		t.Errorf("over budget: %v", err)
	}
}

// Heads cost little where the format allows it; where the reader wants more, it
// gets it, and what was read is not read twice.
func TestHeadsCostLittleWhereTheyCan(t *testing.T) {
	w := office(t)
	place, _ := personal(t, w)
	file(t, w, place, "large.xlsx", make([]byte, 5<<20))
	n := newTenant(t, w, emulator.ServerOptions{})
	for name, c := range map[string]struct {
		content bool // the reader gives up without the rest
		bytes   int64
	}{"in parts": {false, wire.HeadsBytes}, "whole": {true, 5 << 20}} {
		greedy := func(_ context.Context, r io.ReaderAt, size int64, _ string, _ inventory.Depth) (st inventory.Structure, err error) {
			for off := int64(0); off < size && err == nil; off += 256 << 10 {
				_, err = r.ReadAt(make([]byte, min(256<<10, size-off)), off)
			}
			if errors.Is(err, inventory.ErrBudget) && !c.content {
				st.Partial, err = true, nil
			}
			return st, err
		}
		s := n.scanner(func(o *Options, _ *wire.Options) { o.Read = greedy })
		p, assets := listed(t, s, inventory.PlaceOneDrive)
		st, err := s.Inspect(t.Context(), inventory.Due{Asset: assets["large.xlsx"], Place: p, Depth: inventory.DepthHeads})
		if err != nil || st.BytesRead > c.bytes || st.Partial == c.content || c.content && st.BytesRead < c.bytes {
			t.Errorf("%s: %d bytes, partial %v, %v", name, st.BytesRead, st.Partial, err)
		}
	}
}

// A connection that breaks for good while a workbook is read is not the
// workbook's fault, whatever the reader makes of it.
func TestInspectBlamesTheNetwork(t *testing.T) {
	w := office(t)
	place, _ := personal(t, w)
	file(t, w, place, "large.xlsx", make([]byte, 1<<20))
	n := newTenant(t, w, emulator.ServerOptions{})
	blames := func(_ context.Context, r io.ReaderAt, _ int64, _ string, _ inventory.Depth) (inventory.Structure, error) {
		if _, err := r.ReadAt(make([]byte, 22), 0); err != nil {
			return inventory.Structure{}, fmt.Errorf("no zip: %w", inventory.ErrUnreadable)
		}
		return inventory.Structure{}, nil
	}
	s := n.scanner(func(o *Options, wo *wire.Options) {
		o.Read, wo.Attempts = blames, 2
		wo.Base = breaking{n.recorder, "download.aspx", http.StatusInternalServerError}
	})
	p, assets := listed(t, s, inventory.PlaceOneDrive)
	if _, err := s.Inspect(t.Context(), inventory.Due{Asset: assets["large.xlsx"], Place: p}); err == nil || errors.Is(err, inventory.ErrUnreadable) {
		t.Errorf("got %v; want an error that may go away", err)
	}
}

// Downloads go to addresses that carry their own right: without our token, and
// to no host but the tenant's.
func TestDownloads(t *testing.T) {
	w := office(t)
	place, _ := personal(t, w)
	file(t, w, place, "small.xlsx", []byte("hello"))
	n := newTenant(t, w, emulator.ServerOptions{})
	elsewhere := ""
	s := n.scanner(func(_ *Options, o *wire.Options) {
		o.Base = tap(func(r *http.Request) (*http.Response, error) {
			download := strings.Contains(r.URL.Path, "download.aspx")
			if download != (r.Header.Get("Authorization") == "") {
				t.Errorf("%s: Authorization %q", r.URL.Path, r.Header.Get("Authorization"))
			}
			resp, err := n.recorder.RoundTrip(r)
			if err == nil && elsewhere != "" {
				resp.Body = replaced(resp, n.ends.Graph, elsewhere)
			}
			return resp, err
		})
	})
	p, assets := listed(t, s, inventory.PlaceOneDrive)
	due := inventory.Due{Asset: assets["small.xlsx"], Place: p}
	if _, err := s.Inspect(t.Context(), due); err != nil {
		t.Fatal(err)
	}
	elsewhere = "https://elsewhere.example"
	if _, err := s.Inspect(t.Context(), due); !errors.Is(err, wire.ErrRefused) || strings.Contains(err.Error(), "tempauth") {
		t.Errorf("a download elsewhere: %v; want a refusal that keeps the address", err)
	}
}

type tap func(*http.Request) (*http.Response, error)

func (f tap) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// replaced is the body of an answer with the emulator's host replaced.
func replaced(resp *http.Response, graph, by string) io.ReadCloser {
	u, _ := url.Parse(graph)
	b, _ := io.ReadAll(resp.Body)
	b = bytes.ReplaceAll(b, []byte(u.Scheme+"://"+u.Host), []byte(by))
	resp.ContentLength = -1
	return io.NopCloser(bytes.NewReader(b))
}

func TestObserve(t *testing.T) {
	w := office(t)
	place, ada := personal(t, w)
	bob := w.AddPerson(emulator.Person{Name: "Bob", Address: "Bob@alderbay.example", Microsoft: true})
	team := w.AddGroup(emulator.Group{Name: "Team", Suite: emulator.Microsoft})
	grants := map[string][]emulator.Grant{
		"alone.xlsx":    nil,
		"named.xlsx":    {{Person: bob.ID, Role: emulator.RoleRead}, {External: "eve@elsewhere.example", Role: emulator.RoleWrite}},
		"people.xlsx":   {{Link: emulator.LinkPeople, People: []string{bob.ID}, Role: emulator.RoleRead}},
		"link.xlsx":     {{Link: emulator.LinkAnyone, Role: emulator.RoleRead}},
		"group.xlsx":    {{Group: team.ID, Role: emulator.RoleWrite}},
		"everyone.xlsx": {{Domain: "alderbay.example", Role: emulator.RoleRead}},
	}
	for name, all := range grants {
		it := file(t, w, place, name, []byte("1"))
		for _, g := range all {
			if _, err := w.Share(place, it.ID, g); err != nil {
				t.Fatal(err)
			}
		}
		for _, by := range []string{ada.ID, bob.ID, bob.ID, ""}[:len(name)%2*4] { // an application has no person's id
			if _, err := w.Edit(place, it.ID, by, emulator.BytesContent([]byte("by "+by))); err != nil {
				t.Fatal(err)
			}
		}
	}
	n := newTenant(t, w, emulator.ServerOptions{})
	s := n.scanner(func(o *Options, _ *wire.Options) { o.Now = func() time.Time { return time.Unix(99, 0) } })
	p, assets := listed(t, s, inventory.PlaceOneDrive)
	both := inventory.FacetSharing | inventory.FacetEditors
	type use struct {
		people, editors int
		widely          bool
	}
	got := map[string]use{}
	for name := range grants {
		u, err := s.Observe(t.Context(), p, assets[name], both)
		if err != nil || u.Facets != both || u.Revision != assets[name].Revision || u.Observed != time.Unix(99, 0) {
			t.Fatalf("%s: %+v, %v", name, u, err)
		}
		got[name] = use{u.People, len(u.Editors), u.Widely}
		if name == "group.xlsx" && !slices.IsSortedFunc(u.Editors, func(a, b inventory.Editor) int { return b.Last.Compare(a.Last) }) {
			t.Errorf("editors %+v are not the most recent first", u.Editors)
		}
	}
	want := map[string]use{
		"alone.xlsx": {1, 1, false}, "named.xlsx": {3, 1, false}, "people.xlsx": {2, 2, false},
		"link.xlsx": {2, 2, true}, "group.xlsx": {1, 1, true}, "everyone.xlsx": {2, 2, true},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(use{})); d != "" {
		t.Errorf("use (-want +got):\n%s", d)
	}
	n.server.ResetRequests()
	u, err := s.Observe(t.Context(), p, assets["link.xlsx"], inventory.FacetEditors)
	if err != nil || u.Widely || u.Facets != inventory.FacetEditors || n.server.Count("permissions") != 0 {
		t.Errorf("editors alone: %+v, %v, %v", u, err, n.server.Requests())
	}
	if err := w.Delete(place, assets["alone.xlsx"].VendorID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Observe(t.Context(), p, assets["alone.xlsx"], both); !errors.Is(err, inventory.ErrStale) {
		t.Errorf("of what is gone: %v", err)
	}
}
