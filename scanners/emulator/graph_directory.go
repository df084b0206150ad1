package emulator

import (
	"net/http"
	"slices"
)

type graphUser struct {
	ID             string   `json:"id"`
	DisplayName    string   `json:"displayName"`
	GivenName      string   `json:"givenName"`
	Surname        string   `json:"surname"`
	Principal      string   `json:"userPrincipalName"`
	Mail           string   `json:"mail"`
	JobTitle       *string  `json:"jobTitle"`
	BusinessPhones []string `json:"businessPhones"`
	MobilePhone    *string  `json:"mobilePhone"`
	OfficeLocation *string  `json:"officeLocation"`
	Language       *string  `json:"preferredLanguage"`

	// The rest is only there when it is selected.
	AccountEnabled *bool           `json:"accountEnabled,omitempty"`
	UserType       string          `json:"userType,omitempty"`
	Department     *string         `json:"department,omitempty"`
	EmployeeID     *string         `json:"employeeId,omitempty"`
	Licences       *[]graphLicence `json:"assignedLicenses,omitempty"`
}

type graphLicence struct {
	SKU      string   `json:"skuId"`
	Disabled []string `json:"disabledPlans"`
}

func (g *graph) render(p Person, sel selection) graphUser {
	u := graphUser{
		ID: p.ID, DisplayName: p.Name, GivenName: p.Given, Surname: p.Family, Principal: p.Address, Mail: p.Address,
		JobTitle: optional(p.Title), BusinessPhones: []string{},
	}
	if !g.holds("User.Read.All", "Directory.Read.All") {
		return u // User.ReadBasic.All shows names and addresses, and nothing else
	}
	if sel.asked("accountEnabled") {
		enabled := !p.Left
		u.AccountEnabled = &enabled
	}
	if sel.asked("userType") {
		u.UserType = "Member"
		if p.Guest {
			u.UserType = "Guest"
		}
	}
	if sel.asked("department") {
		u.Department = optional(p.Department)
	}
	if sel.asked("employeeId") {
		u.EmployeeID = optional(p.EmployeeID)
	}
	if sel.asked("assignedLicenses") {
		u.Licences = &[]graphLicence{}
		if _, has := g.World.PersonalPlace(Microsoft, p.ID); has {
			u.Licences = &[]graphLicence{{SKU: guid("licence"), Disabled: []string{}}}
		}
	}
	return u
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

// users lists the accounts. Only those of Microsoft are known here.
func (g *graph) users(w http.ResponseWriter, r *http.Request) {
	sel := selected(r)
	all := slices.DeleteFunc(stored(g.World, &g.World.peopleOrder, g.World.people), func(p *Person) bool { return !p.Microsoft })
	page(g, w, r, all, func(p *Person) any { return g.render(*p, sel) }, top(r, 100, 999), "")
}

func (g *graph) user(w http.ResponseWriter, r *http.Request) {
	p, ok := g.World.Person(r.PathValue("user"))
	if !ok || !p.Microsoft {
		g.fail(w, r, http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+r.PathValue("user")+"' does not exist.")
		return
	}
	g.answer(w, r, g.render(p, selected(r)))
}

type graphGroup struct {
	ID          string   `json:"id"`
	DisplayName string   `json:"displayName"`
	Mail        *string  `json:"mail"`
	GroupTypes  []string `json:"groupTypes"`
}

func (g *graph) groups(w http.ResponseWriter, r *http.Request) {
	var all []Group
	for _, group := range g.World.Groups() {
		if group.Suite != Google {
			all = append(all, group)
		}
	}
	show := func(group Group) any {
		return graphGroup{ID: group.ID, DisplayName: group.Name, Mail: optional(group.Address), GroupTypes: []string{"Unified"}}
	}
	page(g, w, r, all, show, top(r, 100, 999), "")
}

// members lists the people of a group; their type is named, as the collection is one of directory objects.
func (g *graph) members(w http.ResponseWriter, r *http.Request) {
	group, ok := g.World.Group(r.PathValue("group"))
	if !ok {
		g.fail(w, r, http.StatusNotFound, "Request_ResourceNotFound", "Resource '"+r.PathValue("group")+"' does not exist.")
		return
	}
	type member struct {
		Type string `json:"@odata.type"`
		graphUser
	}
	var all []Person
	for _, id := range group.Members {
		if p, ok := g.World.Person(id); ok {
			all = append(all, p)
		}
	}
	show := func(p Person) any { return member{"#microsoft.graph.user", g.render(p, selected(r))} }
	page(g, w, r, all, show, top(r, 100, 999), "")
}

type graphOrganisation struct {
	ID          string        `json:"id"`
	DisplayName string        `json:"displayName"`
	Domains     []graphDomain `json:"verifiedDomains"`
}

type graphDomain struct {
	Name    string `json:"name"`
	Default bool   `json:"isDefault"`
}

func (g *graph) organisation(w http.ResponseWriter, r *http.Request) {
	org := graphOrganisation{ID: g.World.tenantID(), DisplayName: g.World.Org, Domains: []graphDomain{{g.World.Domain, true}}}
	page(g, w, r, []any{org}, itself, 1, "")
}

// itself shows what is in the shape of Graph already.
func itself(v any) any { return v }
