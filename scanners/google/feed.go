package google

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"google.golang.org/api/drive/v3"
	"google.golang.org/api/googleapi"

	"github.com/desirepath/desirepath/inventory"
)

// A feed asks for the files of one place.
type feed struct {
	s     *Scanner
	place inventory.Place
	book  map[string]label // the labels that files may have
}

func (f feed) shared() bool { return f.place.Kind == inventory.PlaceSharedDrive }

// start asks where the changes begin.
func (f feed) start(ctx context.Context) (string, error) {
	call := f.s.drive.Changes.GetStartPageToken().Context(ctx).Fields("startPageToken")
	if f.shared() {
		call.DriveId(f.place.ID).SupportsAllDrives(true)
	}
	answer, err := call.Do()
	if err != nil {
		return "", err
	}
	if answer.StartPageToken == "" {
		return "", errors.New("Drive gave no token to start from")
	}
	return answer.StartPageToken, nil
}

func (f feed) list(ctx context.Context, at position) (inventory.Page, position, error) {
	ask := f.ask("nextPageToken,incompleteSearch,files(%s)")
	if f.shared() {
		ask.Set("corpora", "drive")
		ask.Set("q", "trashed = false")
	} else {
		ask.Set("corpora", "user")
		ask.Set("q", "'me' in owners and trashed = false")
	}
	if at.Page != "" {
		ask.Set("pageToken", at.Page)
	}
	page, said, err := f.searched(ctx, ask)
	switch {
	case err != nil:
		return inventory.Page{}, at, err
	case said.next != "" && said.next == at.Page:
		return inventory.Page{}, at, errSamePage
	case said.next == "":
		page.Complete = true
		return page, position{At: at.Start}, nil
	}
	return page, position{Start: at.Start, Page: said.next}, nil
}

// searches is how often a page is asked for that Drive could not search everything for.
const searches = 5

// searched asks for a page until Drive could search everything for it: what is too busy now may not be in a while.
func (f feed) searched(ctx context.Context, ask url.Values) (page inventory.Page, said filePage, err error) {
	wait := cmp.Or(f.s.o.Transport.Pace().Backoff, time.Second)
	for try := 1; ; try++ {
		err = f.get(ctx, "files", ask, func(body []byte) (err error) {
			page = inventory.Page{Full: true, Changes: make([]inventory.Change, 0, len(body)/bytesOfFile)}
			said, err = decodeFiles(body, func(file *drive.File) { page.Changes = append(page.Changes, f.told(file)) })
			return err
		})
		if err != nil || !said.incomplete {
			return page, said, err
		}
		if try == searches {
			return page, said, errors.New("Drive says that it could not search everything: the listing would have holes")
		}
		select {
		case <-ctx.Done():
			return page, said, context.Cause(ctx)
		case <-time.After(wait << try):
		}
	}
}

func (f feed) changes(ctx context.Context, at position) (inventory.Page, position, error) {
	ask := f.ask("nextPageToken,newStartPageToken,changes(changeType,removed,fileId,file(%s))")
	ask.Set("includeRemoved", "true")
	ask.Set("pageToken", at.At)
	var page inventory.Page
	var said changePage
	err := f.get(ctx, "changes", ask, func(body []byte) (err error) {
		page.Changes = make([]inventory.Change, 0, len(body)/bytesOfFile)
		said, err = decodeChanges(body, func(id string, now *drive.File) {
			if now == nil {
				page.Changes = append(page.Changes, inventory.Change{ID: id, Removed: true})
				return
			}
			page.Changes = append(page.Changes, f.told(now))
		})
		return err
	})
	switch {
	case err != nil:
		return inventory.Page{}, at, err
	case said.next == at.At:
		return inventory.Page{}, at, errSamePage
	case said.next == "" && said.start == "":
		return inventory.Page{}, at, errors.New("Drive did not say where the changes go on")
	case said.next == "":
		page.Complete = true
		return page, position{At: said.start}, nil
	}
	return page, position{At: said.next}, nil
}

// told is a file as its place shows it, with its labels by name.
func (f feed) told(file *drive.File) inventory.Change {
	c := changeOf(f.place, file)
	if c.Asset != nil {
		c.Asset.Label = labelText(f.book, file)
	}
	return c
}

// bytesOfFile is about how many bytes of a page are one file's.
const bytesOfFile = 500

var errSamePage = errors.New("Drive answers with the same page again and again")

// ask is what listings and changes are asked with; fields have a verb for those of a file.
func (f feed) ask(fields string) url.Values {
	v := url.Values{"alt": {"json"}, "prettyPrint": {"false"}, "spaces": {"drive"}, "pageSize": {strconv.Itoa(f.s.o.PageSize)}, "fields": {fmt.Sprintf(fields, fileFields)}}
	if len(f.book) > 0 {
		v.Set("includeLabels", strings.Join(slices.Sorted(maps.Keys(f.book)), ","))
		v.Set("fields", fmt.Sprintf(fields, fileFields+",labelInfo(labels(id,fields))"))
	}
	if f.shared() {
		v.Set("driveId", f.place.ID)
		v.Set("includeItemsFromAllDrives", "true")
		v.Set("supportsAllDrives", "true")
	}
	return v
}

// get asks Drive for one page and has it read. The bytes are good until read returns.
func (f feed) get(ctx context.Context, path string, ask url.Values, read func([]byte) error) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, f.s.drive.BasePath+path+"?"+ask.Encode(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", userAgent)
	resp, err := f.s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if err := googleapi.CheckResponse(resp); err != nil {
		return err
	}
	buf := f.s.buffers.Get().(*bytes.Buffer)
	defer f.s.buffers.Put(buf)
	buf.Reset()
	switch n, err := buf.ReadFrom(io.LimitReader(resp.Body, mostPage+1)); {
	case err != nil:
		return err
	case n > mostPage:
		return fmt.Errorf("%w: a page has more than %d bytes", errGarbled, mostPage)
	}
	return read(buf.Bytes())
}

// mostPage is how many bytes a page may have.
const mostPage = 64 << 20
