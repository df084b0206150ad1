package microsoft

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"
	"strings"
	"sync"

	abs "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	khttp "github.com/microsoft/kiota-http-go"
	kjson "github.com/microsoft/kiota-serialization-json-go"
	core "github.com/microsoftgraph/msgraph-sdk-go-core"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/wire"
)

// maxAnswer is how many bytes an answer of Graph may have.
const maxAnswer = 64 << 20

// A client asks Graph through the SDK's adapter. Of the SDK's middleware only
// the decoding of parameter names is on: its retries know one request and not
// the tenant, drop fractions of a second, and give up on long pauses.
type client struct {
	adapter abs.RequestAdapter
	base    *url.URL
	buffers sync.Pool // of *bytes.Buffer
}

func newClient(base *url.URL, tokens Tokens, t *wire.Transport) (*client, error) {
	registry := serialization.NewParseNodeFactoryRegistry()
	registry.ContentTypeAssociatedFactories["application/json"] = kjson.NewJsonParseNodeFactory()
	hc := t.Client() // no Timeout: it would run while the tenant makes us wait
	hc.Transport = khttp.NewCustomTransportWithParentTransport(answers{t}, khttp.NewParametersNameDecodingHandler())
	adapter, err := core.NewGraphRequestAdapterBaseWithParseNodeFactoryAndSerializationWriterFactoryAndHttpClient(
		authentication.NewBaseBearerTokenAuthenticationProvider(tokens), core.GraphClientOptions{}, registry, nil, hc)
	if err != nil {
		return nil, err
	}
	adapter.SetBaseUrl(base.String())
	return &client{adapter: adapter, base: base, buffers: sync.Pool{New: func() any { return new(bytes.Buffer) }}}, nil
}

// answers bounds the answers, and gives failures without a JSON body an empty
// one: the SDK would report that it cannot parse them, and not the status.
type answers struct{ next http.RoundTripper }

func (a answers) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := a.next.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 400 && !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") {
		resp.Body.Close()
		resp.Header.Set("Content-Type", "application/json")
		resp.Body = io.NopCloser(bytes.NewReader([]byte(`{"error":{"code":""}}`)))
		return resp, nil
	}
	resp.Body = http.MaxBytesReader(nil, resp.Body, maxAnswer)
	return resp, nil
}

// read hands the body of an answer to decode, which must not keep it. The
// SDK's own way to get at the bytes copies them, growing as it goes, which is
// half of all that a page of changes costs.
func (c *client) read(ctx context.Context, link string, headers map[string]string, decode func(body []byte) error) error {
	u, err := c.pin(link)
	if err != nil {
		return err
	}
	_, err = fresh(func() (any, error) {
		info := abs.NewRequestInformation()
		info.Method = abs.GET
		info.SetUri(*u)
		info.Headers.TryAdd("Accept", "application/json")
		for k, v := range headers {
			info.Headers.Add(k, v)
		}
		handler := abs.NewRequestHandlerOption()
		handler.SetResponseHandler(func(resp any, _ abs.ErrorMappings) (any, error) {
			return nil, c.answer(resp.(*http.Response), decode)
		})
		info.AddRequestOptions([]abs.RequestOption{handler})
		return c.adapter.SendPrimitive(ctx, info, "[]byte", nil)
	})
	return err
}

// answer decodes an answer, or turns it into the error that the SDK would.
func (c *client) answer(resp *http.Response, decode func([]byte) error) error {
	defer resp.Body.Close()
	buf := c.buffers.Get().(*bytes.Buffer)
	defer c.buffers.Put(buf)
	buf.Reset()
	if _, err := buf.ReadFrom(resp.Body); err != nil {
		return err
	}
	switch {
	case resp.StatusCode == http.StatusGone:
		return &goneError{refusal(resp.StatusCode, buf.Bytes()), resp.Header.Get("Location")}
	case resp.StatusCode >= 400:
		return refusal(resp.StatusCode, buf.Bytes())
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("Microsoft Graph answered %d where data was due", resp.StatusCode)
	}
	return decode(buf.Bytes())
}

// A goneError is 410, with where Graph says to go on instead.
type goneError struct {
	error
	location string
}

func (e *goneError) Unwrap() error { return e.error }

func refusal(status int, body []byte) error {
	var said struct {
		Error struct {
			Code string `json:"code"`
		} `json:"error"`
	}
	main := odataerrors.NewMainError()
	if json.Unmarshal(body, &said) == nil {
		main.SetCode(&said.Error.Code)
	}
	err := odataerrors.NewODataError()
	err.SetErrorEscaped(main)
	err.SetStatusCode(status)
	return err
}

// pin refuses links that lead elsewhere than to the endpoint.
func (c *client) pin(link string) (*url.URL, error) {
	u, err := url.Parse(link)
	if err != nil {
		return nil, errors.New("a link that cannot be read")
	}
	if u.Scheme != c.base.Scheme || !strings.EqualFold(u.Host, c.base.Host) || !strings.HasPrefix(u.EscapedPath(), c.base.EscapedPath()+"/") {
		return nil, fmt.Errorf("a link leads to %s, not to %s: %w", u.Host, c.base.Host, wire.ErrRefused)
	}
	return u, nil
}

// path builds the address of something below the endpoint.
func (c *client) path(query url.Values, segments ...string) string {
	var b strings.Builder
	b.WriteString(c.base.String())
	for _, s := range segments {
		b.WriteString("/" + url.PathEscape(s))
	}
	if len(query) > 0 {
		b.WriteString("?" + strings.ReplaceAll(query.Encode(), "%24", "$"))
	}
	return b.String()
}

// A collection is any of the SDK's pages.
type collection[T any] interface {
	GetValue() []T
	GetOdataNextLink() *string
}

// list yields what all pages of a collection hold. get asks for the page at a
// link, "" being the first, with a request builder of its own: two requests of
// one builder write to the same map. What comes twice, as things do that change
// while they are listed, is yielded once. An error ends it.
func list[T any, C collection[T]](c *client, get func(link string) (C, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		told := repetition{}
		for link := ""; ; {
			page, err := fresh(func() (C, error) { return get(link) })
			if err == nil && any(page) == nil {
				err = errors.New("Microsoft Graph sent an empty answer where a list was due")
			}
			if err != nil {
				yield(none, err)
				return
			}
			for _, v := range page.GetValue() {
				if told.again(v) {
					continue
				}
				if !yield(v, nil) {
					return
				}
			}
			next := text(page.GetOdataNextLink())
			if next == "" {
				return
			}
			if _, err := c.pin(next); err != nil || next == link {
				yield(none, errors.Join(err, errors.New("the listing cannot be followed to its end")))
				return
			}
			link = next
		}
	}
}

// A repetition knows the ids of what a listing told already.
type repetition map[string]struct{}

func (r repetition) again(v any) bool {
	named, ok := v.(interface{ GetId() *string })
	if !ok || text(named.GetId()) == "" {
		return false
	}
	_, known := r[*named.GetId()]
	r[*named.GetId()] = struct{}{}
	return known
}

// fresh asks once more when a token was refused: it may have expired while the
// request waited for its turn, and the second request brings a new one.
func fresh[T any](ask func() (T, error)) (T, error) {
	v, err := ask()
	if status, _ := failure(err); status == http.StatusUnauthorized {
		v, err = ask()
	}
	return v, err
}

// failure tells the status and code of an error that Graph answered with.
func failure(err error) (status int, code string) {
	var api abs.ApiErrorable
	if err == nil || !errors.As(err, &api) {
		return 0, ""
	}
	var odata *odataerrors.ODataError
	if errors.As(err, &odata) && odata.GetErrorEscaped() != nil {
		code = text(odata.GetErrorEscaped().GetCode())
	}
	return api.GetStatusCode(), code
}

// explain turns an error of the SDK into one that says what to do. permission
// is what the request needs. The vendor's own words are left out: they quote
// names and addresses.
func explain(err error, permission string) error {
	if err == nil {
		return nil
	}
	status, code := failure(err)
	said := fmt.Sprintf("Microsoft Graph answered %d", status)
	if code != "" {
		said += " (" + code + ")" // some codes end in "Token", and what follows that word and a colon is not told
	}
	switch status {
	case 0:
		return wire.Clean(err)
	case http.StatusUnauthorized:
		return fmt.Errorf("%s: %w: check the tenant id, the client id, the credential and this machine's clock", said, inventory.ErrNotPermitted)
	case http.StatusForbidden:
		return fmt.Errorf("%s: %w: give the app registration the application permission %s and have an administrator consent to it",
			said, inventory.ErrNotPermitted, permission)
	case http.StatusNotFound:
		return fmt.Errorf("%s: %w", said, errGone)
	case http.StatusGone:
		return fmt.Errorf("%s: %w", said, scanners.ErrCursorExpired)
	case http.StatusLocked:
		return fmt.Errorf("%s: it is locked or archived, so that nobody reads it; what is known of it stays", said)
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return fmt.Errorf("%s: %w", said, wire.ErrPaused)
	default:
		return errors.New(said)
	}
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func ptr[T any](v T) *T { return &v }
