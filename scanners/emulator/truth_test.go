package emulator

import (
	"cmp"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/microsoft/kiota-abstractions-go/serialization"
	"github.com/microsoft/kiota-abstractions-go/store"
	jsonserialization "github.com/microsoft/kiota-serialization-json-go"
	"github.com/microsoftgraph/msgraph-sdk-go/models"
	"github.com/microsoftgraph/msgraph-sdk-go/models/odataerrors"
)

// A probe is one request and what its answer must be: a type of Microsoft's schema and a model of Microsoft's SDK.
type probe struct {
	url    string
	schema string // with Collection() for a listing; "" when the schema does not describe it
	model  serialization.ParsableFactory
	status int
	header []string
}

// everything is a world in which every property that the emulator can show is set somewhere, and the requests that show them.
func everything(t *testing.T) (*World, []probe) {
	w, place := library(t)
	ada, _ := w.Person("ada@example.edu")
	w.AddPerson(Person{Name: "Gil Guest", Address: "gil@elsewhere.example", Microsoft: true, Guest: true})
	lea := w.AddPerson(Person{Name: "Lea Left", Address: "lea@example.edu", Microsoft: true, Left: true, Department: "Estates", Title: "Clerk", EmployeeID: "E7"})
	team := w.AddGroup(Group{Name: "Estates team", Address: "estates@example.edu", Suite: Microsoft, Members: []string{ada.ID, lea.ID}})
	own := w.AddSite(Site{Name: "Ada Abbott", Path: "personal/ada_example_edu", Personal: true})
	personal := w.AddPlace(Place{Suite: Microsoft, Kind: KindPersonal, Name: "OneDrive", Owner: ada.ID, Site: own.ID})
	w.AddSite(Site{Name: "Keys", Path: "sites/estates/keys", Parent: place.Site})
	w.AddPlace(Place{Suite: Microsoft, Kind: KindLibrary, Name: "Form Templates", Site: place.Site, System: true})
	list := w.AddList(SiteList{Site: place.Site, Name: "Lockers", CreatedBy: ada.ID, ModifiedBy: lea.ID, Columns: []ListColumn{
		{Name: "Title", Heading: "Locker"}, {Heading: "# of keys", Type: ColumnNumber}, {Heading: "Deposit", Type: ColumnCurrency}, {Heading: "Since", Type: ColumnDate},
		{Heading: "Back", Type: ColumnBoolean}, {Heading: "Size", Type: ColumnChoice, Choices: []string{"S", "L"}}, {Heading: "Who", Type: ColumnPerson},
		{Heading: "Building", Type: ColumnLookup, Lookup: guid("other")}, {Heading: "Days", Type: ColumnCalculated, Formula: "=TODAY()-[Since]"}, {Heading: "Map", Type: ColumnLink}, {Heading: "Note", Hidden: true},
	}})
	furnished(w)
	file, gone := named(t, w, place.ID, "inner.xlsx"), named(t, w, place.ID, "root.csv")
	for _, g := range []Grant{
		{Person: lea.ID, Role: RoleRead, Expires: dawn().Add(time.Hour)}, {Group: team.ID, Role: RoleWrite}, {External: "x@elsewhere.example", Role: RoleComment},
		{Domain: "example.edu", Role: RoleRead}, {Link: LinkAnyone, Role: RoleRead}, {Link: LinkPeople, Role: RoleWrite, People: []string{ada.ID, lea.ID}},
	} {
		must(t)(w.Share(place.ID, file.ID, g))
	}
	must(t)(w.Share(place.ID, file.Parent, Grant{Link: LinkOrganisation, Role: RoleRead}))
	must(t)(w.Edit(place.ID, file.ID, lea.ID, BytesContent([]byte("more"))))
	must(t)(w.Create(place.ID, Item{Name: "Notebook", Folder: true, Package: "oneNote", CreatedBy: ada.ID}))
	must(t)(w.Create(place.ID, Item{Name: "bad.xlsm", Malware: true, Content: BytesContent([]byte("x")), CreatedBy: "somebody-deleted"}))
	if err := w.Delete(place.ID, gone.ID); err != nil {
		t.Fatal(err)
	}
	since := NewServer(w, ServerOptions{}).seal(deltaMark{Place: place.ID}) // a cursor from before all of that, deletions included
	feed := probe{url: "/v1.0/drives/" + place.ID + "/root/delta?token=" + since, schema: "Collection(graph.driveItem)", model: models.CreateDriveItemCollectionResponseFromDiscriminatorValue}
	return w, slices.Concat(probes(place, personal, file, ada, team), []probe{feed}, listProbes(list), appProbes(w))
}

func must(t *testing.T) func(Item, error) {
	return func(_ Item, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
}

func probes(place, personal Place, file Item, ada Person, team Group) []probe {
	d, i := "/v1.0/drives/"+place.ID, "/v1.0/drives/"+place.ID+"/items/"+file.ID
	wide := "id,name,size,file,folder,package,root,deleted,malware,shared,parentReference,createdBy,createdDateTime,lastModifiedBy,lastModifiedDateTime,webUrl,eTag,fileSystemInfo,remoteItem"
	user := "id,userPrincipalName,displayName,accountEnabled,userType,mail,department,employeeId,assignedLicenses"
	feed, items := "Collection(graph.driveItem)", models.CreateDriveItemCollectionResponseFromDiscriminatorValue
	return []probe{
		{url: "/v1.0/organization", schema: "Collection(graph.organization)", model: models.CreateOrganizationCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/users", schema: "Collection(graph.user)", model: models.CreateUserCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/users?$top=1&$select=" + user, schema: "Collection(graph.user)", model: models.CreateUserCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/users/" + ada.Address + "?$select=" + user, schema: "graph.user", model: models.CreateUserFromDiscriminatorValue},
		{url: "/v1.0/users/" + ada.ID + "/drive", schema: "graph.drive", model: models.CreateDriveFromDiscriminatorValue},
		{url: "/v1.0/users/" + ada.ID + "/drive/root/delta", schema: feed, model: items},
		{url: "/v1.0/groups", schema: "Collection(graph.group)", model: models.CreateGroupCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/groups/" + team.ID + "/members", schema: "Collection(graph.directoryObject)", model: models.CreateDirectoryObjectCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/sites/getAllSites?$top=1", schema: "Collection(graph.site)", model: models.CreateSiteCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/sites/" + place.Site, schema: "graph.site", model: models.CreateSiteFromDiscriminatorValue},
		{url: "/v1.0/sites/" + place.Site + "/sites", schema: "Collection(graph.site)", model: models.CreateSiteCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/sites/" + place.Site + "/drives", schema: "Collection(graph.drive)", model: models.CreateDriveCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/sites/" + place.Site + "/drives?$select=id,name,driveType,owner,quota,system,webUrl", schema: "Collection(graph.drive)", model: models.CreateDriveCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/sites/" + place.Site + "/drive", schema: "graph.drive", model: models.CreateDriveFromDiscriminatorValue},
		{url: "/v1.0/sites/" + place.Site + "/drive/root/delta?$top=2", schema: feed, model: items},
		{url: "/v1.0/drives/" + personal.ID, schema: "graph.drive", model: models.CreateDriveFromDiscriminatorValue},
		{url: d + "/root", schema: "graph.driveItem", model: models.CreateDriveItemFromDiscriminatorValue},
		{url: d + "/root/children?$top=1", schema: feed, model: items},
		{url: d + "/root/delta", schema: feed, model: items},
		{url: d + "/root/delta?$top=3&$select=" + wide, schema: feed, model: items, header: []string{"Prefer", "hierarchicalsharing"}},
		{url: d + "/items/root/delta", schema: feed, model: items},
		{url: i, schema: "graph.driveItem", model: models.CreateDriveItemFromDiscriminatorValue},
		{url: i + "?$select=id,content.downloadUrl", schema: "graph.driveItem", model: models.CreateDriveItemFromDiscriminatorValue},
		{url: "/v1.0/drives/" + place.ID + "/items/" + file.Parent + "/children", schema: feed, model: items},
		{url: i + "/permissions", schema: "Collection(graph.permission)", model: models.CreatePermissionCollectionResponseFromDiscriminatorValue},
		{url: i + "/versions", schema: "Collection(graph.driveItemVersion)", model: models.CreateDriveItemVersionCollectionResponseFromDiscriminatorValue},
		{url: i + "/versions/2.0", schema: "graph.driveItemVersion", model: models.CreateDriveItemVersionFromDiscriminatorValue},
		{url: i + "/content", status: http.StatusFound},
		{url: "/v1.0/reports/getOneDriveUsageAccountDetail(period='D7')", status: http.StatusFound},
		{url: "/v1.0/admin/reportSettings", schema: "graph.adminReportSettings", model: models.CreateAdminReportSettingsFromDiscriminatorValue},
		{url: "/v1.0/users/nobody", status: http.StatusNotFound, model: odataerrors.CreateODataErrorFromDiscriminatorValue},
		{url: "/v1.0/users/" + "gil@elsewhere.example" + "/drive", status: http.StatusNotFound, model: odataerrors.CreateODataErrorFromDiscriminatorValue},
		{url: "/v1.0/drives/" + place.ID + "/root/delta?token=x", status: http.StatusBadRequest, model: odataerrors.CreateODataErrorFromDiscriminatorValue},
		{url: "/v1.0/reports", status: http.StatusNotFound, model: odataerrors.CreateODataErrorFromDiscriminatorValue},
		{url: "/v1.0/users", status: http.StatusUnauthorized, model: odataerrors.CreateODataErrorFromDiscriminatorValue, header: []string{"Authorization", "Bearer other"}},
	}
}

func listProbes(l SiteList) []probe {
	at, lists := "/v1.0/sites/"+l.Site+"/lists", models.CreateListCollectionResponseFromDiscriminatorValue
	return []probe{
		{url: at, schema: "Collection(graph.list)", model: lists},
		{url: at + "?$top=1&$select=id,displayName,list,system,createdBy,webUrl", schema: "Collection(graph.list)", model: lists},
		{url: at + "/" + l.ID, schema: "graph.list", model: models.CreateListFromDiscriminatorValue},
		{url: at + "/" + l.ID + "/columns", schema: "Collection(graph.columnDefinition)", model: models.CreateColumnDefinitionCollectionResponseFromDiscriminatorValue},
		{url: at + "/" + guid("nowhere"), status: http.StatusNotFound, model: odataerrors.CreateODataErrorFromDiscriminatorValue},
	}
}

// alderBay is the demo organisation, and requests for all there is of it.
func alderBay(t *testing.T) (*World, []probe) {
	w, err := AlderBay(nil)
	if err != nil {
		t.Fatal(err)
	}
	items := models.CreateDriveItemCollectionResponseFromDiscriminatorValue
	out := []probe{
		{url: "/v1.0/users?$top=50", schema: "Collection(graph.user)", model: models.CreateUserCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/groups", schema: "Collection(graph.group)", model: models.CreateGroupCollectionResponseFromDiscriminatorValue},
		{url: "/v1.0/sites/getAllSites", schema: "Collection(graph.site)", model: models.CreateSiteCollectionResponseFromDiscriminatorValue},
	}
	out = append(out, appProbes(w)...)
	for _, s := range w.Sites() {
		out = append(out, probe{url: "/v1.0/sites/" + s.ID + "/drives", schema: "Collection(graph.drive)", model: models.CreateDriveCollectionResponseFromDiscriminatorValue},
			probe{url: "/v1.0/sites/" + s.ID + "/lists", schema: "Collection(graph.list)", model: models.CreateListCollectionResponseFromDiscriminatorValue})
	}
	for _, s := range w.Sites() {
		for _, l := range w.Lists(s.ID) {
			out = append(out, probe{url: "/v1.0/sites/" + s.ID + "/lists/" + l.ID + "/columns", schema: "Collection(graph.columnDefinition)", model: models.CreateColumnDefinitionCollectionResponseFromDiscriminatorValue})
		}
	}
	for _, p := range w.Places() {
		if p.Suite != Microsoft {
			continue
		}
		out = append(out, probe{url: "/v1.0/drives/" + p.ID + "/root/delta", schema: "Collection(graph.driveItem)", model: items})
		all, _ := w.List(p.ID, 0, 1<<30)
		for _, it := range all {
			at := "/v1.0/drives/" + p.ID + "/items/" + it.ID
			out = append(out,
				probe{url: at + "/permissions", schema: "Collection(graph.permission)", model: models.CreatePermissionCollectionResponseFromDiscriminatorValue},
				probe{url: at + "/versions", schema: "Collection(graph.driveItemVersion)", model: models.CreateDriveItemVersionCollectionResponseFromDiscriminatorValue})
		}
	}
	return w, out
}

// A body is what one request of a probe was answered with.
type body struct {
	probe
	at   string
	text []byte
}

// bodies sends requests and follows them to the last page.
func bodies(c *client, all []probe) []body {
	var out []body
	for _, p := range all {
		for url := p.url; url != ""; {
			text := c.body(cmp.Or(p.status, http.StatusOK), c.do(http.MethodGet, url, p.header...))
			if p.model != nil {
				out = append(out, body{p, url, text})
			}
			var a answer
			if json.Unmarshal(text, &a); strings.HasPrefix(p.schema, "Collection") {
				url = a.Next
			} else {
				url = ""
			}
		}
	}
	return out
}

// Every property that the emulator shows is one that the SDK's models know and Microsoft's schema describes.
func TestBodiesAreGraphs(t *testing.T) {
	w, all := everything(t)
	c := serve(t, w, ServerOptions{})
	found := bodies(c, all)
	t.Run("every endpoint", func(t *testing.T) {
		served := map[string]bool{}
		for _, r := range c.s.Requests() {
			served[r.Path] = true
		}
		for path := range newGraph(c.s).endpoints() {
			if !served["/v1.0"+path] {
				t.Errorf("%s was not asked for", path)
			}
		}
	})
	w, all = alderBay(t)
	found = append(found, bodies(serve(t, w, ServerOptions{}), all)...)
	t.Run("models", func(t *testing.T) {
		for _, b := range found {
			checkModel(t, b)
		}
	})
	t.Run("schema", func(t *testing.T) {
		types := readCSDL(t)
		for _, b := range found {
			checkSchema(t, types, b)
		}
	})
}

func checkModel(t *testing.T, b body) {
	node, err := jsonserialization.NewJsonParseNodeFactory().GetRootParseNode("application/json", b.text)
	if err != nil {
		t.Fatal(err)
	}
	value, err := node.GetObjectValue(b.model)
	if err != nil {
		t.Fatalf("%s: %v\n%s", b.at, err, b.text)
	}
	for _, name := range leftOver("", value) {
		t.Errorf("%s: the models do not know %s", b.at, name)
	}
}

func checkSchema(t *testing.T, types csdl, b body) {
	if b.schema == "" {
		return // errors, which the schema leaves out
	}
	var v map[string]any
	if err := json.Unmarshal(b.text, &v); err != nil {
		t.Fatal(err)
	}
	value := any(v)
	if strings.HasPrefix(b.schema, "Collection") {
		value = v["value"]
	}
	for _, wrong := range types.check(b.schema, "value", value) {
		t.Errorf("%s: %s", b.at, wrong)
	}
}

// leftOver names what a model, or one inside it, had no property for.
func leftOver(at string, v any) []string {
	var out []string
	switch v := v.(type) {
	case store.BackedModel:
		for name, inner := range v.GetBackingStore().Enumerate() {
			out = append(out, leftOver(at+"/"+name, inner)...)
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			if !strings.HasPrefix(name, "@") {
				out = append(out, at+"/"+name)
			}
		}
	default:
		for _, inner := range elements(v) {
			out = append(out, leftOver(at, inner)...)
		}
	}
	return out
}
