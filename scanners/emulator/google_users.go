package emulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
)

const userKnown = "addresses,agreedToTerms,aliases,archivalTime,archived,changePasswordAtNextLogin,creationTime,customSchemas,customerId,deletionTime,emails,etag,externalIds,gender," +
	"guestAccountInfo,hashFunction,id,ims,includeInGlobalAddressList,ipWhitelisted,isAdmin,isDelegatedAdmin,isEnforcedIn2Sv,isEnrolledIn2Sv,isGuestUser,isMailboxSetup,keywords,kind," +
	"languages,lastLoginTime,locations,name(displayName,familyName,fullName,givenName),nonEditableAliases,notes,orgUnitPath,organizations,password,phones,posixAccounts,primaryEmail," +
	"recoveryEmail,recoveryPhone,relations,sshPublicKeys,suspended,suspensionReason,suspensionTime,thumbnailPhotoEtag,thumbnailPhotoUrl,websites"

// users answers directory.users.list. Only administrators may ask.
func (g *google) users(c *call) (any, error) {
	if !g.administrator(c.who) {
		return nil, forbidden()
	}
	if customer := c.query.Get("customer"); customer == "" && c.query.Get("domain") == "" || customer != "" && customer != "my_customer" && customer != g.customerID() {
		return nil, &googleError{http.StatusBadRequest, "badRequest", "Bad Request", ""}
	}
	size, err := c.size("maxResults", 100, 500)
	if err != nil {
		return nil, err
	}
	people, err := g.found(c)
	if err != nil {
		return nil, err
	}
	all := make([]object, 0, len(people))
	for _, p := range people {
		all = append(all, g.userObject(p))
	}
	answer, err := g.pageOf(c, "admin#directory#users", "users", all, size)
	return answer, err
}

// found are the people a call asks about, in the order it asks for.
func (g *google) found(c *call) ([]Person, error) {
	if c.is("showDeleted") {
		return nil, nil // the deleted are forgotten here
	}
	name, want, _ := strings.Cut(c.query.Get("query"), "=")
	var people []Person
	for _, p := range g.World.People() {
		if p.Google && !p.Guest && (name != "isSuspended" || p.Left == (want == "true")) {
			people = append(people, p)
		}
	}
	if name != "" && name != "isSuspended" {
		return nil, &googleError{http.StatusBadRequest, "invalid", "Invalid Input: query", "query"}
	}
	key := map[string]func(Person) string{
		"": func(Person) string { return "" }, "email": func(p Person) string { return p.Address },
		"familyName": func(p Person) string { return p.Family }, "givenName": func(p Person) string { return p.Given },
	}[c.query.Get("orderBy")]
	if key == nil {
		return nil, invalid("orderBy", "Invalid Value")
	}
	slices.SortStableFunc(people, func(a, b Person) int {
		if c.query.Get("sortOrder") == "DESCENDING" {
			a, b = b, a
		}
		return cmp.Compare(key(a), key(b))
	})
	return people, nil
}

// user answers directory.users.get.
func (g *google) user(c *call) (any, error) {
	key := c.PathValue("user")
	for _, p := range g.World.People() {
		if p.Google && !p.Guest && (strings.EqualFold(p.Address, key) || googleID(p.ID) == key) {
			if !g.administrator(c.who) && p.ID != c.who.ID {
				return nil, forbidden()
			}
			return g.userObject(p), nil
		}
	}
	return nil, &googleError{http.StatusNotFound, "notFound", "Resource Not Found: userKey", ""}
}

func (g *google) userObject(p Person) object {
	o := object{
		"kind": "admin#directory#user", "id": googleID(p.ID), "etag": `"` + guid("etag", p.ID, p.Address)[:13] + `"`,
		"primaryEmail": p.Address, "customerId": g.customerID(), "orgUnitPath": "/" + p.Department,
		"name":    object{"givenName": p.Given, "familyName": p.Family, "fullName": p.Name},
		"isAdmin": p.Admin, "isDelegatedAdmin": false, "suspended": p.Left, "archived": false, "agreedToTerms": true,
		"changePasswordAtNextLogin": false, "ipWhitelisted": false, "includeInGlobalAddressList": true, "isMailboxSetup": true,
		"creationTime": googleTime(dawn().AddDate(-4, 0, 0)), "lastLoginTime": googleTime(dawn().AddDate(0, 2, 0)),
		"emails":             []object{{"address": p.Address, "primary": true}, {"address": p.Address + ".test-google-a.com"}},
		"nonEditableAliases": []string{p.Address + ".test-google-a.com"},
		"languages":          []object{{"languageCode": "en-GB", "preference": "preferred"}},
	}
	if p.Title != "" || p.Department != "" {
		o["organizations"] = []object{{"title": p.Title, "department": p.Department, "primary": true, "customType": ""}}
	}
	if p.EmployeeID != "" {
		o["externalIds"] = []object{{"value": p.EmployeeID, "type": "organization"}}
	}
	if p.Left {
		o["suspensionReason"] = "ADMIN"
	}
	return o
}

// googleID is the number that the directory knows a person by.
func googleID(person string) string { return digits("user", person) }

func (g *google) customerID() string { return "C0" + guid("customer", g.World.Org)[:7] }
