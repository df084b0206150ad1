package microsoft

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// small is up to how many bytes a file is fetched whole: requests are what the
// quota counts.
const small = 512 << 10

// Inspect implements scanners.Inspector. A file costs one request for the
// item, which tells whether it is still the revision that is wanted and where
// its content lies, and one for the content of a small file, or a few for
// parts of a large one. A list costs one, for its columns.
func (s *Scanner) Inspect(ctx context.Context, d inventory.Due) (inventory.Structure, error) {
	if d.Place.Kind == inventory.PlaceForms {
		return s.inspectForm(d), nil
	}
	look := s.inspectFile
	if d.Asset.Kind == inventory.KindList {
		look = s.inspectList
	}
	st, err := look(ctx, d)
	if err != nil {
		return inventory.Structure{}, fmt.Errorf("asset %s: %w", d.Asset.ID, err)
	}
	return st, nil
}

func (s *Scanner) inspectFile(ctx context.Context, d inventory.Due) (inventory.Structure, error) {
	if s.o.Read == nil {
		return inventory.Structure{}, errors.New("this scanner was made without a reader")
	}
	it, err := s.item(ctx, d.Asset)
	if err != nil {
		return inventory.Structure{}, err
	}
	if d.Place.Personal() && !s.o.Private && !it.shared {
		return inventory.Structure{}, inventory.ErrPrivate
	}
	content, err := s.content(ctx, d.Asset, it, d.Depth)
	if err != nil {
		return inventory.Structure{}, err
	}
	st, err := s.look(ctx, content, it, d.Depth)
	if errors.Is(err, wire.ErrBudget) {
		content.allow(s.o.Budget) // not every format shows its heads in a few parts
		st, err = s.look(ctx, content, it, d.Depth)
	}
	if errors.Is(err, wire.ErrBudget) {
		err = fmt.Errorf("%w: too large: %w", inventory.ErrUnreadable, err)
	}
	if err != nil {
		return inventory.Structure{}, err
	}
	st.Revision, st.Depth, st.Reader, st.BytesRead = d.Asset.Revision, d.Depth, s.o.Reader, content.read()
	return st, nil
}

// item asks for an asset as it is now, and refuses one that has changed.
func (s *Scanner) item(ctx context.Context, a inventory.Asset) (driveItem, error) {
	query := url.Values{"$select": {itemFields + ",content.downloadUrl"}}
	var it driveItem
	err := s.graph.read(ctx, s.graph.path(query, "drives", a.Place, "items", a.VendorID), nil, func(body []byte) (err error) {
		it, err = decodeItem(body)
		return err
	})
	err = explain(err, permFiles)
	switch {
	case errors.Is(err, errGone):
		return driveItem{}, fmt.Errorf("%w: %w", inventory.ErrStale, err)
	case err != nil:
		return driveItem{}, err
	case it.changedSince(a.Revision), it.deleted:
		return driveItem{}, inventory.ErrStale
	case it.malware:
		return driveItem{}, fmt.Errorf("%w: %w", inventory.ErrUnreadable, inventory.ErrMalware)
	case it.download == "":
		return driveItem{}, errors.New("the tenant gave no address to download it from")
	}
	return it, nil
}

// changedSince compares a stored revision with the same sort of tag of the
// item as it is; one that the service no longer tells proves nothing.
func (it *driveItem) changedSince(revision string) bool {
	now := map[string]string{"h:": it.hash, "c:": it.cTag, "e:": it.eTag}
	if len(revision) < 2 || now[revision[:2]] == "" {
		return false
	}
	return revision[2:] != now[revision[:2]]
}

// look reads a content. What only the budget kept from being read the structure
// says itself.
func (s *Scanner) look(ctx context.Context, c content, it driveItem, want inventory.Depth) (inventory.Structure, error) {
	watched := &watched{r: c.at}
	st, err := s.o.Read(ctx, watched, it.size, it.name, want)
	if watched.err != nil && (err != nil || !errors.Is(watched.err, wire.ErrBudget)) {
		err = watched.err // whatever the reader made of it, this is why
	}
	return st, err
}

// A content is a file that can be read, how much of it was, and a way to allow
// more.
type content struct {
	at    io.ReaderAt
	read  func() int64
	allow func(bytes int64)
}

func (s *Scanner) content(ctx context.Context, a inventory.Asset, it driveItem, want inventory.Depth) (content, error) {
	if it.size <= small {
		body, err := s.whole(ctx, a, it)
		return content{bytes.NewReader(body), func() int64 { return int64(len(body)) }, func(int64) {}}, err
	}
	link := it.download
	ranged := wire.NewRanged(wire.RangedOptions{
		Transport: s.o.Transport, Size: it.size, Budget: s.o.Budget,
		Request: func(ctx context.Context) (*http.Request, error) {
			if link == "" { // the first one went stale
				again, err := s.item(ctx, a)
				if err != nil {
					return nil, err
				}
				link = again.download
			}
			req, err := s.download(ctx, a, link)
			link = ""
			return req, err
		}}.For(want))
	return content{ranged.At(ctx), ranged.BytesRead, ranged.Allow}, nil
}

func (s *Scanner) whole(ctx context.Context, a inventory.Asset, it driveItem) ([]byte, error) {
	req, err := s.download(ctx, a, it.download)
	if err != nil {
		return nil, err
	}
	resp, err := s.o.Transport.RoundTrip(req)
	if err != nil {
		return nil, wire.Clean(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s answered %d to a download", req.URL.Host, resp.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(resp.Body, small+1))
	if err != nil {
		return nil, fmt.Errorf("%w: %w", wire.ErrCut, err)
	}
	if int64(len(body)) != it.size {
		return nil, fmt.Errorf("it has another size than it had: %w", inventory.ErrStale)
	}
	return body, nil
}

// watched remembers why reading failed: what reads workbooks may take a cut
// connection for a broken file.
type watched struct {
	r   io.ReaderAt
	err error
}

func (w *watched) ReadAt(p []byte, off int64) (int, error) {
	n, err := w.r.ReadAt(p, off)
	if err != nil && err != io.EOF && w.err == nil {
		w.err = err
	}
	return n, err
}
