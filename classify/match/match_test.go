package match

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// An export of a shop's spreadsheets, and the system that it should be in.
func shop() (columns, targets []Field, n int) {
	for _, f := range []Field{
		{"Customers", "CustID", "", "int"}, {"Customers", "CustName", "", "text"}, {"Customers", "TelNo", "phone of the customer", "text"},
		{"Orders", "OrderDt", "when it was ordered", "datetime"}, {"Orders", "CustID", "", "int"}, {"Orders", "Qty", "", "int"},
		{"Orders", "favourite_colour", "", "text"}, {"Returns", "CustID", "", "int"}, {"Returns", "Why", "reason of the return", "text"},
	} {
		columns = append(columns, f)
	}
	for _, f := range []Field{
		{"partner", "partner_id", "the customer or supplier", "integer"}, {"partner", "name", "", "varchar"}, {"partner", "phone", "", "varchar"},
		{"sales_order", "partner_id", "the customer who ordered", "integer"}, {"sales_order", "order_date", "", "timestamp"},
		{"sales_order_line", "quantity", "ordered quantity", "integer"}, {"sales_order_line", "partner_id", "", "integer"},
		{"return_request", "partner_id", "", "integer"}, {"return_request", "reason", "why goods are sent back", "varchar"},
	} {
		targets = append(targets, f)
	}
	return columns, targets, 5
}

func TestFields(t *testing.T) {
	got := map[string]string{}
	for _, r := range Fields(shop()) {
		if r.Found {
			got[r.Column.Table+"."+r.Column.Column] = r.Candidates[0].Table + "." + r.Candidates[0].Column
		}
	}
	want := map[string]string{
		"Customers.CustID": "partner.partner_id", "Customers.CustName": "partner.name", "Customers.TelNo": "partner.phone",
		"Orders.OrderDt": "sales_order.order_date", "Orders.CustID": "sales_order.partner_id", "Orders.Qty": "sales_order_line.quantity",
		"Returns.CustID": "return_request.partner_id", "Returns.Why": "return_request.reason",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestNothingToMatch(t *testing.T) {
	columns, targets, _ := shop()
	if got := Fields(nil, targets, 5); len(got) != 0 {
		t.Errorf("%v", got)
	}
	for _, r := range Fields(columns, nil, 5) {
		if r.Found || len(r.Candidates) > 0 {
			t.Errorf("%v out of nothing", r)
		}
	}
	for _, r := range Fields([]Field{{}, {Column: "???", Type: "?"}}, []Field{{}, {Table: "1", Column: "2"}}, 5) {
		if r.Found {
			t.Errorf("%v is found", r)
		}
	}
}

func TestNamesAreTakenApart(t *testing.T) {
	l := lexicon{"order": true, "events": true, "event": true, "fluid": true}
	for name, want := range map[string][]string{
		"OrderDate":   {"order", "date"},
		"ORDERDATE":   {"order", "date"},
		"order_id":    {"order", "identifier"},
		"ORDERID":     {"order", "identifier"},
		"fluid":       {"fluid"},
		"unit2":       {"unit"},
		"12":          nil,
		"orderEvents": {"order", "event"},
	} {
		got := slices.DeleteFunc(l.name(name), func(w string) bool { return w[0] == '=' })
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestAssign(t *testing.T) {
	for _, c := range []struct {
		gain [][]float64
		want []int
	}{
		{[][]float64{{5, 4}, {4, 0}}, []int{1, 0}}, // not the greediest
		{[][]float64{{1}, {2}, {3}}, []int{-1, -1, 0}},
		{[][]float64{{0, 0}}, []int{-1}},
	} {
		if diff := cmp.Diff(c.want, assign(c.gain)); diff != "" {
			t.Errorf("%v (-want +got):\n%s", c.gain, diff)
		}
	}
}

func BenchmarkFields(b *testing.B) {
	var columns, targets []Field
	for i := range 200 {
		columns = append(columns, Field{fmt.Sprintf("table%d", i/10), fmt.Sprintf("order status %d", i%10), "the status of an order", "text"})
		targets = append(targets, Field{fmt.Sprintf("entity%d", i/10), fmt.Sprintf("state_%d", i%10), "state of a sale", "text"})
	}
	for b.Loop() {
		Fields(columns, targets, 5)
	}
}
