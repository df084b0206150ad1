package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners/wire"
	"github.com/desirepath/desirepath/scanners/workbook"
)

// fetched is what reading an address cost.
type fetched struct {
	Requests int     `json:"requests"`
	Bytes    int64   `json:"bytes"` // of the file
	Size     int64   `json:"size"`  // of the file
	Share    float64 `json:"share"` // of it that was fetched, from 0 to 1
}

func isAddress(s string) bool {
	return strings.HasPrefix(s, "https://") || strings.HasPrefix(s, "http://")
}

// shownAddress is an address without what may be a secret in it.
func shownAddress(s string) string {
	u, err := url.Parse(s)
	if err != nil {
		return "an address"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// inspectAddress looks into the file at an address. It is read by parts, and
// at heads within the budget that a night has. No credentials are sent.
func inspectAddress(ctx context.Context, address string, depth inventory.Depth) (inventory.Structure, *fetched, error) {
	base, err := wire.NewBase("")
	if err != nil {
		return inventory.EmptyStructure(), nil, err
	}
	defer base.CloseIdleConnections()
	r := remote{transport: base}
	if err := r.find(ctx, address); err != nil {
		return inventory.EmptyStructure(), nil, err
	}
	file := wire.NewRanged(r.options(depth))
	structure, err := fileWatch.look(ctx, func(ctx context.Context) (inventory.Structure, error) {
		return workbook.Read(ctx, file.At(ctx), r.size, path.Base(r.at.Path), workbook.Options{Depth: depth})
	})
	structure.BytesRead = file.BytesRead()
	return structure, &fetched{
		Requests: r.sent + file.Requests(), Bytes: structure.BytesRead,
		Size: r.size, Share: float64(structure.BytesRead) / float64(max(1, r.size)),
	}, err
}

// A remote is a file that an address leads to.
type remote struct {
	transport http.RoundTripper
	at        *url.URL // where it lies, redirects followed
	size      int64
	sent      int // requests
}

func (r *remote) options(depth inventory.Depth) wire.RangedOptions {
	o := wire.RangedOptions{
		Transport: r.transport, Size: r.size, Whole: wire.Whole, Budget: 512 << 20,
		Request: func(ctx context.Context) (*http.Request, error) { return getRequest(ctx, r.at) },
	}
	if depth == inventory.DepthHeads {
		o.Budget, o.Requests = wire.HeadsBytes, wire.HeadsRequests
	}
	return o
}

// maxRedirects is how often an address may lead to another one.
const maxRedirects = 5

// find learns where the file lies and how large it is, by asking for its
// first byte: not every server answers HEAD, least of all for signed addresses.
func (r *remote) find(ctx context.Context, address string) error {
	at, err := url.Parse(address)
	if err != nil || at.Host == "" {
		return errors.New("not an address that can be read; write it as https://host/path")
	}
	if at.User != nil {
		return errors.New("the address has a name or a password in it, which are not sent; leave them out, or fetch the file yourself")
	}
	for range maxRedirects + 1 {
		r.at = at
		resp, err := r.ask(ctx)
		if err != nil {
			return err
		}
		resp.Body.Close()
		if resp.StatusCode < 300 || resp.StatusCode > 399 {
			return r.measure(resp)
		}
		if at, err = at.Parse(resp.Header.Get("Location")); err != nil {
			return fmt.Errorf("%s leads to an address that cannot be read", r.at.Host)
		}
		if !safeRedirect(at) {
			return fmt.Errorf("%s leads to %s://%s, which is not followed: only https is", r.at.Host, at.Scheme, at.Host)
		}
	}
	return fmt.Errorf("%s leads from one address to the next, more than %d times", r.at.Host, maxRedirects)
}

// safeRedirect: to https, or to this machine; never with a name or a password.
func safeRedirect(to *url.URL) bool {
	return to.User == nil && to.Host != "" && (to.Scheme == "https" || to.Scheme == "http" && wire.Loopback(to.Hostname()))
}

func (r *remote) ask(ctx context.Context) (*http.Response, error) {
	req, err := getRequest(ctx, r.at)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Range", "bytes=0-0")
	r.sent++
	resp, err := r.transport.RoundTrip(req)
	if err != nil {
		return nil, wire.Clean(err)
	}
	return resp, nil
}

func getRequest(ctx context.Context, at *url.URL) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at.String(), nil)
	if err == nil {
		req.Header.Set("Accept-Encoding", "identity") // ranges are of the file, not of a compressed copy
	}
	return req, err
}

// measure reads from an answer how large the file is.
func (r *remote) measure(resp *http.Response) error {
	switch resp.StatusCode {
	case http.StatusPartialContent:
		_, total, _ := strings.Cut(resp.Header.Get("Content-Range"), "/")
		size, err := strconv.ParseInt(total, 10, 64)
		if err != nil || size < 0 {
			return fmt.Errorf("%s does not say how large the file is", r.at.Host)
		}
		r.size = size
	case http.StatusOK: // it knows no ranges
		if r.size = resp.ContentLength; r.size < 0 {
			return fmt.Errorf("%s does not say how large the file is; fetch it and inspect the copy", r.at.Host)
		}
	case http.StatusRequestedRangeNotSatisfiable:
		r.size = 0
	case http.StatusUnauthorized, http.StatusForbidden:
		return fmt.Errorf("%s answered %d: it wants to know who asks, and no credentials are sent", r.at.Host, resp.StatusCode)
	default:
		return fmt.Errorf("%s answered %d", r.at.Host, resp.StatusCode)
	}
	return nil
}
