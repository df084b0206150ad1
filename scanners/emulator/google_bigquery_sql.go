package emulator

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A relation is what a query found.
type relation struct {
	names []string
	rows  [][]any
}

func (r *relation) schema() object {
	var fields []object
	for i, name := range r.names {
		kind := "STRING"
		if len(r.rows) > 0 {
			switch r.rows[0][i].(type) {
			case int64:
				kind = "INTEGER"
			case bool:
				kind = "BOOLEAN"
			}
		}
		fields = append(fields, object{"name": name, "type": kind, "mode": "NULLABLE"})
	}
	return object{"fields": fields}
}

// runSQL answers a query of one table. Of the language it knows SELECT expressions AS names FROM one table WHERE comparisons joined by
// AND, GROUP BY and ORDER BY names, and the functions that are in evaluate; whatever else is asked is refused.
func runSQL(text, table string, rows []object, parameters map[string]any) (*relation, error) {
	s, err := parseSQL(text)
	if err != nil {
		return nil, err
	}
	if s.table != table {
		return nil, fmt.Errorf("Not found: Table %s", s.table)
	}
	kept := []object{}
	for _, row := range rows {
		ok, err := s.wants(row, parameters)
		if err != nil {
			return nil, err
		}
		if ok {
			kept = append(kept, row)
		}
	}
	out := &relation{names: s.names}
	groups, order := s.grouped(kept, parameters)
	for _, key := range order {
		var cells []any
		for _, e := range s.items {
			v, err := e.evaluate(groups[key], parameters)
			if err != nil {
				return nil, err
			}
			cells = append(cells, v)
		}
		out.rows = append(out.rows, cells)
	}
	return out, s.sort(out)
}

// A statement is a query as it was read.
type statement struct {
	names   []string
	items   []expression
	table   string
	where   [][3]string // left, comparison, right
	group   []string
	orderBy []string
}

func parseSQL(text string) (*statement, error) {
	m := regexp.MustCompile("(?i)^SELECT (.+) FROM `([^`]+)`(?: WHERE (.+?))?(?: GROUP BY (.+?))?(?: ORDER BY (.+?))?$").FindStringSubmatch(text)
	if m == nil {
		return nil, fmt.Errorf("Syntax error: Unexpected input in %q", text)
	}
	s := &statement{table: m[2], group: names(m[4]), orderBy: names(m[5])}
	for _, item := range splitOutside(m[1]) {
		what, name, named := strings.Cut(item, " AS ")
		if !named {
			return nil, fmt.Errorf("every expression needs a name here: %s", item)
		}
		s.names = append(s.names, strings.TrimSpace(name))
		s.items = append(s.items, expression(strings.TrimSpace(what)))
	}
	if m[3] != "" {
		for _, test := range strings.Split(m[3], " AND ") {
			c := regexp.MustCompile(`^(.+?) (=|<=|>=|<|>|IS NOT NULL)(?: (.+))?$`).FindStringSubmatch(test)
			if c == nil {
				return nil, fmt.Errorf("Syntax error: %s", test)
			}
			s.where = append(s.where, [3]string{c[1], c[2], c[3]})
		}
	}
	return s, nil
}

func names(list string) (out []string) {
	for _, n := range splitOutside(list) {
		out = append(out, strings.TrimSpace(n))
	}
	return out
}

// splitOutside splits at the commas that are in no parentheses.
func splitOutside(text string) (parts []string) {
	depth, from := 0, 0
	for i, c := range text {
		switch c {
		case '(':
			depth++
		case ')':
			depth--
		case ',':
			if depth == 0 {
				parts, from = append(parts, text[from:i]), i+1
			}
		}
	}
	if strings.TrimSpace(text) == "" {
		return nil
	}
	return append(parts, text[from:])
}

func (s *statement) wants(row object, parameters map[string]any) (bool, error) {
	for _, test := range s.where {
		left, err := expression(test[0]).evaluate([]object{row}, parameters)
		if err != nil {
			return false, err
		}
		if test[1] == "IS NOT NULL" {
			if left == nil {
				return false, nil
			}
			continue
		}
		right, err := expression(test[2]).evaluate([]object{row}, parameters)
		if err != nil {
			return false, err
		}
		n := compareValues(left, right)
		holds := map[string]bool{"=": n == 0, "<": n < 0, ">": n > 0, "<=": n <= 0, ">=": n >= 0}[test[1]]
		if left == nil || right == nil || !holds {
			return false, nil
		}
	}
	return true, nil
}

// grouped puts rows with the same key together; without GROUP BY each is by itself.
func (s *statement) grouped(rows []object, parameters map[string]any) (map[string][]object, []string) {
	groups, order := map[string][]object{}, []string{}
	for i, row := range rows {
		key := fmt.Sprint(i)
		if len(s.group) > 0 {
			key = ""
			for _, name := range s.group {
				if at := slices.Index(s.names, name); at >= 0 {
					v, _ := s.items[at].evaluate([]object{row}, parameters)
					key += fmt.Sprintf("%v\x00", v)
				}
			}
		}
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], row)
	}
	return groups, order
}

func (s *statement) sort(r *relation) error {
	var by []int
	for _, name := range s.orderBy {
		at := slices.Index(s.names, name)
		if at < 0 {
			return fmt.Errorf("Unrecognized name: %s", name)
		}
		by = append(by, at)
	}
	slices.SortStableFunc(r.rows, func(a, b []any) int {
		for _, at := range by {
			if n := compareValues(a[at], b[at]); n != 0 {
				return n
			}
		}
		return 0
	})
	return nil
}

// An expression is a column, a parameter, a number or a function of such.
type expression string

// evaluate computes an expression over the rows of a group; what is no aggregate is the first row's.
func (e expression) evaluate(group []object, parameters map[string]any) (any, error) {
	text := strings.TrimSpace(string(e))
	if m := regexp.MustCompile(`^(\w+)\((.*)\)$`).FindStringSubmatch(text); m != nil {
		return compute(strings.ToUpper(m[1]), splitOutside(m[2]), group, parameters)
	}
	if name, ok := strings.CutPrefix(text, "@"); ok {
		v, known := parameters[name]
		if !known {
			return nil, fmt.Errorf("Query parameter '%s' not found", name)
		}
		return v, nil
	}
	if !regexp.MustCompile(`^[a-z_][\w.]*$`).MatchString(text) {
		return nil, fmt.Errorf("Syntax error: %s", text)
	}
	return column(group[0], text)
}

func compute(function string, arguments []string, group []object, parameters map[string]any) (any, error) {
	if function == "COUNT" && len(arguments) == 1 && arguments[0] == "*" {
		return int64(len(group)), nil
	}
	var most any
	for i, a := range arguments {
		switch function {
		case "COALESCE":
			if v, err := expression(a).evaluate(group, parameters); err != nil || v != nil {
				return v, err
			}
		case "MAX":
			for _, row := range group {
				v, err := expression(a).evaluate([]object{row}, parameters)
				if err != nil {
					return nil, err
				}
				if most == nil || compareValues(v, most) > 0 {
					most = v
				}
			}
		case "ARRAY_LENGTH":
			list, ok := group[0][strings.TrimSpace(a)].([]object)
			if !ok || i > 0 {
				return nil, fmt.Errorf("ARRAY_LENGTH wants an array, and %s is none", a)
			}
			return int64(len(list)), nil
		default:
			return nil, fmt.Errorf("Function not found: %s", function)
		}
	}
	return most, nil
}

// column is a value of a row, by a path such as owner.user.id. One that no row could have is an error.
func column(row object, path string) (any, error) {
	var at any = row
	fields := inventorySchema()
	for name := range strings.SplitSeq(path, ".") {
		i := slices.IndexFunc(fields, func(f object) bool { return f["name"] == name })
		if i < 0 {
			return nil, fmt.Errorf("Unrecognized name: %s", path)
		}
		fields, _ = fields[i]["fields"].([]object)
		if record, ok := at.(object); ok {
			at = record[name]
		} else {
			at = nil
		}
	}
	return at, nil
}

// compareValues orders values of the same type; null comes first.
func compareValues(a, b any) int {
	switch {
	case a == nil || b == nil:
		return cmp.Compare(boolean(a != nil), boolean(b != nil))
	}
	if x, ok := a.(int64); ok {
		y, _ := b.(int64)
		return cmp.Compare(x, y)
	}
	return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b))
}

func boolean(b bool) int {
	if b {
		return 1
	}
	return 0
}
