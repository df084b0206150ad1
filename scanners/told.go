package scanners

import (
	"net/url"
	"regexp"
	"strings"
)

// toldLimit bounds an error's text in bytes: vendors answer with whole pages at times.
const toldLimit = 500

// Told is an error's text as it may be stored and shown: without the parts of
// addresses that can carry a secret, and without anything that looks like a
// token. A delta link, for one, is as good as the listing it continues.
func Told(err error) string {
	text := strings.ToValidUTF8(err.Error(), "?")
	text = regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://[^\s"<>]+`).ReplaceAllStringFunc(text, bareAddress)
	text = regexp.MustCompile(`(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}`).ReplaceAllString(text, "$1 …")
	text = regexp.MustCompile(`\beyJ[\w-]{8,}(\.[\w-]+)*`).ReplaceAllString(text, "…")
	text = regexp.MustCompile(`(?i)(token|secret|password|assertion|signature|\bsig|api_?key)(["']?\s*[=:]\s*["']?)[^\s"'&,;)]+`).ReplaceAllString(text, "$1$2…")
	if len(text) > toldLimit {
		text = strings.ToValidUTF8(text[:toldLimit], "") + "…"
	}
	return text
}

// bareAddress keeps of an address what says where it leads: no user, no query,
// and no arguments in parentheses as OData has them.
func bareAddress(s string) string {
	if i := strings.IndexAny(s, "('"); i >= 0 {
		s = s[:i]
	}
	u, err := url.Parse(s)
	if err != nil {
		return "(an address)"
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}
