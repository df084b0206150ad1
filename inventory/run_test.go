package inventory

import "testing"

func TestMutations(t *testing.T) {
	ledger := Ledger{
		{Method: "GET", Template: "/v1.0/users", Count: 7},
		{Method: "HEAD", Template: "/x", Count: 1},
		{Method: "POST", Template: "/{id}/oauth2/v2.0/token", Count: 2},
		{Method: "POST", Template: "/resourcequery/resources/query", Count: 3},
		{Method: "POST", Template: "/v1.0/myorg/admin/workspaces/getInfo", Count: 1},
	}
	if n := ledger.Mutations(); n != 0 {
		t.Errorf("%d mutations among reads and sign-ins", n)
	}
	ledger = append(ledger, LedgerLine{Method: "DELETE", Template: "/v1.0/drives/{id}", Count: 2}, LedgerLine{Method: "POST", Template: "/v1.0/users", Count: 1},
		LedgerLine{Method: "POST", Template: "/v1.0/security/auditLog/queries", Count: 1}, LedgerLine{Method: "PUT", Template: "/resourcequery/resources/query", Count: 1})
	if n := ledger.Mutations(); n != 5 {
		t.Errorf("%d mutations, want 5", n)
	}
}

func TestTally(t *testing.T) {
	var total Tally
	total.Add(Tally{Found: 5, Stored: 2, Excluded: 1, Skipped: map[string]int{"a": 1}, Failed: map[string]int{"b": 1}})
	total.Add(Tally{Found: 1, Skipped: map[string]int{"a": 1}})
	if !total.Balanced() || total.Found != 6 || total.Skipped["a"] != 2 {
		t.Errorf("%+v", total)
	}
	total.Found++
	if total.Balanced() {
		t.Error("one asset is not accounted for, and the tally is balanced")
	}
}
