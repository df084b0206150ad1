package sqlstore

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// A cursor says between which two rows of a search a page begins. People get
// it as a word without meaning, and it comes back from anywhere.
type cursor struct {
	Of   string `json:"of"` // the search it belongs to
	Key  any    `json:"key"`
	N    int64  `json:"n"` // the number of the card; 0: the beginning
	Back bool   `json:"back,omitempty"`
}

func newCursor(q inventory.Search, h hit, back bool) string {
	return encodeCursor(cursor{Of: searchName(q), Key: h.key, N: h.n, Back: back})
}

func readCursor(q inventory.Search) (c cursor, err error) {
	if q.Cursor == "" {
		return c, nil
	}
	if err := decodeCursor(q.Cursor, &c); err != nil || c.Of != searchName(q) || c.N <= 0 {
		return c, inventory.ErrCursor
	}
	return c, c.understand(q.Sort)
}

// encodeCursor writes a place in a search, whose keys are texts and numbers, as
// one word.
func encodeCursor(c any) string {
	body, err := json.Marshal(c)
	if err != nil {
		return "" // no text and no number is refused
	}
	return base64.RawURLEncoding.EncodeToString(body)
}

func decodeCursor(word string, c any) error {
	body, err := base64.RawURLEncoding.DecodeString(word)
	if err != nil {
		return err
	}
	read := json.NewDecoder(bytes.NewReader(body))
	read.UseNumber()
	if err := read.Decode(c); err != nil {
		return err
	}
	if _, err := read.Token(); err != io.EOF {
		return errors.New("more than one cursor")
	}
	return nil
}

// understand makes of the key what the column that is sorted by holds.
func (c *cursor) understand(sort inventory.Sort) (err error) {
	text, isText := c.Key.(string)
	if isText != (sort == inventory.ByName) {
		return inventory.ErrCursor
	}
	if isText {
		c.Key = strings.ToValidUTF8(text, "\uFFFD")
		return nil
	}
	number, _ := c.Key.(json.Number)
	if sort == inventory.ByCertainty || sort == "" {
		c.Key, err = number.Float64()
	} else {
		c.Key, err = number.Int64()
	}
	if err != nil {
		return inventory.ErrCursor
	}
	return nil
}

// searchName tells searches apart by what they leave and how they sort.
func searchName(q inventory.Search) string {
	q.Cursor, q.Limit = "", 0
	return hashed(q)
}

func hashed(q any) string {
	h := fnv.New64a()
	fmt.Fprintf(h, "%+v", q)
	return fmt.Sprintf("%x", h.Sum(nil))
}
