package emulator

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	parameterKnown = "boolValue,intValue,messageValue,multiIntValue,multiMessageValue,multiValue,name,value"
	activityKnown  = "actor(applicationInfo,callerType,email,key,profileId),etag,events(name,parameters(" + parameterKnown + "),resourceIds,sensitiveParameters(" + parameterKnown + "),status,type)," +
		"id(applicationName,customerId,time,uniqueQualifier),ipAddress,kind,networkInfo,ownerDomain,resourceDetails"
	tokenKnown = "anonymous,clientId,displayText,etag,kind,nativeApp,scopes,userKey"
)

// auditKept is how far back the audit log goes.
const auditKept = 180 * 24 * time.Hour

// activities answers reports.activities.list about apps that people let at their data: the latest first, for administrators.
func (g *google) activities(c *call) (any, error) {
	if !g.administrator(c.who) {
		return nil, &googleError{http.StatusForbidden, "forbidden", "Access denied. You are not authorized to read activity records.", ""}
	}
	size, err := c.size("maxResults", 1000, 1000)
	if err != nil {
		return nil, err
	}
	from, err := c.moment("startTime", g.World.now().Add(-auditKept))
	if err != nil {
		return nil, err
	}
	if oldest := g.World.now().Add(-auditKept); from.Before(oldest) {
		from = oldest
	}
	to, err := c.moment("endTime", g.World.now())
	if err != nil {
		return nil, err
	}
	var all []object
	if c.PathValue("application") == "token" {
		all = g.tokenEvents(c, from, to)
	}
	return g.pageOf(c, "admin#reports#activities", "items", all, size)
}

// moment is a time that a call names.
func (c *call) moment(name string, usual time.Time) (time.Time, error) {
	text := c.query.Get(name)
	if text == "" {
		return usual, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, invalid(name, "Invalid value '"+text+"'.")
	}
	return t, nil
}

// tokenEvents are what a call wants to know of who gave apps access and who took it back.
func (g *google) tokenEvents(c *call, from, to time.Time) []object {
	type event struct {
		at   time.Time
		name string
		OAuthGrant
	}
	var events []event
	for _, o := range g.World.OAuthGrants() {
		events = append(events, event{o.Given, "authorize", o})
		if !o.Taken.IsZero() {
			events = append(events, event{o.Taken, "revoke", o})
		}
	}
	slices.SortStableFunc(events, func(a, b event) int { return b.at.Compare(a.at) })
	var out []object
	for _, e := range events {
		who, ok := g.World.Person(e.Person)
		asked := c.query.Get("eventName")
		user := c.PathValue("user")
		if ok && (asked == "" || asked == e.name) && (user == "all" || strings.EqualFold(user, who.Address)) && !e.at.Before(from) && !e.at.After(to) {
			out = append(out, g.activity(e.at, e.name, who, e.OAuthGrant))
		}
	}
	return out
}

// activity is one event as the audit log tells it.
// https://developers.google.com/workspace/admin/reports/v1/appendix/activity/token
func (g *google) activity(at time.Time, name string, who Person, o OAuthGrant) object {
	var scopes []object
	for _, s := range o.Scopes {
		scopes = append(scopes, object{"parameter": []object{{"name": "scope_name", "value": s}, {"name": "product_bucket", "multiValue": []string{"OTHER"}}}})
	}
	return object{
		"kind": "admin#reports#activity", "etag": `"` + guid("activity", o.Client, who.ID, name)[:13] + `"`, "ipAddress": "198.51.100.7",
		"id":    object{"time": googleTime(at), "uniqueQualifier": "-" + digits("event", o.Client, who.ID, name)[:18], "applicationName": "token", "customerId": g.customerID()},
		"actor": object{"email": who.Address, "profileId": googleID(who.ID)},
		"events": []object{{"type": "auth", "name": name, "parameters": []object{
			{"name": "client_id", "value": o.Client}, {"name": "app_name", "value": o.App}, {"name": "client_type", "value": "WEB"},
			{"name": "scope_data", "multiMessageValue": scopes}, {"name": "scope", "multiValue": o.Scopes},
		}}},
	}
}

// heldTokens answers directory.tokens.list: which apps somebody lets at their data now.
func (g *google) heldTokens(c *call) (any, error) {
	if !g.administrator(c.who) {
		return nil, forbidden()
	}
	key := c.PathValue("user")
	items := []object{}
	found := false
	for _, p := range g.World.People() {
		if p.Google && !p.Guest && (strings.EqualFold(p.Address, key) || googleID(p.ID) == key) {
			found = true
			items = append(items, g.tokensOf(p)...)
		}
	}
	if !found {
		return nil, &googleError{http.StatusNotFound, "notFound", "Resource Not Found: userKey", ""}
	}
	return object{"kind": "admin#directory#tokenList", "etag": `"` + guid("tokens", key)[:13] + `"`, "items": items}, nil
}

func (g *google) tokensOf(p Person) (out []object) {
	for _, o := range g.World.OAuthGrants() {
		if o.Person == p.ID && o.Taken.IsZero() {
			out = append(out, object{
				"kind": "admin#directory#token", "etag": `"` + guid("token", o.Client, p.ID)[:13] + `"`, "clientId": o.Client, "displayText": o.App,
				"scopes": o.Scopes, "userKey": googleID(p.ID), "anonymous": false, "nativeApp": false,
			})
		}
	}
	return out
}
