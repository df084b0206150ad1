// Package target cuts an address down to what may be kept of it: a host, a
// database and an object, or the name of a file. User names, passwords, queries,
// folders and SQL are never part of what it returns.
package target

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"github.com/desirepath/desirepath/scanners/workbook/personal"
)

// Connection reads a connection string of ODBC or OLE DB. It corrects
// the kind when the string knows better.
func Connection(kind *string, s string) string {
	keys := Keys(s)
	provider := strings.ToLower(keys["provider"])
	if strings.Contains(provider, "mashup") {
		*kind = "powerquery"
		return safeName(keys["location"])
	}
	if strings.HasPrefix(keys["data source"], "$") { // $Workbook$: the model of this very file
		return ""
	}
	host := firstOf(keys, "data source", "server", "address", "addr", "network address", "host", "dsn", "url")
	database := firstOf(keys, "initial catalog", "database", "db", "schema")
	if file := firstOf(keys, "dbq", "defaultdir", "filepath"); file != "" {
		host = file
	}
	return Join(Host(host), Host(database))
}

// Keys takes a connection string apart: key=value;..., with values
// in quotes or braces where they hold a semicolon. Keys are in lower case.
func Keys(s string) map[string]string {
	keys := map[string]string{}
	for s != "" {
		key, rest, found := strings.Cut(s, "=")
		if !found {
			break
		}
		key = strings.ToLower(strings.Trim(key, " ;\t\r\n"))
		value, after := connectionValue(strings.TrimLeft(rest, " "))
		if i := strings.LastIndex(key, ";"); i >= 0 { // words without a value before it: ODBC;DSN=x
			key = strings.TrimSpace(key[i+1:])
		}
		if _, twice := keys[key]; !twice {
			keys[key] = value
		}
		s = after
	}
	return keys
}

func connectionValue(s string) (value, rest string) {
	closing := map[byte]string{'"': `"`, '\'': `'`, '{': `}`}
	if s != "" && closing[s[0]] != "" {
		value, rest, _ = strings.Cut(s[1:], closing[s[0]])
		_, rest, _ = strings.Cut(rest, ";")
		return value, rest
	}
	value, rest, _ = strings.Cut(s, ";")
	return strings.TrimSpace(value), rest
}

func firstOf(m map[string]string, keys ...string) string {
	for _, k := range keys {
		if m[k] != "" {
			return m[k]
		}
	}
	return ""
}

// Host reads what stands where a host does: a server, an address, a file.
func Host(s string) string {
	s = strings.TrimSpace(s)
	switch {
	case strings.Contains(s, "://"):
		return Web(s)
	case IsPath(s):
		return File(s)
	}
	s = strings.TrimPrefix(s, "tcp:")
	if i := strings.LastIndexByte(s, '@'); i >= 0 {
		s = s[i+1:]
	}
	return safeName(s)
}

var drivePattern = regexp.MustCompile(`^[A-Za-z]:[\\/]|^\\\\|^/|^~|\.(xls[xmb]?|csv|tsv|txt|mdb|accdb|dbf|db|sqlite|json|xml|parquet)$`)

// IsPath reports whether a text is where a file lies.
func IsPath(s string) bool { return drivePattern.MatchString(s) }

// File is the name of a file without its folders; for one on a server
// that is a share, with the server.
func File(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "file:///"), "file:")
	if decoded, err := url.PathUnescape(s); err == nil {
		s = decoded
	}
	s = strings.ReplaceAll(s, `\`, "/")
	s, _, _ = strings.Cut(s, "?")
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == '/' || r == ':' }) // an old Mac's folders end with a colon
	if len(parts) == 0 {
		return ""
	}
	name := safeName(parts[len(parts)-1])
	if strings.HasPrefix(s, "//") && len(parts) > 1 {
		return Join(safeName(parts[0]), name)
	}
	return name
}

// Web is the host and the path of an address. Parts of the path that
// could be a key, or that name a person, are left out with all that follows.
func Web(s string) string {
	u, err := url.Parse(strings.TrimSpace(s))
	if err != nil || u.Host == "" {
		return ""
	}
	target := u.Hostname()
	for part := range strings.SplitSeq(strings.Trim(u.Path, "/"), "/") {
		if part == "" || len(target) > 200 || isSecretLike(part) || personal.Identifies(part) || strings.EqualFold(part, "personal") {
			break
		}
		target += "/" + part
	}
	return target
}

// isSecretLike: long, and of letters and digits mixed.
func isSecretLike(s string) bool {
	digits, letters := 0, 0
	for _, r := range s {
		if unicode.IsDigit(r) {
			digits++
		} else if unicode.IsLetter(r) {
			letters++
		}
	}
	return len(s) >= 20 && digits >= 4 && letters >= 4
}

// Link is what a link to another workbook leads to: the host and the
// name of the file, or that name alone.
func Link(s string) string {
	if u, err := url.Parse(s); err == nil && u.Host != "" && u.Scheme != "file" {
		return Join(u.Hostname(), File(u.Path[strings.LastIndexByte(u.Path, '/')+1:]))
	}
	return File(s)
}

// Object is the name of a table or cube: "sales"."dbo"."Orders".
func Object(s string) string {
	s = strings.TrimSpace(s)
	if strings.ContainsAny(s, "\n;") || len(strings.Fields(s)) > 4 || strings.HasPrefix(strings.ToLower(s), "select") {
		return "" // somebody's SQL after all
	}
	return safeName(strings.NewReplacer(`"`, "", "[", "", "]", "", "`", "").Replace(s))
}

// safeName drops a name that says who somebody is.
func safeName(s string) string {
	s = strings.TrimSpace(s)
	if personal.Identifies(s) || len(s) > 256 {
		return ""
	}
	return s
}

// Join puts together what there is of the parts, with slashes.
func Join(parts ...string) string {
	var full []string
	for _, p := range parts {
		if p != "" {
			full = append(full, p)
		}
	}
	return strings.Join(full, "/")
}
