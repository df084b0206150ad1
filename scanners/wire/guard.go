package wire

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// A Guard knows the requests that may leave. Whatever no rule admits is
// refused, redirects and links to foreign hosts with it.
type Guard struct {
	Rules []Rule
}

// A Rule admits some requests. The zero Methods are GET and HEAD; whoever
// lists another method vouches that on these paths it only reads.
type Rule struct {
	Methods []string
	// Hosts are names, with a port if it is not the scheme's own. "*." at the
	// beginning stands for one or more labels.
	Hosts []string
	// Paths are patterns of the escaped path: "*" stands for one segment,
	// "**" at the end for any number. None: any path, which only GET and
	// HEAD may have.
	Paths []string
	// Anonymous rules admit only requests without Authorization: addresses
	// that carry their own right, to hosts that must not see our token.
	Anonymous bool
	// Batch marks a JSON batch: every request inside must itself be admitted.
	Batch bool
	// Body, unless it is nil, vouches for the body of what the rule admits: a
	// POST that asks for more than one thing may only ask for what we read.
	Body func([]byte) error
	// Plain admits http to a host that is not this machine. Only the
	// metadata service of a cloud's virtual machine needs it.
	Plain bool
}

// maxBody is how many bytes the body of a read-only POST may have.
const maxBody = 4 << 20

// Check returns nil when a request may leave, and else an error that wraps
// ErrRefused. It reads the body of a POST and puts it back.
func (g Guard) Check(req *http.Request) error {
	body, err := g.admit(req, newWords(nil))
	if body != nil {
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	return err
}

// admit is Check; it takes the body of the request and returns it.
func (g Guard) admit(req *http.Request, words wordSet) ([]byte, error) {
	body, err := takeBody(req)
	if err == nil {
		err = g.judge(req, body)
	}
	if err != nil {
		return body, fmt.Errorf("%s %s%s: %w (%w)", req.Method, req.URL.Host, words.template(req.URL), ErrRefused, err)
	}
	return body, nil
}

func takeBody(req *http.Request) ([]byte, error) {
	if req.Body == nil || req.Body == http.NoBody {
		return nil, nil
	}
	defer req.Body.Close()
	if req.Method == http.MethodGet || req.Method == http.MethodHead || req.Method == "" {
		return nil, fmt.Errorf("a read carries no body")
	}
	body, err := io.ReadAll(io.LimitReader(req.Body, maxBody+1))
	if err != nil || len(body) > maxBody {
		return nil, fmt.Errorf("its body cannot be checked")
	}
	return body, nil
}

func (g Guard) judge(req *http.Request, body []byte) error {
	if err := plausible(req); err != nil {
		return err
	}
	known := false
	for _, r := range g.Rules {
		if !r.host(req.URL) {
			continue
		}
		known = true
		if !r.admits(req) {
			continue
		}
		if r.Body != nil {
			return r.Body(body)
		}
		if r.Batch {
			return g.batch(req, body)
		}
		return nil
	}
	if !known {
		return fmt.Errorf("not a host that this tenant is scanned at")
	}
	return fmt.Errorf("not on the list of reads")
}

// plausible refuses what could mean something else to a server than to us.
func plausible(req *http.Request) error {
	for _, h := range []string{"X-Http-Method", "X-Http-Method-Override", "X-Method-Override"} {
		if len(req.Header.Values(h)) > 0 {
			return fmt.Errorf("it carries another method in a header")
		}
	}
	switch u := req.URL; {
	case u.User != nil:
		return fmt.Errorf("its address carries a password")
	case req.Host != "" && req.Host != u.Host:
		return fmt.Errorf("its Host header is not its address")
	case u.Opaque != "" || u.Host == "":
		return fmt.Errorf("its address is not absolute")
	case !cleanPath(u.EscapedPath()):
		return fmt.Errorf("its path is not plain")
	}
	return nil
}

// cleanPath refuses dot segments, empty segments and what servers may take
// for a slash.
func cleanPath(p string) bool {
	low := strings.ToLower(p)
	if strings.Contains(low, "%2f") || strings.Contains(low, "%5c") || strings.Contains(p, "\\") || strings.Contains(p, "//") {
		return false
	}
	for s := range strings.SplitSeq(strings.ReplaceAll(low, "%2e", "."), "/") {
		if s == "." || s == ".." {
			return false
		}
	}
	return true
}

// host reports whether the rule is about the scheme and host of u.
func (r Rule) host(u *url.URL) bool {
	if u.Scheme != "https" && !(u.Scheme == "http" && (r.Plain || Loopback(u.Host))) {
		return false
	}
	have := strings.ToLower(u.Host)
	if u.Scheme == "https" {
		have = strings.TrimSuffix(have, ":443")
	}
	return slices.ContainsFunc(r.Hosts, func(h string) bool {
		if rest, ok := strings.CutPrefix(h, "*"); ok {
			return strings.HasSuffix(have, rest) && len(have) > len(rest)
		}
		return strings.ToLower(h) == have
	})
}

func (r Rule) admits(req *http.Request) bool {
	read := req.Method == http.MethodGet || req.Method == http.MethodHead
	if len(r.Methods) == 0 && !read || len(r.Methods) > 0 && !slices.Contains(r.Methods, req.Method) {
		return false
	}
	if r.Anonymous && len(req.Header.Values("Authorization"))+len(req.Header.Values("Cookie")) > 0 {
		return false
	}
	if len(r.Paths) == 0 {
		return read
	}
	return slices.ContainsFunc(r.Paths, func(p string) bool { return matchPath(p, req.URL.EscapedPath()) })
}

// matchPath matches a path with a pattern, segment by segment.
func matchPath(pattern, path string) bool {
	want, have := strings.Split(pattern, "/"), strings.Split(path, "/")
	for i, w := range want {
		if w == "**" && i == len(want)-1 {
			return true
		}
		if i >= len(have) || w != have[i] && (w != "*" || have[i] == "") {
			return false
		}
	}
	return len(have) == len(want)
}

// Loopback reports whether a host, with or without a port, is this machine.
func Loopback(host string) bool {
	name, _, err := net.SplitHostPort(host)
	if err != nil {
		name = strings.Trim(host, "[]")
	}
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}
