package microsoft

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/go-faster/jx"
)

// errGarbled says that an answer is no JSON, or not of the shape it should have.
var errGarbled = errors.New("Microsoft Graph sent what cannot be read")

// A feedPage is one page of a change feed.
type feedPage struct {
	items     []driveItem
	nextLink  string
	deltaLink string
}

// A driveItem is what we ask of an item. Facets are told by being there.
type driveItem struct {
	id, name, url, mime, parent string
	hash                        string // prefixed by its kind
	eTag, cTag                  string
	download                    string // an address that carries its own right: never stored, never logged
	size                        int64
	created, modified           time.Time
	createdBy, modifiedBy       identity

	file, folder, root, deleted, malware, remote bool

	shared   bool // with others
	unshared bool // it says itself that it is shared with nobody, whatever lies above it
}

// inherits reports whether a feed of hierarchical sharing leaves it to the
// folder above who is let at an item. An item asked for alone always speaks
// for itself.
func (it *driveItem) inherits() bool { return !it.shared && !it.unshared }

// An identity is who did something. Graph's types promise the id alone; the
// address comes along where the service feels like it.
type identity struct {
	id, address string
}

// revision changes whenever the content does. Feeds of OneDrive leave the cTag
// out (driveitem-delta), and an eTag changes with a name too, so that the hash
// of the content comes between the two. Its first letter says which it is.
func (it *driveItem) revision() string {
	switch {
	case it.hash != "":
		return "h:" + it.hash
	case it.cTag != "":
		return "c:" + it.cTag
	default:
		return "e:" + it.eTag
	}
}

// decodeFeed reads a page of changes to its end: what follows the document, or
// is missing from it, is an error.
func decodeFeed(body []byte) (feedPage, error) {
	var page feedPage
	d := jx.GetDecoder()
	defer jx.PutDecoder(d)
	d.ResetBytes(body)
	seen := repeats{}
	err := d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		var err error
		switch string(key) {
		case "@odata.nextLink":
			page.nextLink, err = str(d)
		case "@odata.deltaLink":
			page.deltaLink, err = str(d)
		case "value":
			page.items = make([]driveItem, 0, len(body)/900)
			err = d.Arr(func(d *jx.Decoder) error {
				page.items = append(page.items, driveItem{})
				return page.items[len(page.items)-1].decode(d, seen)
			})
		default:
			err = d.Skip()
		}
		return err
	})
	if err == nil {
		err = atEnd(d)
	}
	if err != nil {
		return feedPage{}, fmt.Errorf("a page of changes: %w: %w", errGarbled, err)
	}
	return page, nil
}

func decodeItem(body []byte) (driveItem, error) {
	var it driveItem
	d := jx.GetDecoder()
	defer jx.PutDecoder(d)
	d.ResetBytes(body)
	err := it.decode(d, repeats{})
	if err == nil {
		err = atEnd(d)
	}
	if err != nil {
		return driveItem{}, fmt.Errorf("an item: %w: %w", errGarbled, err)
	}
	return it, nil
}

func atEnd(d *jx.Decoder) error {
	if err := d.Skip(); err != io.EOF {
		return errors.New("more follows its end")
	}
	return nil
}

func (it *driveItem) decode(d *jx.Decoder, seen repeats) error {
	return d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "id":
			it.id, err = str(d)
		case "name":
			it.name, err = str(d)
		case "webUrl":
			it.url, err = str(d)
		case "eTag":
			it.eTag, err = str(d)
		case "cTag":
			it.cTag, err = str(d)
		case "@microsoft.graph.downloadUrl":
			it.download, err = str(d)
		case "size":
			it.size, err = integer(d)
		case "createdDateTime":
			it.created, err = moment(d)
		case "lastModifiedDateTime":
			it.modified, err = moment(d)
		case "createdBy":
			it.createdBy, err = who(d, seen)
		case "lastModifiedBy":
			it.modifiedBy, err = who(d, seen)
		case "parentReference":
			it.parent, err = parent(d, seen)
		case "file":
			it.file = d.Next() == jx.Object
			err = it.decodeFile(d, seen)
		case "shared":
			err = it.decodeShared(d)
		default:
			err = it.facet(d, key)
		}
		return err
	})
}

// facet notes a facet that says all by being there.
func (it *driveItem) facet(d *jx.Decoder, key []byte) error {
	there := d.Next() == jx.Object
	switch string(key) {
	case "folder":
		it.folder = there
	case "root":
		it.root = there
	case "deleted":
		it.deleted = there
	case "malware":
		it.malware = there
	case "remoteItem":
		it.remote = there
	}
	return d.Skip()
}

func (it *driveItem) decodeFile(d *jx.Decoder, seen repeats) error {
	return object(d, func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "mimeType":
			it.mime, err = seen.str(d)
		case "hashes":
			it.hash, err = hash(d)
		default:
			err = d.Skip()
		}
		return err
	})
}

// hash is the best of the hashes that are there.
func hash(d *jx.Decoder) (string, error) {
	var sha256, sha1, quick string
	err := object(d, func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "sha256Hash":
			sha256, err = str(d)
		case "sha1Hash":
			sha1, err = str(d)
		case "quickXorHash":
			quick, err = str(d)
		default:
			err = d.Skip()
		}
		return err
	})
	switch {
	case err != nil:
		return "", err
	case sha256 != "":
		return "sha256:" + strings.ToLower(sha256), nil
	case sha1 != "":
		return "sha1:" + strings.ToLower(sha1), nil
	case quick != "":
		return "quickxor:" + quick, nil
	}
	return "", nil
}

// decodeShared reads the sharing facet. An empty one says that sharing was
// taken back, or never was given where what lies above is shared.
func (it *driveItem) decodeShared(d *jx.Decoder) error {
	it.unshared = d.Next() == jx.Object
	return object(d, func(d *jx.Decoder, _ []byte) error {
		it.shared, it.unshared = true, false
		return d.Skip()
	})
}

// who reads the person of an identity set. What an application did has none.
func who(d *jx.Decoder, seen repeats) (identity, error) {
	var id identity
	err := object(d, func(d *jx.Decoder, key []byte) error {
		if string(key) != "user" {
			return d.Skip()
		}
		return object(d, func(d *jx.Decoder, key []byte) (err error) {
			switch string(key) {
			case "id":
				id.id, err = seen.str(d)
			case "email":
				id.address, err = seen.str(d)
			default:
				err = d.Skip()
			}
			return err
		})
	})
	return id, err
}

func parent(d *jx.Decoder, seen repeats) (id string, err error) {
	err = object(d, func(d *jx.Decoder, key []byte) (err error) {
		if string(key) != "id" {
			return d.Skip()
		}
		id, err = seen.str(d)
		return err
	})
	return id, err
}

// object reads an object, or passes over what is there instead of one.
func object(d *jx.Decoder, f func(d *jx.Decoder, key []byte) error) error {
	if d.Next() != jx.Object {
		return d.Skip()
	}
	return d.ObjBytes(f)
}

func str(d *jx.Decoder) (string, error) {
	if d.Next() != jx.String {
		return "", d.Skip()
	}
	return d.Str()
}

// repeats keeps one copy of the texts that most items of a page have in common:
// folders, people, media types.
type repeats map[string]string

func (r repeats) str(d *jx.Decoder) (string, error) {
	if d.Next() != jx.String {
		return "", d.Skip()
	}
	b, err := d.StrBytes()
	if err != nil {
		return "", err
	}
	if known, ok := r[string(b)]; ok {
		return known, nil
	}
	text := string(b)
	r[text] = text
	return text, nil
}

func integer(d *jx.Decoder) (int64, error) {
	if d.Next() != jx.Number {
		return 0, d.Skip()
	}
	return d.Int64()
}

// moment reads a time; one that cannot be read is no time.
func moment(d *jx.Decoder) (time.Time, error) {
	if d.Next() != jx.String {
		return time.Time{}, d.Skip()
	}
	b, err := d.StrBytes()
	if err != nil {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339, string(b))
	if err != nil {
		return time.Time{}, nil
	}
	return t.UTC(), nil
}
