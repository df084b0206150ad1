package emulator

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"sync"
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
	deleted := c.is("showDeleted")
	return g.pageFrom(c, "admin#directory#users", "users", len(people), size, func(i int) object {
		o := g.userObject(people[i])
		if deleted {
			o["deletionTime"] = googleTime(dawn().AddDate(0, 2, 0))
		}
		return o
	})
}

// A roll is who was asked about last, and in which order: a large organisation is asked page by page.
type roll struct {
	mu      sync.Mutex
	edition int
	asked   string
	people  []Person
}

// found are the people a call asks about, in the order it asks for.
func (g *google) found(c *call) ([]Person, error) {
	name, want, _ := strings.Cut(c.query.Get("query"), "=")
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
	all, edition := g.World.enrolled(c.is("showDeleted"))
	asked := strings.Join([]string{c.query.Get("orderBy"), c.query.Get("sortOrder"), c.query.Get("query"), c.query.Get("showDeleted")}, " ")
	g.roll.mu.Lock()
	defer g.roll.mu.Unlock()
	if g.roll.people == nil || g.roll.asked != asked || g.roll.edition != edition {
		g.roll.people = slices.DeleteFunc(all(), func(p Person) bool {
			return !p.Google || p.Guest || name == "isSuspended" && p.Left != (want == "true")
		})
		slices.SortStableFunc(g.roll.people, func(a, b Person) int {
			if c.query.Get("sortOrder") == "DESCENDING" {
				a, b = b, a
			}
			return cmp.Compare(key(a), key(b))
		})
		g.roll.asked, g.roll.edition = asked, edition
	}
	return g.roll.people, nil
}

// enrolled are the people who have an account, or whose account was deleted, and how often the directory has changed.
func (w *World) enrolled(deleted bool) (people func() []Person, edition int) {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if deleted {
		gone := slices.Clone(w.gone)
		return func() []Person { return gone }, w.google.edition
	}
	return w.People, w.google.edition
}

// user answers directory.users.get.
func (g *google) user(c *call) (any, error) {
	p, ok := g.World.personOfGoogle(c.PathValue("user"))
	switch {
	case !ok:
		return nil, &googleError{http.StatusNotFound, "notFound", "Resource Not Found: userKey", ""}
	case !g.administrator(c.who) && p.ID != c.who.ID:
		return nil, forbidden()
	}
	return g.userObject(p), nil
}

// personOfGoogle finds somebody by address, or by the directory's number.
func (w *World) personOfGoogle(key string) (Person, bool) {
	if p, ok := w.Person(key); ok && p.Google && !p.Guest && strings.EqualFold(p.Address, key) {
		return p, true
	}
	if strings.Contains(key, "@") {
		return Person{}, false
	}
	for _, p := range w.People() {
		if p.Google && !p.Guest && googleID(p.ID) == key {
			return p, true
		}
	}
	return Person{}, false
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
