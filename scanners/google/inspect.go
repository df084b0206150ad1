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
	"strings"

	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
)

// largest is how many bytes of a file are fetched at once.
const largest = 64 << 20

// Inspect looks inside a spreadsheet: a native one cell by cell of its first rows, a file by its bytes.
func (s *Scanner) Inspect(ctx context.Context, d inventory.Due) (inventory.Structure, error) {
	who, err := s.reader(ctx, d.Place, "")
	if err != nil {
		return inventory.Structure{}, err
	}
	st, err := s.look(ctx, who, d)
	if err != nil {
		return inventory.Structure{}, err
	}
	st.Revision = d.Asset.Revision
	if s.Reader != 0 {
		st.Reader = s.Reader
	}
	return st, nil
}

func (s *Scanner) look(ctx context.Context, who string, d inventory.Due) (inventory.Structure, error) {
	if d.Asset.Kind == inventory.KindSheet {
		st, err := s.spreadsheet(ctx, who, d)
		return st, s.settle(ctx, who, d.Asset, scopeSpreadsheet, err)
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
	ctx = as(ctx, who, scopeContent)
	if s.Read == nil {
		return st, true, errors.New("google: no reader for files was given")
	}
	if d.Asset.Size > largest {
		return st, true, fmt.Errorf("%w: too large: %d bytes", inventory.ErrUnreadable, d.Asset.Size)
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
	st, err = s.Read(ctx, bytes.NewReader(body), int64(len(body)), readName(d.Asset), d.Depth)
	return st, pinned, err
}

func (s *Scanner) whole(ctx context.Context, a inventory.Asset) ([]byte, error) {
	resp, err := s.download(ctx, a, "")
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, a.Size+1))
	if err != nil {
		return nil, fmt.Errorf("download: %w", err)
	}
	if int64(len(body)) != a.Size {
		if page := wire.CheckPage(resp); page != nil && a.MIME != "text/html" {
			return nil, page
		}
		return nil, fmt.Errorf("%w: %d bytes came instead of %d", inventory.ErrStale, len(body), a.Size)
	}
	return body, nil
}

// download asks for the content of a file, or a range of it.
func (s *Scanner) download(ctx context.Context, a inventory.Asset, byteRange string) (*http.Response, error) {
	call := s.drive.Files.Get(a.VendorID).Context(ctx).SupportsAllDrives(true)
	if byteRange != "" {
		call.Header().Set("Range", byteRange)
	}
	return call.Download()
}
