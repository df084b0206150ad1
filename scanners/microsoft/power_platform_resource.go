package microsoft

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// The types of what the inventory of Power Platform knows
// (https://learn.microsoft.com/power-platform/admin/inventory-schema).
const (
	typeEnvironment = "microsoft.powerplatform/environments"
	typeCanvas      = "microsoft.powerapps/canvasapps"
	typeModelDriven = "microsoft.powerapps/modeldrivenapps"
	typeCode        = "microsoft.powerapps/codeapps"
	typeApp         = "microsoft.powerapps/apps"
	typeFlow        = "microsoft.powerautomate/cloudflows"
	typeAgentFlow   = "microsoft.powerautomate/agentflows"
	typeM365Flow    = "microsoft.powerautomate/m365agentflows"
	typeAgent       = "microsoft.copilotstudio/agents"
)

// newerTypes are those that the older admin interfaces know nothing of.
func newerTypes() []string {
	return []string{typeCode, typeApp, typeAgentFlow, typeM365Flow, typeAgent}
}

// resourceTypes are all in which people build.
func resourceTypes() []string {
	return append([]string{typeCanvas, typeModelDriven, typeFlow}, newerTypes()...)
}

// A powerResource is a row of the inventory. Times are kept as they were told:
// they are part of the revision.
type powerResource struct {
	Name       string `json:"name"`
	Type       string `json:"type"`
	Properties struct {
		DisplayName   string   `json:"displayName"`
		Type          string   `json:"environmentType"` // of an environment
		CreatedAt     string   `json:"createdAt"`
		CreatedBy     string   `json:"createdBy"` // this and the next two are ids in the directory
		OwnerID       string   `json:"ownerId"`
		ModifiedBy    string   `json:"lastModifiedBy"`
		ModifiedAt    string   `json:"lastModifiedAt"`  // not told of agents
		PublishedAt   string   `json:"lastPublishedAt"` // of an agent
		Channels      []string `json:"channels"`
		Model         string   `json:"model"`
		Orchestration string   `json:"orchestration"`
	} `json:"properties"`
}

// A powerSort is what the inventory calls a type, in our words.
type powerSort struct {
	kind   inventory.Kind
	format string
	page   string // where people open it, below the environment
}

func powerSorts() map[string]powerSort {
	apps, flows := "https://make.powerapps.com/environments/{env}/apps/{id}/details", "https://make.powerautomate.com/environments/{env}/flows/{id}/details"
	return map[string]powerSort{
		typeCanvas:      {inventory.KindApp, "canvas app", apps},
		typeModelDriven: {inventory.KindApp, "model-driven app", apps},
		typeCode:        {inventory.KindApp, "code app", apps},
		typeApp:         {inventory.KindApp, "app builder app", apps},
		typeFlow:        {inventory.KindFlow, "cloud flow", flows},
		typeAgentFlow:   {inventory.KindFlow, "agent flow", flows},
		typeM365Flow:    {inventory.KindFlow, "workflow agent flow", flows},
		typeAgent:       {inventory.KindAgent, "agent", "https://copilotstudio.microsoft.com/environments/{env}/bots/{id}/overview"},
	}
}

func (k powerSort) url(p inventory.Place, id string) string {
	return strings.NewReplacer("{env}", p.ID, "{id}", id).Replace(k.page)
}

// resourceChange turns a row into an asset. The inventory does not tell what
// an app or a flow connects to, what an agent knows, nor with whom any of them
// is shared.
func (s *Scanner) resourceChange(ctx context.Context, p inventory.Place, r powerResource) (inventory.Change, error) {
	sort, ok := powerSorts()[strings.ToLower(r.Type)]
	if r.Name == "" || !ok {
		return inventory.Change{}, errors.New("the inventory of Power Platform told a row without a name, or of a type that was not asked for")
	}
	told := r.Properties
	a := inventory.Asset{
		ID: inventory.NewAssetID(p, r.Name), Tenant: p.Tenant, Place: p.ID, VendorID: r.Name, Kind: sort.kind,
		Name: told.DisplayName, URL: sort.url(p, r.Name),
		Created: instant(told.CreatedAt), Modified: instant(cmp.Or(told.ModifiedAt, told.PublishedAt, told.CreatedAt)),
		// An agent's changes are told by its publication alone.
		Revision: strings.Join([]string{told.CreatedAt, told.ModifiedAt, told.PublishedAt}, " "),
	}
	err := s.who(ctx, []person{
		{identity{id: told.CreatedBy}, &a.CreatedBy}, {identity{id: told.ModifiedBy}, &a.ModifiedBy}, {identity{id: told.OwnerID}, &a.Owner}})
	if err != nil {
		return inventory.Change{}, err
	}
	a.Owner = cmp.Or(a.Owner, a.CreatedBy)
	st := s.told(sort.format)
	for _, channel := range slices.Sorted(slices.Values(told.Channels)) {
		st.Connections = append(st.Connections, inventory.Connection{Kind: "channel", Target: channel})
	}
	if told.Model != "" {
		st.Connections = append(st.Connections, inventory.Connection{Kind: "language model", Target: told.Model})
	}
	return inventory.Change{ID: r.Name, Asset: &a, Inside: &st}, nil
}

// A person is somebody as a service tells them, and where the address goes.
type person struct {
	is   identity
	into *string
}

// who finds the addresses of people. Applications have none.
func (s *Scanner) who(ctx context.Context, people []person) (err error) {
	for _, p := range people {
		if *p.into, err = s.address(ctx, p.is); err != nil {
			return err
		}
	}
	return nil
}

// told begins a structure of what a listing told: there is no deeper look.
func (s *Scanner) told(format string) inventory.Structure {
	st := inventory.EmptyStructure()
	st.Format, st.Depth, st.Reader = format, inventory.DepthFull, s.o.Reader
	return st
}

// instant reads a time as any of the services writes it; some leave out the
// zone, which is UTC.
func instant(text string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999"} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC()
		}
	}
	return time.Time{}
}
