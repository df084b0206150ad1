package emulator

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// downloadPath is where downloads lead to. In a real tenant it is on the host of SharePoint.
const downloadPath = "/_layouts/15/download.aspx"

// pass is what a download URL carries instead of an Authorization header.
type pass struct {
	Place string `json:"p"`
	Item  string `json:"i"`
	Until int64  `json:"u"` // seconds since 1970
}

func (g *graph) downloadURL(base string, it Item) string {
	return base + downloadPath + "?" + g.passQuery(it).Encode()
}

// requested finds the item of a request.
func (g *graph) requested(w http.ResponseWriter, r *http.Request) (Place, Item, bool) {
	p, ok := g.place(w, r)
	if !ok {
		return Place{}, Item{}, false
	}
	id := r.PathValue("item")
	if id == "" || id == "root" {
		id = p.Root()
	}
	it, ok := g.World.Item(p.ID, id)
	if !ok || it.Gone() {
		g.notFound(w, r)
		return Place{}, Item{}, false
	}
	return p, it, true
}

func (g *graph) item(w http.ResponseWriter, r *http.Request) {
	if p, it, ok := g.requested(w, r); ok {
		g.answer(w, r, g.shower(p, selected(r), g.filesURL(r, p)).show(it))
	}
}

func (g *graph) children(w http.ResponseWriter, r *http.Request) {
	p, it, ok := g.requested(w, r)
	if !ok {
		return
	}
	s := g.shower(p, selected(r), g.filesURL(r, p))
	all := slices.DeleteFunc(g.World.Children(p.ID, it.ID), Item.Gone)
	page(g, w, r, all, func(it Item) any { return s.show(it) }, top(r, 200, 999), "")
}

// content sends the client to the download URL; that is where a Range belongs.
func (g *graph) content(w http.ResponseWriter, r *http.Request) {
	p, it, ok := g.requested(w, r)
	switch {
	case !ok:
	case it.Content == nil:
		g.fail(w, r, http.StatusBadRequest, "invalidRequest", "You cannot get content for a folder.")
	case it.Malware:
		g.fail(w, r, http.StatusForbidden, "malwareDetected", "Malware was detected in the requested item.")
	default:
		w.Header().Set("Location", g.downloadURL(g.filesURL(r, p), it))
		w.WriteHeader(http.StatusFound)
	}
}

// download gives the bytes. The URL is the permission: an Authorization header is refused, as SharePoint does, unless such URLs are off.
func (g *graph) download(w http.ResponseWriter, r *http.Request) {
	ticket, err := g.downloadPass(r)
	if err != nil {
		g.fail(w, r, http.StatusUnauthorized, "unauthenticated", err.Error())
		return
	}
	it, ok := g.World.Item(ticket.Place, ticket.Item)
	if !ok || it.Gone() || it.Content == nil {
		g.notFound(w, r)
		return
	}
	w.Header().Set("ETag", fmt.Sprintf(`"{%s},%d"`, itemGUID(it), it.Revision))
	w.Header().Set("Last-Modified", it.Modified.UTC().Format(http.TimeFormat))
	w.Header().Set("Content-Type", "application/octet-stream")
	if err := serveContent(w, r, it.Content); err != nil {
		g.fail(w, r, http.StatusInternalServerError, "generalException", err.Error())
	}
}

// serveContent answers an absolute range with 206. Any other range is not understood and gets everything with 200, as OneDrive does with
// suffix ranges (https://github.com/OneDrive/onedrive-api-docs/issues/62). An error means that nothing was sent yet.
func serveContent(w http.ResponseWriter, r *http.Request, c Content) error {
	body, err := openContent(c)
	if err != nil {
		return err
	}
	defer body.Close()
	size := c.Size()
	first, last, ok := absoluteRange(r.Header.Get("Range"), size)
	if ok && first >= size {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
		return nil
	}
	status := http.StatusPartialContent
	if !ok {
		status, first, last = http.StatusOK, 0, size-1
	} else {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, last, size))
	}
	if _, err := body.Seek(first, io.SeekStart); err != nil {
		return err
	}
	w.Header().Set("Accept-Ranges", "bytes")
	w.Header().Set("Content-Length", strconv.FormatInt(last-first+1, 10))
	w.WriteHeader(status)
	io.CopyN(w, body, last-first+1) // a file that shrank meanwhile is an answer cut short, as it would be anywhere
	return nil
}

// absoluteRange reads "bytes=a-b" or "bytes=a-"; last is within size.
func absoluteRange(header string, size int64) (first, last int64, ok bool) {
	spec, isBytes := strings.CutPrefix(header, "bytes=")
	from, to, isRange := strings.Cut(spec, "-")
	first, err := strconv.ParseInt(from, 10, 64)
	if !isBytes || !isRange || err != nil || first < 0 {
		return 0, 0, false
	}
	last = size - 1
	if to != "" {
		n, err := strconv.ParseInt(to, 10, 64)
		if err != nil || n < first {
			return 0, 0, false
		}
		last = min(last, n)
	}
	return first, last, true
}
