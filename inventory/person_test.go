package inventory_test

import (
	"testing"

	"github.com/desirepath/desirepath/inventory"
)

func TestPersonLeft(t *testing.T) {
	account := func(left bool) inventory.Account { return inventory.Account{Left: left} }
	tests := []struct {
		accounts []inventory.Account
		left     bool
	}{
		{nil, false}, {[]inventory.Account{account(true)}, true}, {[]inventory.Account{account(true), account(false)}, false},
	}
	for _, tt := range tests {
		if got := (inventory.Person{Accounts: tt.accounts}).Left(); got != tt.left {
			t.Errorf("%+v left = %v", tt.accounts, got)
		}
	}
	if got := inventory.FoldAddress(" Ada@X.Example\n"); got != "ada@x.example" {
		t.Errorf("folded address = %q", got)
	}
}
