package workbook

import "slices"

// formula writes the tokens of a formula as text in A1 notation, seen from a
// cell, without anything that might be a value: for a literal stands one of
// its kind, for a sheet S, for a name "name". Tokens are in reverse Polish
// order (MS-XLS 2.5.198). One that cannot be read is opaque.
func (b *xlsBook) formula(tokens []byte, row, col int) Formula {
	w := formulaWriter{book: b, data: biffData{b: tokens}, row: row, col: col}
	if len(tokens) > maxTokens || !w.write() {
		return Formula{Opaque: true}
	}
	return Formula{Text: string(w.out), Row: row, Col: col}
}

// Excel's formulas have at most 1,800 bytes of tokens.
const maxTokens = 4096

// A formulaWriter writes operands one behind the other; an operator finds its
// own at the end, and inserts what belongs between them.
type formulaWriter struct {
	book     *xlsBook
	data     biffData
	row, col int
	out      []byte
	operands []operand
	sheet    string // before references, in BIFF2 to 4
}

type operand struct {
	at   int    // in out
	name string // of what may be a function
}

// The tokens. Those of the second half come in three classes, which make no
// difference here.
const (
	ptgAdd       = 0x03
	ptgUnaryPlus = 0x12
	ptgMinus     = 0x13
	ptgPercent   = 0x14
	ptgParen     = 0x15
	ptgMissing   = 0x16
	ptgStr       = 0x17
	ptgExtended  = 0x18
	ptgAttr      = 0x19
	ptgSheet     = 0x1a
	ptgEndSheet  = 0x1b
	ptgErr       = 0x1c
	ptgBool      = 0x1d
	ptgInt       = 0x1e
	ptgNum       = 0x1f
	ptgArray     = 0x20
	ptgFunc      = 0x21
	ptgFuncVar   = 0x22
	ptgName      = 0x23
	ptgRef       = 0x24
	ptgArea      = 0x25
	ptgMemArea   = 0x26
	ptgMemErr    = 0x27
	ptgMemNoMem  = 0x28
	ptgMemFunc   = 0x29
	ptgRefErr    = 0x2a
	ptgAreaErr   = 0x2b
	ptgRefN      = 0x2c
	ptgAreaN     = 0x2d
	ptgMemAreaN  = 0x2e
	ptgMemNoMemN = 0x2f
	ptgFuncCE    = 0x38
	ptgNameX     = 0x39
	ptgRef3D     = 0x3a
	ptgArea3D    = 0x3b
	ptgRefErr3D  = 0x3c
	ptgAreaErr3D = 0x3d
)

// The binary operators, from ptgAdd on.
var biffOperators = [...]string{"+", "-", "*", "/", "^", "&", "<", "<=", "=", ">=", ">", "<>", " ", ",", ":"}

func (w *formulaWriter) write() bool {
	for len(w.data.b) > 0 {
		token := w.data.u8()
		if token >= 0x40 {
			token = token&0x1f | 0x20
		}
		if !w.token(token) || w.data.short {
			return false
		}
	}
	return len(w.operands) == 1
}

func (w *formulaWriter) token(token int) bool {
	switch {
	case token >= ptgAdd && token < ptgUnaryPlus:
		return w.between(biffOperators[token-ptgAdd])
	case token >= ptgRef:
		return w.reference(token)
	}
	switch token {
	case ptgUnaryPlus:
		return w.around("+", "")
	case ptgMinus:
		return w.around("-", "")
	case ptgPercent:
		return w.around("", "%")
	case ptgParen:
		return w.around("(", ")")
	case ptgAttr:
		return w.attribute()
	case ptgFunc:
		return w.function(w.functionNumber(), -1)
	case ptgFuncVar:
		count := w.data.u8() & 0x7f
		return w.function(w.functionNumber(), count)
	case ptgName:
		w.name()
	case ptgSheet, ptgEndSheet:
		w.enterSheet(token)
	default:
		return w.literal(token)
	}
	return true
}

func (w *formulaWriter) push(text string) {
	w.operands = append(w.operands, operand{at: len(w.out)})
	w.out = append(w.out, text...)
}

// literal takes a value, of which only the kind is told.
func (w *formulaWriter) literal(token int) bool {
	switch token {
	case ptgMissing:
		w.push("")
	case ptgStr:
		w.book.text(&w.data, 1)
		w.push(`""`)
	case ptgExtended: // of natural language
		w.data.take(5)
		w.push("name")
	case ptgErr:
		w.data.u8()
		w.push("#N/A")
	case ptgBool:
		w.data.u8()
		w.push("TRUE")
	case ptgInt:
		w.data.u16()
		w.push("1")
	case ptgNum:
		w.data.take(8)
		w.push("1")
	case ptgArray:
		w.data.take(w.sized(6, 7, 7))
		w.push("{1}")
	default:
		return false
	}
	return true
}

// sized picks a size by version: BIFF2, the others before BIFF8, BIFF8.
func (w *formulaWriter) sized(two, five, eight int) int {
	switch {
	case w.book.version == 2:
		return two
	case w.book.version < 8:
		return five
	}
	return eight
}

// between puts an operator between the last two operands, which become one.
func (w *formulaWriter) between(operator string) bool {
	n := len(w.operands)
	if n < 2 {
		return false
	}
	w.insert(w.operands[n-1].at, operator)
	w.operands = w.operands[:n-1]
	w.operands[n-2].name = ""
	return true
}

// around puts something before and after the last operand.
func (w *formulaWriter) around(before, after string) bool {
	n := len(w.operands)
	if n == 0 {
		return false
	}
	w.insert(w.operands[n-1].at, before)
	w.out = append(w.out, after...)
	w.operands[n-1].name = ""
	return true
}

func (w *formulaWriter) insert(at int, s string) { w.out = slices.Insert(w.out, at, []byte(s)...) }

// attribute takes a hint for whoever calculates, or a sum of one argument
// (MS-XLS 2.5.198.3 to 198.9).
func (w *formulaWriter) attribute() bool {
	const choose, sum = 0x04, 0x10
	kind := w.data.u8()
	value, width := 0, 2
	if w.book.version == 2 {
		value, width = w.data.u8(), 1
	} else {
		value = w.data.u16()
	}
	switch {
	case kind&choose != 0:
		w.data.take((value + 1) * width)
	case kind&sum != 0:
		return w.call("SUM", 1)
	}
	return true
}

// functionNumber takes the number of a function; a byte before BIFF4.
func (w *formulaWriter) functionNumber() int {
	if w.book.version < 4 {
		return w.data.u8()
	}
	return w.data.u16()
}

// What stands for a function that has no number: its name is the first of
// the arguments.
const biffNamedFunction = 255

func (w *formulaWriter) function(number, count int) bool {
	if number == biffNamedFunction && count > 0 {
		return w.namedFunction(count)
	}
	name, fixed := biffFunction(number &^ 0x8000) // a command of macros
	if count < 0 {
		count = fixed
	}
	if name == "" || number&0x8000 != 0 {
		name = "NAME"
	}
	return count >= 0 && w.call(name, count)
}

// namedFunction calls a function of an add-in, of a macro, or of a later
// Excel than the format's.
func (w *formulaWriter) namedFunction(count int) bool {
	first := len(w.operands) - count
	if first < 0 {
		return false
	}
	op := w.operands[first]
	end := len(w.out)
	if count > 1 {
		end = w.operands[first+1].at
	}
	w.out = slices.Delete(w.out, op.at, end)
	for i := first + 1; i < len(w.operands); i++ {
		w.operands[i].at -= end - op.at
	}
	w.operands = slices.Delete(w.operands, first, first+1)
	name := op.name
	if !isFunctionName(name) {
		name = "NAME"
	}
	return w.call(name, count-1)
}

func isFunctionName(s string) bool {
	for i := range s {
		if !isWordAt(s[i:]) {
			return false
		}
	}
	return s != "" && isLetterAt(s) || len(s) > 1 && s[0] == '_'
}

// call makes the last operands the arguments of a function.
func (w *formulaWriter) call(name string, count int) bool {
	first := len(w.operands) - count
	if first < 0 {
		return false
	}
	if count == 0 {
		w.push(name + "()")
		return true
	}
	for i := len(w.operands) - 1; i > first; i-- {
		w.insert(w.operands[i].at, ",")
	}
	w.insert(w.operands[first].at, name+"(")
	w.out = append(w.out, ')')
	w.operands = w.operands[:first+1]
	w.operands[first].name = ""
	return true
}

// name takes a defined name.
func (w *formulaWriter) name() {
	number := w.data.u16()
	w.data.take(map[int]int{2: 5, 3: 8, 4: 8, 5: 12, 8: 2}[w.book.version])
	w.pushName("name", w.book.named(nil, number))
}

func (w *formulaWriter) pushName(text, name string) {
	w.push(text)
	w.operands[len(w.operands)-1].name = name
}

// enterSheet and what follows up to ptgEndSheet: how BIFF2 to 4 refer to
// another sheet.
func (w *formulaWriter) enterSheet(token int) {
	if token == ptgEndSheet {
		w.data.take(w.sized(3, 4, 4))
		w.sheet = ""
		return
	}
	w.data.take(w.sized(5, 8, 8))
	w.sheet = w.prefix(w.data.u16())
}

// prefix is what stands before a reference to another sheet.
func (w *formulaWriter) prefix(number int) string {
	if l := w.book.link(number, w.book.version); l != nil && l.external {
		return "[1]S!"
	}
	return "S!"
}
