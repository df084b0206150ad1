package classify

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/desirepath/desirepath/classify/catalogue"
	"github.com/desirepath/desirepath/inventory"
)

func builtin(t testing.TB) catalogue.Catalogue {
	t.Helper()
	c, err := catalogue.Load(catalogue.Builtin())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func classifier(t testing.TB, systems ...inventory.System) *Classifier {
	t.Helper()
	w, err := DefaultWeights()
	if err != nil {
		t.Fatal(err)
	}
	return New(builtin(t).WithSystems(systems...), Background{}, w)
}

// sheet is a workbook with one sheet; headings are separated by semicolons.
func sheet(name, headings string) inventory.Subject {
	r := inventory.Region{HeaderRows: 1}
	for h := range strings.SplitSeq(headings, ";") {
		if h = strings.TrimSpace(h); h != "" {
			r.Headings = append(r.Headings, h)
		}
	}
	sh := inventory.Sheet{Name: name, Rows: 40, Columns: len(r.Headings), Regions: []inventory.Region{r}}
	return inventory.Subject{Asset: inventory.Asset{Name: "Book1.xlsx"}, Structure: inventory.Structure{Format: "xlsx", Sheets: []inventory.Sheet{sh}}}
}

func TestClassify(t *testing.T) {
	tests := []struct{ name, headings, want string }{
		{"Spring term", "Student ID; Name; Assignment 1; Assignment 2; Midterm; Final grade", "gradebook"},
		{"Sheet1", "Emp No; Employee Name; Basic Salary; HRA; PF; Gross Salary; Net Pay", "payroll"},
		{"Sheet1", "Employee ID; Full Name; Job Title; Hire Date; Department; Reports To", "hris"},
		{"Sheet1", "Personalnummer; Vorname; Nachname; Eintrittsdatum; Abteilung; Vorgesetzter", "hris"},
		{"Pipeline", "Company; Contact; Email; Lead Source; Deal Stage; Next Follow Up; Expected Close Date", "crm"},
		{"Log", "Ticket No; Reported By; Date Reported; Issue Description; Severity; Assigned To; Resolution; Date Closed", "ticketing"},
		{"Sheet1", "Risk ID; Risk Description; Likelihood; Impact; Risk Score; Mitigation; Risk Owner", "grc"},
		{"Sheet1", "Test Case ID; Steps; Expected Result; Actual Result; Pass/Fail; Tested By", "qa-test"},
		{"Sheet1", "用例编号; 测试步骤; 预期结果; 实际结果; 测试人员", "qa-test"},
		{"Sheet1", "Asset Tag; Serial Number; Model; Manufacturer; Purchase Date; Warranty Expiry; Location", "asset"},
		{"Week 12", "Date; Time In; Time Out; Break; Hours Worked; Project", "timesheet"},
		{"Sheet1", "Task; Owner; Start Date; Due Date; % Complete; Predecessors", "project"},
		{"Sheet1", "PO Number; Vendor; Order Date; Qty Ordered; Unit Price; Expected Delivery", "procurement"},
		{"Stock", "SKU; Item Name; Qty on Hand; Reorder Level; Bin Location; Supplier", "inventory"},
		{"Sheet1", "Work Order No; Equipment; Maintenance Type; Technician; Downtime; Next Service Date", "maintenance"},
		{"Sheet1", "Order ID; Order Date; Customer Name; Ship Date; Product; Sales; Discount", "sales-order"},
		{"Ledger", "Date; Voucher No; Account Code; Description; Debit; Credit; Balance", "finance"},
		{"Sheet1", "Invoice No; Invoice Date; Customer; Amount Due; Due Date; Days Overdue", "invoicing"},
		{"Sheet1", "sepal length; sepal width; petal length; petal width", ""},
		{"Sheet1", "x; y; sin(x); cos(x)", ""},
		{"Sheet1", "", ""},
		{"Sheet1", "ოოო; უუუ; ქქქ; ღღღ; ყყყ", ""},
	}
	c := classifier(t)
	for _, tt := range tests {
		v := c.Classify(sheet(tt.name, tt.headings))
		if c.cat.Top(v.Capability) != c.cat.Top(tt.want) {
			t.Errorf("%s: %q %.2f, want %q; %v %v", tt.headings, v.Capability, v.Score, tt.want, v.Alternatives, v.Evidence)
		} else if v.Capability != tt.want {
			t.Logf("%s: %q rather than the finer %q", tt.headings, v.Capability, tt.want)
		}
	}
}

func TestEvidenceAddsUpToTheScore(t *testing.T) {
	c := classifier(t)
	for _, s := range []inventory.Subject{
		sheet("Grades", "Student ID; Assignment 1; Final grade; Email"),
		sheet("Sheet1", "a1; b2; nothing at all"),
		sheet("Tasks", "Task; Owner; Hours"),
	} {
		v := c.Classify(s)
		total := 0.0
		for _, e := range v.Evidence {
			total += e.Weight
		}
		if p := 1 / (1 + math.Exp(-total)); math.Abs(p-v.Score) > 0.002 {
			t.Errorf("%q: the evidence comes to %.4f, the score is %.4f: %v", v.Capability, p, v.Score, v.Evidence)
		}
		if !slices.IsSortedFunc(v.Alternatives, func(a, b inventory.Alternative) int { return int(math.Copysign(1, b.Score-a.Score)) }) {
			t.Errorf("alternatives are not ranked: %v", v.Alternatives)
		}
	}
}

func TestClassifyIsDeterministic(t *testing.T) {
	s := sheet("Grades", "Student ID; Assignment 1; Final grade; Email; Order ID; Vendor; Hours; Risk; Task; Invoice No")
	cat := builtin(t)
	want := New(cat, Background{}, Expert()).Classify(s)
	for range 20 {
		if d := cmp.Diff(want, New(cat, Background{}, Expert()).Classify(s)); d != "" {
			t.Fatal(d)
		}
	}
}

// TestVerdictsDoNotRemember holds that what was judged before, or is judged at
// the same time, changes no verdict, though their room is shared.
func TestVerdictsDoNotRemember(t *testing.T) {
	subjects := []inventory.Subject{
		sheet("Grades", "Student ID; Assignment 1; Final grade; Email; Order ID; Vendor; Hours; Risk; Task; Invoice No"),
		sheet("Sheet1", "sepal length; sepal width; petal length; petal width"),
		sheet("Risk register", "Risk ID; Likelihood; Impact; Mitigation"),
		app(inventory.KindApp, "Leave requests", "shared_salesforce"),
		sheet("Sheet1", ""),
	}
	var want []inventory.Verdict
	for _, s := range subjects {
		want = append(want, classifier(t).Classify(s))
	}
	c := classifier(t)
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			for i := range 50 {
				k := (worker + i*i) % len(subjects)
				if d := cmp.Diff(want[k], c.Classify(subjects[k])); d != "" {
					t.Errorf("subject %d: %s", k, d)
				}
			}
		})
	}
	all.Wait()
}

func TestBasisFollowsWhatIsUsed(t *testing.T) {
	cat := builtin(t)
	a := New(cat, Background{}, Expert()).Basis()
	for name, other := range map[string]*Classifier{
		"catalogue":  New(cat.WithSystems(inventory.System{ID: "x", Capability: "crm"}), Background{}, Expert()),
		"background": New(cat, Background{Structures: 1}, Expert()),
		"weights":    New(cat, Background{}, Weights{}),
		"options":    NewWith(cat, Background{}, Expert(), Options{NoNames: true}),
	} {
		if other.Basis() == a {
			t.Errorf("another %s has the same basis", name)
		}
	}
	if b := New(cat, Background{}, Expert()).Basis(); b != a {
		t.Errorf("the same parts have the bases %s and %s", a, b)
	}
}

func TestNoNamesHidesNames(t *testing.T) {
	s := sheet("Sheet1", "A; B1; Remarks")
	s.Asset.Name, s.Asset.Path = "Risk register.xlsx", "Audit/Risk register"
	w, err := DefaultWeights()
	if err != nil {
		t.Fatal(err)
	}
	plain := New(builtin(t), Background{}, w).Classify(s)
	hidden := NewWith(builtin(t), Background{}, w, Options{NoNames: true}).Classify(s)
	if !mentions(plain, "grc") || hidden.Score == plain.Score && hidden.Capability == plain.Capability {
		t.Errorf("with names %+v, without %+v", plain, hidden)
	}
	s.Asset.Name, s.Asset.Path = "Other.xlsx", ""
	if d := cmp.Diff(hidden, NewWith(builtin(t), Background{}, w, Options{NoNames: true}).Classify(s)); d != "" {
		t.Errorf("a name got through: %s", d)
	}
}

func mentions(v inventory.Verdict, capability string) bool {
	return v.Capability == capability || slices.ContainsFunc(v.Alternatives, func(a inventory.Alternative) bool { return a.Capability == capability })
}

func TestSystemIsFoundByItsTraces(t *testing.T) {
	people := inventory.System{ID: "people", Name: "People", Capability: "hris", Hosts: []string{"hr.example.org"}}
	pay := inventory.System{ID: "pay", Name: "Pay", Capability: "payroll", Targets: []string{"payroll_prod"}}
	c := classifier(t, people, pay)
	staff := sheet("Staff", "Employee ID; Employee Name; Hire Date; Department")
	if v := c.Classify(staff); v.System != "people" {
		t.Errorf("by capability: %q", v.System)
	}
	staff.Structure.Connections = []inventory.Connection{{Kind: "odbc", Target: "db01/PAYROLL_PROD/employees"}}
	v := c.Classify(staff)
	if v.System != "pay" {
		t.Errorf("by target: %q", v.System)
	}
	want := inventory.Evidence{Signal: SignalSystem, Args: []string{"hris", "payroll_prod"}}
	if !slices.ContainsFunc(v.Evidence, func(e inventory.Evidence) bool { e.Weight = 0; return cmp.Equal(e, want) }) {
		t.Errorf("no evidence of the connection: %v", v.Evidence)
	}
	if v := c.Classify(sheet("Sheet1", "SKU; Qty on hand; Reorder level; Bin")); v.Capability != "inventory" || v.System != "" {
		t.Errorf("an unserved need got %q %q", v.Capability, v.System)
	}
}

func TestTracesStandAlone(t *testing.T) {
	tests := []struct {
		target, needle string
		host, want     bool
	}{
		{"https://hr.example.org/api", "hr.example.org", true, true},
		{"api.hr.example.org/x", "hr.example.org", true, true},
		{"chr.example.org", "hr.example.org", true, false},
		{"hr.example.org.evil.test", "hr.example.org", true, false},
		{"db01/hr", "hr", false, true},
		{"db01/chris", "hr", false, false},
		{"db01/hr_old", "hr", false, false},
	}
	for _, tt := range tests {
		if got := contains(tt.target, tt.needle, tt.host); got != tt.want {
			t.Errorf("contains(%q, %q) = %v", tt.target, tt.needle, got)
		}
	}
}

func TestNeedsAreMeaningful(t *testing.T) {
	c := classifier(t)
	v := c.Classify(sheet("Grades", "Student ID; Student Name; Assignment 1; Midterm; Final grade; Warranty Expiry; Serial Number; xq17; 3; Column1"))
	want := []inventory.Need{{Kind: "function", Word: "warranty reminders"}, {Kind: "field", Word: "Warranty Expiry"}}
	if d := cmp.Diff(want, v.Needs); d != "" {
		t.Error(d)
	}
}

func TestBackgroundMakesCommonHeadingsSpeakLess(t *testing.T) {
	var all []inventory.Structure
	for i := range minBackground {
		s := sheet("Sheet1", fmt.Sprintf("Cost Center; Own %c%c", 'a'+i%26, 'a'+i/26))
		all = append(all, s.Structure)
	}
	bg := Learn(slices.Values(all))
	if bg.Headings["cost center"] != minBackground || len(bg.Headings) != 1 {
		t.Fatalf("learned %v", bg)
	}
	s := sheet("Sheet1", "Cost Center; Amount; Voucher No")
	w, err := DefaultWeights()
	if err != nil {
		t.Fatal(err)
	}
	before, after := New(builtin(t), Background{}, w).Classify(s), New(builtin(t), bg, w).Classify(s)
	if builtin(t).Top(before.Capability) != "finance" || after.Score >= before.Score {
		t.Errorf("before %s %.3f, after %s %.3f", before.Capability, before.Score, after.Capability, after.Score)
	}
}

func TestHostileStructures(t *testing.T) {
	wide := sheet("x", "")
	for i := range 16_000 {
		wide.Structure.Sheets[0].Regions[0].Headings = append(wide.Structure.Sheets[0].Regions[0].Headings, fmt.Sprintf("Invoice %d of %d", i, i*i))
	}
	long := sheet(strings.Repeat("risk ", 10_000), strings.Repeat("employee id ", 50_000))
	c := classifier(t)
	for _, s := range []inventory.Subject{{}, wide, long, sheet("\xff\xfe", "\x00;\xff;\u200b")} {
		if v := c.Classify(s); math.IsNaN(v.Score) || v.Score <= 0 || v.Score > 1 {
			t.Errorf("score %v", v.Score)
		}
	}
	if v := New(catalogue.Catalogue{}, Background{}, Weights{}).Classify(sheet("Staff", "Employee ID")); !v.None() {
		t.Errorf("an empty catalogue found %q", v.Capability)
	}
}
