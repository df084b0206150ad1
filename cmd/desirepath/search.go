package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// A found is where words stand in files.
type found struct {
	files int
	bytes int64
	in    []string // the files that hold one
}

// searchFiles searches every byte of files and of all below folders for words,
// in any case; of a packed file (xlsx, zip) its parts. A database's side files
// are searched with it.
func searchFiles(paths, words []string) (out found, err error) {
	var wanted [][]byte
	for _, w := range words {
		wanted = append(wanted, bytes.ToLower([]byte(w)))
	}
	for _, p := range paths {
		beside, globErr := filepath.Glob(p + "-*")
		if globErr != nil {
			return out, globErr
		}
		for _, root := range append([]string{p}, beside...) {
			err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
				if err != nil || !d.Type().IsRegular() {
					return err
				}
				return out.search(path, wanted)
			})
			if err != nil && !errors.Is(err, fs.ErrNotExist) {
				return out, err
			}
		}
	}
	return out, nil
}

func (o *found) search(path string, words [][]byte) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	o.files++
	o.bytes += info.Size()
	holds, err := streamHolds(f, words)
	if err != nil {
		return err
	}
	if packed, zipErr := zip.NewReader(f, info.Size()); zipErr == nil && !holds {
		if holds, err = packedHolds(packed, words); err != nil {
			return err
		}
	}
	if holds {
		o.in = append(o.in, path)
	}
	return nil
}

func packedHolds(z *zip.Reader, words [][]byte) (bool, error) {
	for _, part := range z.File {
		r, err := part.Open()
		if err != nil {
			return false, err
		}
		holds, err := streamHolds(r, words)
		if err = errors.Join(err, r.Close()); err != nil || holds {
			return holds, err
		}
	}
	return false, nil
}

// streamHolds reads a piece at a time, each beginning with the end of the one
// before, so that a word that lies across two is found.
func streamHolds(r io.Reader, words [][]byte) (bool, error) {
	overlap := 0
	for _, w := range words {
		overlap = max(overlap, len(w))
	}
	piece := make([]byte, 1<<20+overlap)
	kept := 0
	for {
		n, err := io.ReadFull(r, piece[kept:])
		lower := bytes.ToLower(piece[:kept+n])
		for _, w := range words {
			if bytes.Contains(lower, w) {
				return true, nil
			}
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		kept = copy(piece, piece[kept+n-overlap:kept+n])
	}
}
