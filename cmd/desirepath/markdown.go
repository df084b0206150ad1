package main

import (
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
)

// markdownPage shows a text of ours as one HTML page that prints well and
// loads nothing. It knows what our texts use: headings, paragraphs, lists,
// tables, strong words and code. All else is text.
func markdownPage(w io.Writer, text, lang string) error {
	title, _, _ := strings.Cut(strings.TrimPrefix(text, "# "), "\n")
	if _, err := fmt.Fprintf(w, pageHead, html.EscapeString(lang), html.EscapeString(title)); err != nil {
		return err
	}
	for block := range blocks(text) {
		if _, err := io.WriteString(w, markdownBlock(block)); err != nil {
			return err
		}
	}
	_, err := io.WriteString(w, "</main></body></html>\n")
	return err
}

const pageHead = `<!doctype html>
<html lang="%s"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>%s</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.55 system-ui, "DejaVu Sans", sans-serif; margin: 0; }
main { max-width: 50rem; margin: 0 auto; padding: 2rem 1.25rem; overflow-wrap: break-word; }
h1 { font-size: 1.7rem; line-height: 1.25; } h2 { font-size: 1.2rem; margin-top: 2rem; } h3 { font-size: 1rem; margin-top: 1.5rem; }
table { border-collapse: collapse; width: 100%%; font-size: .95rem; } th, td { border: 1px solid #8a938e; padding: .35rem .6rem; text-align: left; vertical-align: top; }
code { font-size: .92em; overflow-wrap: anywhere; }
@media print { body { font-size: 10.5pt; } main { padding: 0; max-width: none; } tr, h2, h3 { break-inside: avoid; } h2, h3 { break-after: avoid; } }
</style></head><body><main>
`

// blocks splits a text where a line is empty, or where one kind of line is
// followed by another.
func blocks(text string) func(func([]string) bool) {
	return func(yield func([]string) bool) {
		var block []string
		for line := range strings.Lines(text + "\n\n") {
			line = strings.TrimRight(line, " \n")
			if len(block) > 0 && (line == "" || kindOf(line) != kindOf(block[0]) || kindOf(line) == '#') {
				if !yield(block) {
					return
				}
				block = nil
			}
			if line != "" {
				block = append(block, line)
			}
		}
	}
}

// kindOf is '#', '-' or '|' of a line that is a heading, a point or a row, and
// 0 of others.
func kindOf(line string) byte {
	if strings.HasPrefix(line, "#") || strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "|") {
		return line[0]
	}
	return 0
}

func markdownBlock(lines []string) string {
	switch kindOf(lines[0]) {
	case '#':
		words := strings.TrimLeft(lines[0], "#")
		level := len(lines[0]) - len(words)
		return fmt.Sprintf("<h%d>%s</h%d>\n", level, inline(words), level)
	case '-':
		out := "<ul>"
		for _, l := range lines {
			out += "<li>" + inline(l[2:]) + "</li>"
		}
		return out + "</ul>\n"
	case '|':
		return markdownTable(lines)
	default:
		return "<p>" + inline(strings.Join(lines, " ")) + "</p>\n"
	}
}

func markdownTable(lines []string) string {
	var b strings.Builder
	b.WriteString("<table>")
	for i, l := range lines {
		cell := "td"
		if i == 0 {
			cell = "th"
		}
		cells := strings.Split(strings.Trim(l, "|"), "|")
		if i == 1 || i == 0 && strings.Trim(l, "| ") == "" {
			continue // the line below the header, and a header without words
		}
		b.WriteString("<tr>")
		for _, c := range cells {
			fmt.Fprintf(&b, "<%s>%s</%s>", cell, inline(c), cell)
		}
		b.WriteString("</tr>\n")
	}
	b.WriteString("</table>\n")
	return b.String()
}

func inline(s string) string {
	s = html.EscapeString(strings.TrimSpace(s))
	s = regexp.MustCompile("`([^`]+)`").ReplaceAllString(s, "<code>$1</code>")
	return regexp.MustCompile(`\*\*([^*]+)\*\*`).ReplaceAllString(s, "<strong>$1</strong>")
}
