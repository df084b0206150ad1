package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Publishers of applications. Any other name is that of another organisation.
const (
	PublisherOurs      = ""          // registered in this organisation's directory
	PublisherMicrosoft = "Microsoft" // one of Microsoft's own, of which every directory has dozens
)

// The kinds of application, as the service principal's type tells them.
const (
	AppOrdinary = "Application"
	AppManaged  = "ManagedIdentity" // an identity of an Azure resource
	AppAgent    = "ServiceIdentity" // an agent's own identity
)

// An App is an application of the organisation's Entra directory: a registration, a service principal, or both.
type App struct {
	ID        string // the application (client) id; made from publisher and name when empty
	Name      string
	Publisher string
	Verified  bool   // the publisher is
	Kind      string // one of the kinds above; AppOrdinary when empty
	Unused    bool   // registered, but nobody has signed in to it yet: it has no service principal
	Disabled  bool   // nobody can sign in
	Created   time.Time

	Owners    []string // people's ids
	Redirects []string // where sign-ins lead back to
	Asks      []AppPermission
	Consents  []Consent
	Holds     []AppPermission // application permissions that an administrator granted
	Assigned  []Assignment    // who may use it
	Offers    []AppPermission // what others may be let do through it; Resource is left out
	Secrets   int             // how many passwords are registered
}

// An AppPermission is a permission by the app that offers it and its name. Of one that is Application nobody signs in.
type AppPermission struct {
	Resource    string // the name of the app that offers it, such as "Microsoft Graph"
	Name        string // such as "Files.Read.All"
	Application bool
}

// A Consent lets an app act in somebody's name, or in everybody's.
type Consent struct {
	Person   string // a person's id; "" is everybody, as an administrator decides
	Resource string
	Scope    string // permission names with spaces between them
}

// An Assignment lets a person or a group use an app. The first consent of a person brings one along.
type Assignment struct {
	Person, Group string // ids; exactly one is set
	At            time.Time
}

// AddApp adds an application, or replaces the one with the same id. With the first of them come those that every directory has.
func (w *World) AddApp(a App) App {
	a.ID = cmp.Or(a.ID, guid(fmt.Sprint(w.Seed), "app", a.Publisher, a.Name))
	a.Kind = cmp.Or(a.Kind, AppOrdinary)
	a.Created = cmp.Or(a.Created, dawn())
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.apps == nil {
		w.apps = microsoftApps()
	}
	w.apps = replaced(w.apps, a, func(o App) bool { return o.ID == a.ID })
	return a
}

// Apps are the applications in the order they were added, Microsoft's own among them.
func (w *World) Apps() []App {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.apps
}

// AppOf finds an application by id.
func (w *World) AppOf(id string) (App, bool) {
	return findIn(w.Apps(), func(a App) bool { return a.ID == id })
}

// ChangeApp alters an application. What change is given is a copy; slices in it must be replaced, not written to.
func (w *World) ChangeApp(id string, change func(*App)) error {
	a, ok := w.AppOf(id)
	if !ok {
		return fmt.Errorf("app %s: %w", id, ErrNotFound)
	}
	change(&a)
	w.AddApp(a)
	return nil
}

// RemoveApp deletes an application.
func (w *World) RemoveApp(id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(w.apps), func(a App) bool { return a.ID == id })
	if len(kept) == len(w.apps) {
		return fmt.Errorf("app %s: %w", id, ErrNotFound)
	}
	w.apps = kept
	return nil
}

// replaced is a copy of a list with v in the place of what is the same, or at the end.
func replaced[T any](list []T, v T, same func(T) bool) []T {
	out := slices.Clone(list)
	if i := slices.IndexFunc(out, same); i >= 0 {
		out[i] = v
		return out
	}
	return append(out, v)
}

func findIn[T any](list []T, is func(T) bool) (T, bool) {
	if i := slices.IndexFunc(list, is); i >= 0 {
		return list[i], true
	}
	var none T
	return none, false
}

// microsoftApps are the applications of Microsoft's that matter here: those that offer permissions, and one that does not.
func microsoftApps() []App {
	offers := func(application bool, names string) (out []AppPermission) {
		for name := range strings.FieldsSeq(names) {
			out = append(out, AppPermission{Name: name, Application: application})
		}
		return out
	}
	app := func(id, name string, offers ...AppPermission) App {
		return App{ID: id, Name: name, Publisher: PublisherMicrosoft, Kind: AppOrdinary, Created: dawn(), Offers: offers}
	}
	return []App{
		app("00000003-0000-0000-c000-000000000000", "Microsoft Graph", append(
			offers(false, "openid profile email offline_access User.Read User.ReadBasic.All Calendars.Read Calendars.ReadWrite Contacts.Read Files.Read Files.Read.All Files.ReadWrite Mail.Read Mail.Send Sites.Read.All Sites.ReadWrite.All Tasks.ReadWrite Team.ReadBasic.All"),
			offers(true, "Calendars.Read Files.Read.All Group.Read.All Mail.Read Mail.Send Sites.Read.All Sites.ReadWrite.All Sites.Selected User.Read.All")...)...),
		app("00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online", append(
			offers(false, "AllSites.Read AllSites.Write MyFiles.Read"), offers(true, "Sites.Read.All Sites.FullControl.All")...)...),
		app("c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal"),
	}
}
