package wire

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/go-faster/jx"
)

// batch checks every request inside a JSON batch as if it went out alone.
func (g Guard) batch(req *http.Request, body []byte) error {
	plain, err := inflate(req, body)
	if err != nil {
		return err
	}
	inside, err := readBatch(plain)
	if err != nil || len(inside) == 0 {
		return errOpaque
	}
	for _, in := range inside {
		if in.method != http.MethodGet {
			return errors.New("a batch with something else than reads")
		}
		read, err := in.request(req)
		if err != nil {
			return err
		}
		if err := g.judge(read, nil); err != nil {
			return fmt.Errorf("a batch with a request that is %w", err)
		}
	}
	return nil
}

var errOpaque = errors.New("a batch that cannot be checked")

// inner is one request of a batch.
type inner struct {
	id, method, url string
	header          http.Header
	depends         bool // on the answer to another
}

// request is the inner request as if it went out alone.
func (in inner) request(batch *http.Request) (*http.Request, error) {
	root := batch.URL.Scheme + "://" + batch.URL.Host + strings.TrimSuffix(batch.URL.EscapedPath(), "/$batch") + "/"
	u, err := url.Parse(root + strings.TrimPrefix(in.url, "/"))
	if err != nil {
		return nil, errOpaque
	}
	return &http.Request{Method: in.method, URL: u, Header: in.header}, nil
}

// readBatch reads a batch strictly: a key that is unknown, written otherwise
// or there twice could mean something else to a server than to us.
func readBatch(body []byte) (all []inner, err error) {
	d := jx.DecodeBytes(body)
	err = strict(d, map[string]func() error{"requests": func() error {
		return d.Arr(func(d *jx.Decoder) error {
			in := inner{header: http.Header{}}
			err := strict(d, map[string]func() error{
				"id":     text(d, &in.id),
				"method": text(d, &in.method),
				"url":    text(d, &in.url),
				"dependsOn": func() error {
					in.depends = true
					return d.Skip()
				},
				"headers": func() error {
					return d.Obj(func(d *jx.Decoder, name string) error {
						value, err := d.Str()
						in.header.Add(name, value)
						return err
					})
				},
			})
			all = append(all, in)
			return err
		})
	}})
	if err == nil && d.Skip() != io.EOF {
		err = errOpaque
	}
	return all, err
}

// strict reads an object that has only the given keys, each at most once.
func strict(d *jx.Decoder, keys map[string]func() error) error {
	return d.Obj(func(_ *jx.Decoder, key string) error {
		read := keys[key]
		if read == nil {
			return errOpaque
		}
		delete(keys, key)
		return read()
	})
}

func text(d *jx.Decoder, into *string) func() error {
	return func() (err error) {
		*into, err = d.Str()
		return err
	}
}

// inflate undoes the compression that an SDK may have put on a body.
func inflate(req *http.Request, body []byte) ([]byte, error) {
	switch req.Header.Get("Content-Encoding") {
	case "":
		return body, nil
	case "gzip":
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err != nil {
			return nil, errOpaque
		}
		plain, err := io.ReadAll(io.LimitReader(z, maxBody+1))
		if err != nil || len(plain) > maxBody {
			return nil, errOpaque
		}
		return plain, nil
	default:
		return nil, errOpaque
	}
}
