package workbook

import "bytes"

// A formulaAbove is the last formula of a column that was taken apart.
type formulaAbove struct {
	text   []byte
	row    int
	parsed *parsedFormula
}

// parseBelow is parseAt for a column whose cells come from top to bottom, as
// writers fill them that do not share formulas: the same but for its rows, a
// formula need not be taken apart again.
func (f *formulaAbove) parseBelow(c *formulaCache, text []byte, row, col int) *parsedFormula {
	if f.parsed == nil || !alike(f.text, f.row, text, row) {
		f.parsed = c.parseAt(text, row, col)
	}
	f.text, f.row = append(f.text[:0], text...), row
	return f.parsed
}

// alike reports whether two formulas of one column, in rows of their own, have
// the same shape. It may say no where they do.
func alike(a []byte, rowA int, b []byte, rowB int) bool {
	quote, quoted, brackets := byte(0), false, false
	i, j := 0, 0
	for ; i < len(a) && j < len(b); i, j = i+1, j+1 {
		c := a[i]
		if quote == 0 && isDigit(c) && isDigit(b[j]) {
			nA, sizeA := digits(a[i:])
			nB, sizeB := digits(b[j:])
			switch rowAt(a, i, i+sizeA) {
			case rowMoves:
				if nB-nA != rowB-rowA || min(nA, nB) == 0 || max(nA, nB) > maxRows || rowAt(b, j, j+sizeB) != rowMoves {
					return false
				}
			case rowStays:
				if !bytes.Equal(a[i:i+sizeA], b[j:j+sizeB]) {
					return false
				}
			default:
				return false
			}
			i, j = i+sizeA-1, j+sizeB-1
			continue
		}
		switch {
		case c != b[j]:
			return false
		case c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, quoted = c, true
		}
		brackets = brackets || c == '['
		if c == '{' || brackets && quoted {
			return false // what is a quote there is for the parser to say
		}
	}
	return i == len(a) && j == len(b)
}

// digits reads a number: the number, as far as rows go, and its length.
func digits(b []byte) (n, size int) {
	for size < len(b) && isDigit(b[size]) {
		n = min(10*n+int(b[size]-'0'), maxRows+1)
		size++
	}
	return n, size
}

// What digits in a formula are.
type rowKind int

const (
	rowStays   rowKind = iota // a number, a part of a name, the row of A$1
	rowMoves                  // the row of A1
	rowUnclear                // only the parser knows
)

func rowAt(text []byte, from, to int) rowKind {
	first := from
	for first > 0 && isASCIILetter(text[first-1]) {
		first--
	}
	switch letters := from - first; {
	case letters == 0 || letters > 3:
		return rowStays
	case to < len(text) && (text[to] == '(' || text[to] == '!' || text[to] == '['):
		return rowStays
	case to < len(text) && !isOperator(text[to]):
		return rowUnclear
	}
	if first > 0 && text[first-1] == '$' {
		first--
	}
	if first > 0 && !isOperator(text[first-1]) {
		return rowUnclear
	}
	return rowMoves
}

// isOperator: words end before it, and begin after it.
func isOperator(c byte) bool { return bytes.IndexByte([]byte("+-*/^&=<>()%,;:!@~ "), c) >= 0 }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isASCIILetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
