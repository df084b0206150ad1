package google

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/go-faster/jx"
	"google.golang.org/api/drive/v3"
)

// errGarbled says that an answer is no JSON, or not of the shape it should have.
var errGarbled = errors.New("Drive sent what cannot be read")

// A filePage is what a page of a listing says besides its files.
type filePage struct {
	next       string
	incomplete bool // Drive could not search everything
}

// A changePage is what a page of changes says besides them.
type changePage struct {
	next, start string
}

// decodeFiles reads a page of a listing and hands over its files one by one. Google's client would make a tree of the whole page first: of
// a listing that is the most work there is. A file that was handed over is good until the next.
func decodeFiles(body []byte, each func(*drive.File)) (page filePage, err error) {
	r := newFileReader(body)
	defer r.close()
	err = r.d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "nextPageToken":
			page.next, err = d.Str()
		case "incompleteSearch":
			page.incomplete, err = d.Bool()
		case "files":
			return d.Arr(func(*jx.Decoder) error {
				if err := r.file(); err != nil {
					return err
				}
				each(&r.f)
				return nil
			})
		default:
			return d.Skip()
		}
		return err
	})
	return page, r.whole(err)
}

// decodeChanges reads a page of changes: which file changed, and how it is now, or nil if it is gone.
func decodeChanges(body []byte, each func(id string, now *drive.File)) (page changePage, err error) {
	r := newFileReader(body)
	defer r.close()
	err = r.d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "nextPageToken":
			page.next, err = d.Str()
		case "newStartPageToken":
			page.start, err = d.Str()
		case "changes":
			return d.Arr(func(*jx.Decoder) error { return r.change(each) })
		default:
			return d.Skip()
		}
		return err
	})
	return page, r.whole(err)
}

// A fileReader reads files into one that is used again and again.
type fileReader struct {
	d       *jx.Decoder
	f       drive.File
	parents [1]string
	editor  drive.User
	known   map[string]string // words that many files share, such as types and addresses
}

func newFileReader(body []byte) *fileReader {
	r := &fileReader{d: jx.GetDecoder(), known: map[string]string{}}
	r.d.ResetBytes(body)
	return r
}

func (r *fileReader) close() { jx.PutDecoder(r.d) }

// whole makes sure that the document was read to its end, and that nothing follows.
func (r *fileReader) whole(err error) error {
	if err == nil && !errors.Is(r.d.Skip(), io.EOF) {
		err = errors.New("more follows its end")
	}
	if err != nil {
		return fmt.Errorf("%w: %w", errGarbled, err)
	}
	return nil
}

func (r *fileReader) change(each func(string, *drive.File)) error {
	id, removed, told := "", false, false
	err := r.d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		switch string(key) {
		case "fileId":
			id, err = d.Str()
		case "removed":
			removed, err = d.Bool()
		case "file":
			told = true
			return r.file()
		default:
			return d.Skip()
		}
		return err
	})
	switch {
	case err != nil || id == "": // a change of a shared drive itself says nothing about its files
		return err
	case removed || !told:
		each(id, nil)
	default:
		each(id, &r.f)
	}
	return nil
}

// file reads the next file.
func (r *fileReader) file() error {
	r.f = drive.File{}
	return r.d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		f := &r.f
		switch string(key) {
		case "id":
			f.Id, err = d.Str()
		case "name":
			f.Name, err = d.Str()
		case "mimeType":
			f.MimeType, err = r.word()
		case "trashed":
			f.Trashed, err = d.Bool()
		case "parents":
			err = d.Arr(func(*jx.Decoder) (err error) {
				r.parents[0], err = r.word()
				f.Parents = r.parents[:]
				return err
			})
		case "driveId":
			f.DriveId, err = r.word()
		case "ownedByMe":
			f.OwnedByMe, err = d.Bool()
		case "createdTime":
			f.CreatedTime, err = d.Str()
		case "modifiedTime":
			f.ModifiedTime, err = d.Str()
		case "size":
			f.Size, err = r.number()
		case "md5Checksum":
			f.Md5Checksum, err = d.Str()
		case "headRevisionId":
			f.HeadRevisionId, err = d.Str()
		case "shared":
			f.Shared, err = d.Bool()
		case "webViewLink":
			f.WebViewLink, err = d.Str()
		case "lastModifyingUser":
			r.editor.EmailAddress, f.LastModifyingUser = "", &r.editor
			return r.person(&r.editor)
		case "labelInfo":
			f.LabelInfo = &drive.FileLabelInfo{}
			return r.labels(f.LabelInfo)
		default:
			return d.Skip()
		}
		return err
	})
}

// labels reads which labels a file has, and what was chosen of them; what was written into them is skipped.
func (r *fileReader) labels(into *drive.FileLabelInfo) error {
	return r.d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		if string(key) != "labels" {
			return d.Skip()
		}
		return d.Arr(func(*jx.Decoder) error {
			l := &drive.Label{Fields: map[string]drive.LabelField{}}
			into.Labels = append(into.Labels, l)
			return d.ObjBytes(func(_ *jx.Decoder, key []byte) (err error) {
				switch string(key) {
				case "id":
					l.Id, err = r.word()
				case "fields":
					return d.Obj(func(_ *jx.Decoder, name string) error { return r.choices(l, name) })
				default:
					return d.Skip()
				}
				return err
			})
		})
	})
}

func (r *fileReader) choices(l *drive.Label, name string) error {
	var chosen drive.LabelField
	err := r.d.ObjBytes(func(d *jx.Decoder, key []byte) error {
		if string(key) != "selection" {
			return d.Skip()
		}
		return d.Arr(func(*jx.Decoder) error {
			choice, err := r.word()
			chosen.Selection = append(chosen.Selection, choice)
			return err
		})
	})
	l.Fields[name] = chosen
	return err
}

func (r *fileReader) person(p *drive.User) error {
	return r.d.ObjBytes(func(d *jx.Decoder, key []byte) (err error) {
		if string(key) != "emailAddress" {
			return d.Skip()
		}
		p.EmailAddress, err = r.word()
		return err
	})
}

// word reads a text that other files have too.
func (r *fileReader) word() (string, error) {
	b, err := r.d.StrBytes()
	if err != nil {
		return "", err
	}
	if known, ok := r.known[string(b)]; ok {
		return known, nil
	}
	text := string(b)
	r.known[text] = text
	return text, nil
}

// number reads one of Google's 64-bit numbers, which stand as text.
func (r *fileReader) number() (int64, error) {
	b, err := r.d.StrBytes()
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(b), 10, 64)
}
