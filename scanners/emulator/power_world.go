package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
	"time"
)

// power is what people built in Power Platform, Power BI and Forms. Slices in it are replaced when they change, never written to.
type power struct {
	mu           sync.RWMutex
	environments []Environment
	things       map[string][]PowerThing // by environment
	workspaces   []Workspace
	reports      map[string][]Report // by workspace
	models       map[string][]Model
	forms        []FormEvent // in the order in which they happened
}

// An Environment is one of Power Platform.
type Environment struct {
	ID        string // made from the name when empty
	Name      string
	Sort      string // Default, Production, Sandbox, Trial or Developer; Production when empty
	CreatedBy string // a person's id
	Created   time.Time
}

// The types of what is in an environment, as the inventory names them.
const (
	CanvasApp   = "microsoft.powerapps/canvasapps"
	ModelApp    = "microsoft.powerapps/modeldrivenapps"
	CodeApp     = "microsoft.powerapps/codeapps"
	BuilderApp  = "microsoft.powerapps/apps"
	CloudFlow   = "microsoft.powerautomate/cloudflows"
	AgentFlow   = "microsoft.powerautomate/agentflows"
	M365Flow    = "microsoft.powerautomate/m365agentflows"
	StudioAgent = "microsoft.copilotstudio/agents"
)

// A PowerThing is an app, a flow or an agent.
type PowerThing struct {
	ID                           string // made from environment and name when empty
	Environment                  string
	Type                         string
	Name                         string
	CreatedBy, Owner, ModifiedBy string // people's ids
	Created, Modified            time.Time
	Published                    time.Time // of an agent
	Channels                     []string  // of an agent, as is the model
	Model                        string
	Connectors                   []Connector // told by the older interfaces alone, as is the sharing
	SharedUsers, SharedGroups    int
}

// A Connector is one that an app or a flow uses.
type Connector struct {
	Name    string   // such as shared_sql
	Sources []string // the tables or lists that are read there
	Sets    []string // the servers or sites that these are on
}

// A Workspace is one of Power BI.
type Workspace struct {
	ID       string // made from the name when empty
	Name     string
	Personal bool // somebody's own
	Modified time.Time
}

// A Report is one of Power BI.
type Report struct {
	ID                    string // made from workspace and name when empty
	Workspace             string
	Name                  string
	Model                 string // a model's id
	InApp                 bool   // a copy of another that is shown in an app
	CreatedBy, ModifiedBy string // people's ids
	Created, Modified     time.Time
	Users                 []string // people's ids
	Groups                int
}

// A Model is a semantic model.
type Model struct {
	ID           string // made from workspace and name when empty
	Workspace    string
	Name         string
	ConfiguredBy string // a person's id
	Created      time.Time
	Tables       []ModelTable
	Sources      []ModelSource
}

// A ModelTable is a table with its columns by name and type, such as Int64, and its measures by name and expression.
type ModelTable struct {
	Name     string
	Columns  [][2]string
	Measures [][2]string
}

// A ModelSource is where a model takes data from.
type ModelSource struct {
	Type    string            // Sql, Web, File, SharePointList ...
	Details map[string]string // server, database, url, path ...
}

// A FormEvent is what the audit log says of a form.
type FormEvent struct {
	Form, Name string
	Operation  string // CreateForm, EditForm, DeleteForm, CreateResponse ...
	By         string // a person's id
	Role       string // Owner, Coauthor or Responder
	At         time.Time
}

// AddEnvironment adds an environment, or replaces the one with the same id.
func (w *World) AddEnvironment(e Environment) Environment {
	e.ID = cmp.Or(e.ID, guid(fmt.Sprint(w.Seed), "environment", e.Name))
	e.Sort, e.Created = cmp.Or(e.Sort, "Production"), cmp.Or(e.Created, dawn())
	w.power.mu.Lock()
	defer w.power.mu.Unlock()
	w.power.environments = put(w.power.environments, e, func(o Environment) bool { return o.ID == e.ID })
	return e
}

// AddThing adds an app, a flow or an agent, or replaces the one with the same id.
func (w *World) AddThing(t PowerThing) PowerThing {
	t.ID = cmp.Or(t.ID, guid(fmt.Sprint(w.Seed), "thing", t.Environment, t.Name))
	t.Type, t.Created = cmp.Or(t.Type, CanvasApp), cmp.Or(t.Created, dawn())
	t.Modified, t.Owner = cmp.Or(t.Modified, t.Created), cmp.Or(t.Owner, t.CreatedBy)
	w.power.mu.Lock()
	defer w.power.mu.Unlock()
	if w.power.things == nil {
		w.power.things = map[string][]PowerThing{}
	}
	w.power.things[t.Environment] = put(w.power.things[t.Environment], t, func(o PowerThing) bool { return o.ID == t.ID })
	return t
}

// RemoveThing deletes an app, a flow or an agent.
func (w *World) RemoveThing(environment, id string) {
	w.power.mu.Lock()
	defer w.power.mu.Unlock()
	w.power.things[environment] = without(w.power.things[environment], func(o PowerThing) bool { return o.ID == id })
}

// Things are what is in an environment.
func (w *World) Things(environment string) []PowerThing {
	w.power.mu.RLock()
	defer w.power.mu.RUnlock()
	return w.power.things[environment]
}

// Environments are those of Power Platform.
func (w *World) Environments() []Environment {
	w.power.mu.RLock()
	defer w.power.mu.RUnlock()
	return w.power.environments
}

// AddWorkspace adds a workspace of Power BI, or replaces the one with the same id.
func (w *World) AddWorkspace(s Workspace) Workspace {
	s.ID = cmp.Or(s.ID, guid(fmt.Sprint(w.Seed), "workspace", s.Name))
	s.Modified = cmp.Or(s.Modified, dawn())
	w.power.mu.Lock()
	defer w.power.mu.Unlock()
	w.power.workspaces = put(w.power.workspaces, s, func(o Workspace) bool { return o.ID == s.ID })
	return s
}

// RemoveWorkspace deletes a workspace; what was in it is no longer told.
func (w *World) RemoveWorkspace(id string) {
	w.power.mu.Lock()
	defer w.power.mu.Unlock()
	w.power.workspaces = without(w.power.workspaces, func(o Workspace) bool { return o.ID == id })
}

// Workspaces are those of Power BI.
func (w *World) Workspaces() []Workspace {
	w.power.mu.RLock()
	defer w.power.mu.RUnlock()
	return w.power.workspaces
}

// AddReport adds a report, or replaces the one with the same id. Its workspace was modified when it was.
func (w *World) AddReport(r Report) Report {
	r.ID = cmp.Or(r.ID, guid(fmt.Sprint(w.Seed), "report", r.Workspace, r.Name))
	r.Created = cmp.Or(r.Created, dawn())
	r.Modified, r.ModifiedBy = cmp.Or(r.Modified, r.Created), cmp.Or(r.ModifiedBy, r.CreatedBy)
	w.power.mu.Lock()
	defer w.power.mu.Unlock()
	if w.power.reports == nil {
		w.power.reports = map[string][]Report{}
	}
	w.power.reports[r.Workspace] = put(w.power.reports[r.Workspace], r, func(o Report) bool { return o.ID == r.ID })
	w.touch(r.Workspace, r.Modified)
	return r
}

// RemoveReport deletes a report.
func (w *World) RemoveReport(workspace, id string) {
	w.power.mu.Lock()
	defer w.power.mu.Unlock()
	w.power.reports[workspace] = without(w.power.reports[workspace], func(o Report) bool { return o.ID == id })
	w.touch(workspace, w.now().UTC())
}

// touch notes that a workspace was modified. The caller holds the lock.
func (w *World) touch(workspace string, at time.Time) {
	all := slices.Clone(w.power.workspaces)
	for i := range all {
		if all[i].ID == workspace && at.After(all[i].Modified) {
			all[i].Modified = at
		}
	}
	w.power.workspaces = all
}

// Reports are those of a workspace.
func (w *World) Reports(workspace string) []Report {
	w.power.mu.RLock()
	defer w.power.mu.RUnlock()
	return w.power.reports[workspace]
}

// AddModel adds a semantic model, or replaces the one with the same id.
func (w *World) AddModel(m Model) Model {
	m.ID = cmp.Or(m.ID, guid(fmt.Sprint(w.Seed), "model", m.Workspace, m.Name))
	m.Created = cmp.Or(m.Created, dawn())
	w.power.mu.Lock()
	defer w.power.mu.Unlock()
	if w.power.models == nil {
		w.power.models = map[string][]Model{}
	}
	w.power.models[m.Workspace] = put(w.power.models[m.Workspace], m, func(o Model) bool { return o.ID == m.ID })
	w.touch(m.Workspace, m.Created)
	return m
}

// Models are those of a workspace.
func (w *World) Models(workspace string) []Model {
	w.power.mu.RLock()
	defer w.power.mu.RUnlock()
	return w.power.models[workspace]
}

// RecordForm adds to what the audit log says of forms.
func (w *World) RecordForm(e FormEvent) FormEvent {
	e.At = cmp.Or(e.At, w.now().UTC())
	w.power.mu.Lock()
	defer w.power.mu.Unlock()
	w.power.forms = append(slices.Clone(w.power.forms), e)
	return e
}

// FormEvents are what the audit log says of forms.
func (w *World) FormEvents() []FormEvent {
	w.power.mu.RLock()
	defer w.power.mu.RUnlock()
	return w.power.forms
}

// put replaces the first of a copy that is the same, or adds to it.
func put[T any](all []T, v T, same func(T) bool) []T {
	out := slices.Clone(all)
	if i := slices.IndexFunc(out, same); i >= 0 {
		out[i] = v
		return out
	}
	return append(out, v)
}

func without[T any](all []T, gone func(T) bool) []T {
	return slices.DeleteFunc(slices.Clone(all), gone)
}
