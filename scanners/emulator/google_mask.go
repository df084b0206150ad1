package emulator

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A mask is a choice of fields, such as "files(id,owners/emailAddress)": what is not in it is left out of the answer. A nil mask is all.
// https://developers.google.com/workspace/drive/api/guides/fields-parameter
type mask map[string]mask

// parseMask reads a fields parameter.
func parseMask(text string) (mask, error) {
	p := &maskParser{text: text, rest: text}
	m, err := p.list()
	if err == nil && p.rest != "" {
		err = p.wrong()
	}
	return m, err
}

// known is parseMask for the masks of this file's neighbours, which the tests read.
func known(text string) mask {
	m, err := parseMask(text)
	if err != nil {
		return mask{}
	}
	return m
}

type maskParser struct{ text, rest string }

func (p *maskParser) wrong() error { return fmt.Errorf("Invalid field selection %s", p.text) }

// list reads fields between commas, up to a closing parenthesis or the end.
func (p *maskParser) list() (mask, error) {
	m := mask{}
	for {
		if err := p.field(m); err != nil {
			return nil, err
		}
		if !p.eat(',') {
			return m, nil
		}
	}
}

// field reads name, name/field or name(list) into m.
func (p *maskParser) field(m mask) error {
	name := p.name()
	if name == "" {
		return p.wrong()
	}
	var below mask
	switch {
	case p.eat('/'):
		below = mask{}
		if err := p.field(below); err != nil {
			return err
		}
	case p.eat('('):
		var err error
		if below, err = p.list(); err != nil {
			return err
		}
		if !p.eat(')') {
			return p.wrong()
		}
	}
	m.merge(name, below)
	return nil
}

func (p *maskParser) name() string {
	end := strings.IndexAny(p.rest, ",/()")
	if end < 0 {
		end = len(p.rest)
	}
	name := strings.TrimSpace(p.rest[:end])
	p.rest = p.rest[end:]
	return name
}

func (p *maskParser) eat(c byte) bool {
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = strings.TrimLeft(p.rest[1:], " ")
	return true
}

func (m mask) merge(name string, below mask) {
	old, twice := m[name]
	if twice && (old == nil || below == nil) {
		below = nil
	} else if twice {
		below = maps.Clone(below)
		for k, v := range old {
			below.merge(k, v)
		}
	}
	m[name] = below
}

// has says that a field is wanted.
func (m mask) has(name string) bool {
	if m == nil {
		return true
	}
	_, named := m[name]
	_, all := m["*"]
	return named || all
}

// sub is what is wanted of a field.
func (m mask) sub(name string) mask {
	if below, ok := m[name]; ok {
		return below
	}
	return m["*"]
}

// check finds fields that there are not. What is known of a field without anything below it is not looked into.
func (m mask) check(known mask, path string) error {
	if known == nil {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(m)) {
		if name == "*" {
			continue
		}
		below, ok := known[name]
		if !ok {
			return fmt.Errorf("Invalid field selection %s", path+name)
		}
		if err := m[name].check(below, path+name+"/"); err != nil {
			return err
		}
	}
	return nil
}

// pruned are objects that were made with nothing else than the mask wants: apply leaves them as they are.
type pruned []object

// apply leaves out what is not in the mask.
func (m mask) apply(v any) any {
	if m == nil {
		return v
	}
	switch v := v.(type) {
	case object:
		out := make(object, len(v))
		for name, value := range v {
			if m.has(name) {
				out[name] = m.sub(name).apply(value)
			}
		}
		return out
	case []object:
		out := make([]object, len(v))
		for i, o := range v {
			out[i], _ = m.apply(o).(object)
		}
		return out
	}
	return v
}
