package web

import (
	"reflect"
	"testing"
)

// TestEveryMethodHasItsRule: with an embedded Source or Desk, a new method
// would be answered whole, to everybody, and nothing would say so.
func TestEveryMethodHasItsRule(t *testing.T) {
	for _, of := range []reflect.Type{reflect.TypeFor[sight](), reflect.TypeFor[ownDesk]()} {
		for i := range of.NumField() {
			if f := of.Field(i); f.Anonymous {
				t.Errorf("%s embeds %s", of, f.Name)
			}
		}
	}
}
