package alderbay

import (
	"archive/zip"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"time"
)

// Content is the asset's bytes, the same on every call. Native Google types have none.
func (a *Asset) Content() ([]byte, error) {
	data, err := a.content()
	if err != nil {
		return nil, fmt.Errorf("asset %s: %w", a.ID, err)
	}
	return data, nil
}

func (a *Asset) content() ([]byte, error) {
	if a.Broken != "" {
		return a.broken()
	}
	switch a.Ext() {
	case ".xlsx":
		return a.xlsx()
	case ".csv":
		return a.csv()
	case ".png", ".jpg":
		return a.picture()
	case ".pdf":
		return a.pdf(), nil
	case ".docx", ".pptx", ".zip", ".mbz":
		return a.archive()
	case ".url":
		return []byte("[InternetShortcut]\r\nURL=" + strings.Join(a.Text, "\r\n") + "\r\n"), nil
	}
	if a.Native() {
		return nil, fmt.Errorf("%s has no bytes of its own", a.File)
	}
	return []byte(strings.Join(a.Text, "\n") + "\n"), nil
}

// picture is a small scene: sky, water, and a horizon of its own.
func (a *Asset) picture() ([]byte, error) {
	const w, h = 160, 96
	n := seed(a.ID)
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{uint8(120 + n%80), uint8(150 + y), uint8(220 - n%30), 255}
			if y > h/3+n%20+(x*7+n)%5 {
				c = color.RGBA{uint8(n % 60), uint8(60 + x/4), uint8(120 + (x*y)%40), 255}
			}
			img.Set(x, y, c)
		}
	}
	var b bytes.Buffer
	if a.Ext() == ".png" {
		err := png.Encode(&b, img)
		return b.Bytes(), err
	}
	err := jpeg.Encode(&b, img, nil)
	return b.Bytes(), err
}

// pdf is a page with the asset's text.
func (a *Asset) pdf() []byte {
	var page strings.Builder
	page.WriteString("BT /F1 11 Tf 60 780 Td 14 TL\n")
	for _, line := range a.Text {
		line = strings.NewReplacer("(", `\(`, ")", `\)`, `\`, `\\`).Replace(line)
		fmt.Fprintf(&page, "(%s) Tj T*\n", line)
	}
	page.WriteString("ET")
	objects := []string{
		"<</Type/Catalog/Pages 2 0 R>>",
		"<</Type/Pages/Kids[3 0 R]/Count 1>>",
		"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
		fmt.Sprintf("<</Length %d>>stream\n%s\nendstream", page.Len(), page.String()),
		"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var offsets []int
	for i, o := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj%sendobj\n", i+1, o)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(&b, "trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return b.Bytes()
}

// archive is a document, slides or a package as a zip file with the asset's text inside.
func (a *Asset) archive() ([]byte, error) {
	inside := map[string]string{".docx": "word/document.xml", ".pptx": "ppt/presentation.xml"}[a.Ext()]
	if inside == "" {
		inside = "README.txt"
	}
	body := strings.Join(a.Text, "\n")
	if strings.HasSuffix(inside, ".xml") {
		body = `<?xml version="1.0" encoding="UTF-8"?><document><text>` + escape(body) + `</text></document>`
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	if err := add(z, inside, body); err != nil {
		return nil, err
	}
	err := z.Close()
	return b.Bytes(), err
}

func add(z *zip.Writer, name, body string) error {
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate})
	if err != nil {
		return err
	}
	_, err = w.Write([]byte(body))
	return err
}

func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

// minutes is a share of a day as time.
func minutes(share float64) time.Duration { return time.Duration(share*24*60+0.5) * time.Minute }
