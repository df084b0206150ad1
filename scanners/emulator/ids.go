package emulator

import (
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
)

// dawn is when procedural things begin. It is fixed so that the same seed gives the same organisation whenever it is started.
func dawn() time.Time { return time.Date(2026, 9, 1, 8, 0, 0, 0, time.UTC) }

// guid is a stable identifier in the shape of a UUID (version 4 bits set).
func guid(parts ...string) string {
	b := digest(parts...)
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	h := hex.EncodeToString(b[:16])
	return h[:8] + "-" + h[8:12] + "-" + h[12:16] + "-" + h[16:20] + "-" + h[20:32]
}

// mint is a stable item id in the suite's style: 34 base-32 characters for Graph, 33 of base-64 for Drive.
func mint(suite string, parts ...string) string {
	b := digest(parts...)
	if suite == Google {
		return "1" + base64.RawURLEncoding.EncodeToString(b[:24])
	}
	return "01" + base32.StdEncoding.EncodeToString(b[:20])
}

// placeID is a stable drive id in the suite's style.
func placeID(p Place, seed string) string {
	b := digest(seed, p.Suite, p.Kind, p.Name, p.Owner, p.Site)
	text := base64.RawURLEncoding.EncodeToString(b[:])
	if p.Suite == Google {
		return "0A" + strings.NewReplacer("-", "x", "_", "y").Replace(text[:15]) + "PVA"
	}
	return "b!" + text
}

func digest(parts ...string) [sha256.Size]byte {
	return sha256.Sum256([]byte(strings.Join(parts, "\x00")))
}
