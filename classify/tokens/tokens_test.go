package tokens

import (
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	tests := []struct{ in, want string }{
		{"Employee ID", "employee id"},
		{"EmpID #2", "employee id no 0"},
		{"emp_id", "employee id"},
		{"IPAddress", "ip address"},
		{"Employee's Names", "employee name"},
		{"Qty. on-hand", "quantity on hand"},
		{"% Complete", "percent complete"},
		{"Pass/Fail", "pass fail"},
		{"hw12", "hw 0"},
		{"Añadir Número", "anadir numero"},
		{"员工编号", "员 工 编 号"},
		{"Табельный номер", "табельныи номер"},
		{"  ", ""},
		{"PO", "po"},
		{"Categories", "category"},
		{"GPA", "gpa"},
		{"IDs", "id"},
		{"Quiz /10", "quiz out of 0"},
		{"Rate 14/15", "rate 0 0"},
	}
	for _, tt := range tests {
		if got := strings.Join(Of(tt.in), " "); got != tt.want {
			t.Errorf("Of(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func FuzzTokens(f *testing.F) {
	f.Add("EmpID #2")
	f.Add("\xff\xfe课程s")
	f.Fuzz(func(t *testing.T, s string) {
		for _, w := range Of(s) {
			if w == "" {
				t.Errorf("Of(%q) holds an empty word", s)
			}
		}
	})
}
