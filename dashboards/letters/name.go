package letters

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// FileName is a letter's name without its ending: whom it is to, and the
// conversation it is about. It is the same every time, it is safe on every
// file system, and no two conversations share one.
func (l Letter) FileName() string {
	return cmp.Or(slug(l.To.Name), slug(l.To.Address), "keeper") + "-" + safeID(l.Conversation)
}

// Folder is the name of the folder of all letters that a partner writes.
func (l Letter) Folder() string { return cmp.Or(slug(l.From.Address), "partner") }

// slug keeps the letters and digits of a text that every file system knows.
func slug(s string) string {
	var b strings.Builder
	for _, r := range norm.NFD.String(strings.ToLower(s)) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r): // the accent of the letter before
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
		if b.Len() >= 40 {
			break
		}
	}
	return strings.Trim(b.String(), "-")
}

// safeID is a conversation's id where it is one of ours, and stands for it
// where it came from elsewhere.
func safeID(id string) string {
	if id != "" && len(id) <= 64 && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" {
		return id
	}
	h := sha256.Sum256([]byte(id))
	return hex.EncodeToString(h[:8])
}

// DraftsOf is a pattern for the file names of all drafts about a conversation,
// whomever they are to.
func DraftsOf(conversation string) string { return "*-" + safeID(conversation) }
