package google

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// How files are fetched: at once up to a size, since a download costs the same 200 units whatever its length; else by the parts that the
// reader wants, in pieces large enough to be worth their units, up to a bound.
const (
	wholeBelow = 512 << 10
	piece      = 256 << 10
)

// Inspect looks inside a spreadsheet: a native one cell by cell of its first rows, a file by its bytes; and inside of what features look
// into. Of those that are switched off it says so, without a request.
func (s *Scanner) Inspect(ctx context.Context, d inventory.Due) (inventory.Structure, error) {
	if f, ok := s.looker(d.Asset.Kind); ok && !f.on {
		return inventory.Structure{}, switchedOff(d.Asset.Kind)
	}
	who, err := s.reader(ctx, d.Place, "")
	if err != nil {
		return inventory.Structure{}, err
	}
	if err := s.stillShared(ctx, who, d); err != nil {
		return inventory.Structure{}, err
	}
	st, err := s.look(ctx, who, d)
	if err != nil {
		return inventory.Structure{}, err
	}
	st.Revision = d.Asset.Revision
	if s.o.Reader != 0 {
		st.Reader = s.o.Reader
	}
	return st, nil
}

// stillShared refuses what is a person's own and shared with nobody by now: their drive may have been listed nights ago, or from an export
// that is a week old.
func (s *Scanner) stillShared(ctx context.Context, who string, d inventory.Due) error {
	if s.o.Private || !d.Place.Personal() {
		return nil
	}
	now, err := s.drive.Files.Get(d.Asset.VendorID).Context(as(ctx, who, scopeMetadata)).SupportsAllDrives(true).Fields("shared").Do()
	switch {
	case gone(err):
		return fmt.Errorf("%w: it is no longer there", inventory.ErrStale)
	case err != nil:
		return explain(err, scopeMetadata)
	case !now.Shared:
		return inventory.ErrPrivate
	}
	return nil
}

func (s *Scanner) look(ctx context.Context, who string, d inventory.Due) (inventory.Structure, error) {
	if d.Asset.Kind == inventory.KindSheet {
		st, err := s.spreadsheet(ctx, who, d)
		return st, s.settle(ctx, who, d.Asset, scopeSpreadsheet, err)
	}
	if f, ok := s.looker(d.Asset.Kind); ok {
		st, err := f.inspect(ctx, who, d)
		return st, s.settle(ctx, who, d.Asset, f.scope, err)
	}
	if !d.Asset.Kind.Inspectable() {
		return inventory.Structure{}, fmt.Errorf("%w: a %s has no inside that can be read", inventory.ErrUnreadable, d.Asset.Kind)
	}
	st, pinned, err := s.file(ctx, who, d)
	if pinned {
		return st, err
	}
	return st, s.settle(ctx, who, d.Asset, scopeContent, err)
}

// settle makes sure that what was read is of the revision that was asked for. It asks afterwards: had the content changed before or
// while it was read, the revision would be another now.
func (s *Scanner) settle(ctx context.Context, who string, a inventory.Asset, scope string, err error) error {
	if gone(err) {
		return fmt.Errorf("%w: it is no longer there", inventory.ErrStale)
	}
	if err != nil && !errors.Is(err, inventory.ErrUnreadable) {
		return explain(err, scope)
	}
	now, checkErr := s.drive.Files.Get(a.VendorID).Context(as(ctx, who, scopeMetadata)).SupportsAllDrives(true).
		Fields("id,mimeType,trashed,modifiedTime,md5Checksum,headRevisionId").Do()
	switch {
	case gone(checkErr):
		return fmt.Errorf("%w: it is no longer there", inventory.ErrStale)
	case checkErr != nil:
		return explain(checkErr, scopeMetadata)
	case now.Trashed || revision(now) != a.Revision:
		return inventory.ErrStale
	}
	return err
}

func gone(err error) bool {
	var answer *googleapi.Error
	return errors.As(err, &answer) && answer.Code == http.StatusNotFound
}

// file reads a workbook file. Pinned means that the bytes are known to be those that were asked for, by their hash, and that the
// error, if any, is the final one.
func (s *Scanner) file(ctx context.Context, who string, d inventory.Due) (st inventory.Structure, pinned bool, err error) {
	if s.o.Read == nil {
		return st, true, errors.New("google: no reader for files was given")
	}
	ctx = as(ctx, who, scopeContent)
	if d.Asset.Size >= wholeBelow {
		st, err = s.inParts(ctx, d)
		return st, false, err
	}
	body, err := s.whole(ctx, d.Asset)
	if err != nil {
		return st, false, err
	}
	sum := md5.Sum(body)
	if want, ok := strings.CutPrefix(d.Asset.Hash, "md5:"); ok {
		if want != hex.EncodeToString(sum[:]) {
			return st, true, inventory.ErrStale
		}
		pinned = true
	}
	st, err = s.o.Read(ctx, bytes.NewReader(body), int64(len(body)), readName(d.Asset), d.Depth)
	st.BytesRead = int64(len(body))
	return st, pinned, err
}

func (s *Scanner) whole(ctx context.Context, a inventory.Asset) ([]byte, error) {
	resp, err := s.drive.Files.Get(a.VendorID).Context(ctx).SupportsAllDrives(true).Download()
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, wholeBelow))
	if err != nil {
		return nil, fmt.Errorf("download: %w", err)
	}
	if int64(len(body)) != a.Size {
		if err := unlessPage(resp, a); err != nil {
			return nil, err
		}
		return nil, fmt.Errorf("%w: %d bytes came instead of %d", inventory.ErrStale, len(body), a.Size)
	}
	return body, nil
}

// unlessPage returns an error if a web page came for a file that is none.
func unlessPage(resp *http.Response, a inventory.Asset) error {
	if strings.HasPrefix(a.MIME, "text/html") {
		return nil
	}
	return wire.CheckPage(resp)
}

// inParts lets the reader ask for the parts of a file that it wants.
func (s *Scanner) inParts(ctx context.Context, d inventory.Due) (inventory.Structure, error) {
	address := googleapi.ResolveRelative(s.drive.BasePath, "files/"+url.PathEscape(d.Asset.VendorID)) + "?alt=media&supportsAllDrives=true"
	r := wire.NewRanged(wire.RangedOptions{
		Request: func(ctx context.Context) (*http.Request, error) {
			return http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		},
		Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			resp, err := s.client.Transport.RoundTrip(req)
			if err != nil || resp.StatusCode == http.StatusRequestedRangeNotSatisfiable {
				return resp, err
			}
			if err = googleapi.CheckResponse(resp); err == nil {
				err = unlessPage(resp, d.Asset)
			}
			if err != nil {
				resp.Body.Close()
				return nil, err
			}
			return resp, nil
		}),
		Size:   d.Asset.Size,
		Block:  piece,
		Budget: s.o.Budget,
	}.For(d.Depth))
	st, err := s.o.Read(ctx, r.At(ctx), d.Asset.Size, readName(d.Asset), d.Depth)
	if errors.Is(err, wire.ErrBudget) {
		r.Allow(s.o.Budget) // not every format shows its heads in a few parts
		st, err = s.o.Read(ctx, r.At(ctx), d.Asset.Size, readName(d.Asset), d.Depth)
	}
	if errors.Is(err, wire.ErrBudget) {
		err = fmt.Errorf("%w: %w", inventory.ErrUnreadable, err)
	}
	st.BytesRead = r.BytesRead()
	return st, err
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
