package classify

import (
	"slices"
	"strings"
	"testing"

	"github.com/desirepath/desirepath/classify/tokens"
	"github.com/desirepath/desirepath/inventory"
)

// app is an asset without an inside of its own: what is known is its name and
// what it is connected to, "kind target" each.
func app(kind inventory.Kind, name string, connections ...string) inventory.Subject {
	s := inventory.Subject{Asset: inventory.Asset{Kind: kind, Name: name}, Structure: inventory.EmptyStructure()}
	for _, c := range connections {
		how, target, _ := strings.Cut(c, " ")
		s.Structure.Connections = append(s.Structure.Connections, inventory.Connection{Kind: how, Target: target})
	}
	return s
}

func TestAppsAreJudgedByWhatTheyAreConnectedTo(t *testing.T) {
	tests := []struct {
		name    string
		subject inventory.Subject
		want    string // the coarse capability
		signal  string
	}{
		{"a flow into the service desk", app(inventory.KindFlow, "When a form is submitted", "connector shared_servicenow", "connector shared_office365"), "ticketing", SignalReached},
		{"an app over a customer system", app(inventory.KindApp, "Account visits", "connector shared_salesforce", "connector shared_sql"), "crm", SignalReached},
		{"consent to assignments and rosters", app(inventory.KindApp, "Markly", "permission Microsoft Graph/EduAssignments.Read.All", "permission Microsoft Graph/EduRoster.Read.All"), "lms", SignalAllowed},
		{"consent in Google's words", app(inventory.KindApp, "Markly", "permission Google/classroom.rosters.readonly", "permission Google/classroom.courses.readonly"), "lms", SignalAllowed},
		{"an agent that answers from a place", app(inventory.KindAgent, "Ask about leave", "knowledge https://alderbay.sharepoint.example/sites/leave-requests"), "hris", SignalSources},
		{"a name alone that says all", app(inventory.KindApp, "Leave requests"), "hris", SignalName},
		{"an app that only knows who signs in", app(inventory.KindApp, "Zorble", "permission Microsoft Graph/User.Read", "redirect zorble.example"), "", SignalLittle},
		{"nothing at all", app(inventory.KindApp, "App1"), "", SignalLittle},
	}
	c := classifier(t)
	for _, tt := range tests {
		v := c.Classify(tt.subject)
		if got := c.cat.Top(v.Capability); got != tt.want {
			t.Errorf("%s: %q %.2f, want %q: %v", tt.name, v.Capability, v.Score, tt.want, v.Evidence)
		}
		if !slices.ContainsFunc(v.Evidence, func(e inventory.Evidence) bool { return e.Signal == tt.signal }) {
			t.Errorf("%s: no evidence of %s: %v", tt.name, tt.signal, v.Evidence)
		}
	}
}

func TestRedirectsAreTracesOfSystems(t *testing.T) {
	c := classifier(t, inventory.System{ID: "campus-crm", Name: "Campus CRM", Capability: "crm", Hosts: []string{"crm.example.org"}})
	v := c.Classify(app(inventory.KindApp, "Outreach helper", "redirect crm.example.org", "permission Campus CRM/user_impersonation"))
	if v.Capability != "crm" || v.System != "campus-crm" {
		t.Errorf("%q %q: %v", v.Capability, v.System, v.Evidence)
	}
}

func TestWhoMadeAnAppAndItsAddressSayNothing(t *testing.T) {
	c := classifier(t)
	bare := c.Classify(app(inventory.KindApp, "Helper", "connector shared_office365"))
	made := c.Classify(app(inventory.KindApp, "Helper", "connector shared_office365", "publisher Salesforce", "trigger Jira", "redirect bookings.chemistry.example.org"))
	if bare.Capability != made.Capability || bare.Score != made.Score {
		t.Errorf("with a publisher and an address %q %.2f, without %q %.2f", made.Capability, made.Score, bare.Capability, bare.Score)
	}
}

func TestFormsAreReadByWhatTheyAskFor(t *testing.T) {
	tests := []struct{ questions, want string }{
		{"What is your employee number?; Which department are you in?; What type of leave would you like?; When does your leave start?; Please give the reason for leave", "hris"},
		{"Your name; Please describe the issue; How urgent is it? Priority; What is the asset tag of the device?; Who reported it? (Reported by)", "ticketing"},
		{"Quel est votre matricule ?; Veuillez indiquer la date d'embauche; Quel est votre supérieur hiérarchique ?; Date de naissance; Département", "hris"},
		{"What is your favourite colour?; Would you like tea or coffee?; Any comments?", ""},
	}
	c := classifier(t)
	for _, tt := range tests {
		s := sheet("", tt.questions)
		s.Asset = inventory.Asset{Kind: inventory.KindForm, Name: "Form"}
		if v := c.Classify(s); c.cat.Top(v.Capability) != tt.want {
			t.Errorf("%s: %q %.2f, want %q: %v", tt.questions, v.Capability, v.Score, tt.want, v.Evidence)
		}
	}
}

func TestQuestionsAreReadForWhatTheyAreAbout(t *testing.T) {
	v := newVocabulary(builtin(t))
	tests := []struct{ text, want string }{
		{"What is your employee number?", "employee no"},
		{"Please enter the asset tag", "asset tag"},
		{"Date of birth", ""},
		{"Nom du client", ""},
		{"Wie ist Ihre Personalnummer?", "personalnummer"},
		{"Who is it?", ""},
	}
	for _, tt := range tests {
		if got := strings.Join(v.unasked(tt.text, tokens.Of(tt.text)), " "); got != tt.want {
			t.Errorf("%s: about %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestTooLittleSeenIsSaid(t *testing.T) {
	c := classifier(t)
	for _, s := range []inventory.Subject{sheet("Sheet1", "Offers; Xq; Zzz"), sheet("Sheet1", ""), sheet("Blatt", "ოოო; უუუ")} {
		v := c.Classify(s)
		little := slices.ContainsFunc(v.Evidence, func(e inventory.Evidence) bool { return e.Signal == SignalLittle })
		if !v.None() || !little {
			t.Errorf("%v: %q, %v", s.Structure.Sheets[0].Regions[0].Headings, v.Capability, v.Evidence)
		}
	}
	if v := c.Classify(sheet("Chart of accounts", "")); v.None() {
		t.Errorf("a sheet's name that says all is enough: %v", v.Evidence)
	}
}

// TestEveryKindHasItsSignals: each kind of thing is judged by what there is to
// see of it.
func TestEveryKindHasItsSignals(t *testing.T) {
	tern := inventory.System{ID: "tern", Name: "Tern", Capability: "student-records", Hosts: []string{"tern.example.org"}}
	c := classifier(t, tern)
	list := sheet("Gear", "Item; Asset tag; Serial no; Checked out to; Due back; Condition")
	list.Asset = inventory.Asset{Kind: inventory.KindList, Name: "Gear"}
	for _, tt := range []struct {
		name               string
		subject            inventory.Subject
		capability, system string
		signal             string
	}{
		{"a list, by its columns", list, "asset", "", SignalHeadings},
		{"a script, by what it calls", app(inventory.KindScript, "nudges", "service Google/Mail", "web api.tern.example.org"), "lms", "tern", SignalSystem},
		{"a flow, by its connector", app(inventory.KindFlow, "Tell the team", "connector shared_jira"), "project", "", SignalReached},
		{"a flow, by its name", app(inventory.KindFlow, "Approve leave requests", "connector shared_office365"), "hris", "", SignalName},
		{"an application that people consented to", app(inventory.KindApp, "Zorble", "permission Google/classroom.rosters.readonly", "permission Google/classroom.courses"), "lms", "", SignalAllowed},
		{"an application, by where it sends people", app(inventory.KindApp, "Zorble", "redirect login.tern.example.org"), "lms", "tern", SignalSystem},
		{"an agent, by what it answers from", app(inventory.KindAgent, "Helper", "knowledge https://x.example.org/sites/asset-register"), "asset", "", SignalSources},
	} {
		v := c.Classify(tt.subject)
		if c.cat.Top(v.Capability) != tt.capability || v.System != tt.system || !slices.ContainsFunc(v.Evidence, func(e inventory.Evidence) bool { return e.Signal == tt.signal }) {
			t.Errorf("%s: %q %q %.2f: %v", tt.name, v.Capability, v.System, v.Score, v.Evidence)
		}
	}
}

// TestSeveralSystems: which of two systems it is nothing tells, and that is
// said; a trace of one of them settles it.
func TestSeveralSystems(t *testing.T) {
	c := classifier(t, inventory.System{ID: "a", Name: "Abacus", Capability: "hris", Hosts: []string{"abacus.example.org"}},
		inventory.System{ID: "b", Name: "Beech", Capability: "hris", Hosts: []string{"beech.example.org"}})
	staff := sheet("Staff", "Employee ID; Employee Name; Hire Date; Department")
	several := func(v inventory.Verdict) bool {
		return slices.ContainsFunc(v.Evidence, func(e inventory.Evidence) bool { return e.Signal == SignalSeveral && len(e.Args) == 3 })
	}
	if v := c.Classify(staff); v.System != "a" || !several(v) {
		t.Errorf("%q: %v", v.System, v.Evidence)
	}
	staff.Structure.Connections = []inventory.Connection{{Kind: "odbc", Target: "beech.example.org/people"}}
	if v := c.Classify(staff); v.System != "b" || several(v) {
		t.Errorf("%q: %v", v.System, v.Evidence)
	}
}
