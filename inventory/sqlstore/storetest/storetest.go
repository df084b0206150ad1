// Package storetest fills inventories for benchmarks and tests: as large as is
// asked for, the same every time, and of the shape of real ones.
package storetest

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/inventory/sqlstore"
)

// The shape of an inventory: of every hundred assets so many lie in one place,
// are looked into, come close to a system, and are talked about.
const (
	placeSize = 1000
	looked    = 60
	near      = 15
	talked    = 10
	people    = 5000
)

// day is the last one in the inventory; nothing in it is newer.
func day() time.Time { return time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC) }

// Systems are what the assets come close to.
func Systems() []inventory.System {
	var out []inventory.System
	for i, name := range []string{"Lagoon", "Rolodex", "Ledgerline", "Staffroom", "Registry", "Helpline"} {
		partner := inventory.Partner{Name: fmt.Sprintf("Partner %d", i%3), Address: fmt.Sprintf("partner%d@alder.example", i%3)}
		out = append(out, inventory.System{ID: fmt.Sprintf("s%d", i), Name: name, Capability: capabilities()[i], Partner: partner})
	}
	return out
}

func capabilities() []string {
	return []string{"lms", "crm", "finance", "hris", "sis", "itsm", "assets", "booking"}
}

// Fill fills an empty store with so many assets, structures, verdicts,
// families and conversations, and brings its cards up to date.
func Fill(ctx context.Context, s *sqlstore.Store, assets int) error {
	f := filler{ctx: ctx, store: s, rand: rand.New(rand.NewPCG(7, 11)), systems: Systems()}
	if err := s.SaveAccounts(ctx, "m365", accounts); err != nil {
		return err
	}
	for n := 0; n < assets; n += placeSize {
		if err := f.place(n/placeSize, min(placeSize, assets-n)); err != nil {
			return err
		}
	}
	if err := s.SaveFamilies(ctx, f.families); err != nil {
		return err
	}
	for _, c := range f.talks {
		if err := s.SaveConversation(ctx, c); err != nil {
			return err
		}
	}
	if _, err := s.UpdateCards(ctx); err != nil {
		return err
	}
	return f.run()
}

func accounts(yield func(inventory.Account, error) bool) {
	for i := range people {
		a := inventory.Account{ID: fmt.Sprint(i), Address: address(i), Name: fmt.Sprintf("Person %d", i), Department: fmt.Sprintf("Unit %d", i%60), Left: i%20 == 0}
		if !yield(a, nil) {
			return
		}
	}
}

func address(i int) string { return fmt.Sprintf("person%d@alder.example", i) }

// A filler remembers what the whole inventory has in common.
type filler struct {
	ctx      context.Context
	store    *sqlstore.Store
	rand     *rand.Rand
	systems  []inventory.System
	families []inventory.Family
	talks    []inventory.Conversation
	places   []inventory.PlaceReport
}

// place fills one place.
func (f *filler) place(n, assets int) error {
	p := inventory.Place{Tenant: []string{"m365", "m365", "m365", "workspace", "files"}[n%5], ID: fmt.Sprintf("b!-RIj2DuyvEyV1T4NlOaMHk8XkS_I8MdFlUCq1Blcjgm%06d", n), Kind: inventory.PlaceLibrary, Name: fmt.Sprintf("Unit %d, library %d", n%60, n)}
	page := inventory.Page{Next: "1", Full: true, Complete: true}
	for i := range 40 {
		parent := ""
		if i > 0 {
			parent = fmt.Sprintf("f%d", i/3)
		}
		folder := inventory.Folder{ID: fmt.Sprintf("f%d", i), Parent: parent, Name: f.word() + " " + f.word()}
		page.Changes = append(page.Changes, inventory.Change{ID: folder.ID, Folder: &folder})
	}
	verdicts := map[inventory.AssetID]inventory.Verdict{}
	for i := range assets {
		c := f.asset(i)
		page.Changes = append(page.Changes, c)
		if c.Inside != nil {
			verdicts[inventory.NewAssetID(p, c.ID)] = f.verdict()
		}
	}
	tally, err := f.store.Apply(f.ctx, p, "", page)
	if err != nil {
		return err
	}
	f.places = append(f.places, inventory.PlaceReport{Place: p.Key(), Name: p.Name, Tally: tally, Pages: 1, Complete: true})
	f.group(p, page.Changes, verdicts)
	return f.store.SaveVerdicts(f.ctx, verdicts)
}

func (f *filler) word() string {
	words := []string{"Budget", "Roster", "Grades", "Student", "Equipment", "Placement", "Tracker", "Register", "Leave", "Visitor", "Faculty", "Timetable", "Invoice", "Survey", "Contacts", "Stock", "Arts", "Science", "Physics", "Law", "Term", "Autumn", "Final", "Draft", "Copy"}
	return words[f.rand.IntN(len(words))]
}

func (f *filler) asset(i int) inventory.Change {
	kind := []inventory.Kind{inventory.KindWorkbook, inventory.KindWorkbook, inventory.KindWorkbook, inventory.KindSheet, inventory.KindTable, inventory.KindForm, inventory.KindList, inventory.KindApp}[f.rand.IntN(8)]
	id := fmt.Sprintf("01BYE5RZ6QN3ZWBTUFOFD3GSPGOHDJ%06d", i)
	a := inventory.Asset{
		Kind: kind, Name: fmt.Sprintf("%s %s %d v%d.xlsx", f.word(), f.word(), 2015+f.rand.IntN(12), f.rand.IntN(9)), Parent: fmt.Sprintf("f%d", f.rand.IntN(40)),
		URL: "https://alderbay.example/sites/unit/Shared%20Documents/" + id, Revision: "1", Size: int64(f.rand.IntN(4 << 20)),
		Created: day().AddDate(0, 0, -2000-f.rand.IntN(1500)), Modified: day().Add(-time.Duration(f.rand.IntN(2000*24*3600)) * time.Second),
		CreatedBy: address(f.rand.IntN(people)), ModifiedBy: address(f.rand.IntN(people)), Shared: f.rand.IntN(2) == 0,
	}
	if kind == inventory.KindForm || kind == inventory.KindList || kind == inventory.KindApp {
		a.Size = 0
	}
	c := inventory.Change{ID: id, Asset: &a}
	if f.rand.IntN(100) < looked {
		c.Inside = f.structure()
		c.Usage = &inventory.Usage{People: f.rand.IntN(4) * f.rand.IntN(30), Editors: []inventory.Editor{{Address: a.ModifiedBy, Edits: 9, Last: a.Modified}}}
	}
	return c
}

func (f *filler) structure() *inventory.Structure {
	st := &inventory.Structure{Format: "xlsx", Depth: inventory.DepthFull, Reader: 1}
	for range 1 + f.rand.IntN(3) {
		region := inventory.Region{Range: "A1:H200", HeaderRows: 1}
		for range 4 + f.rand.IntN(8) {
			region.Headings = append(region.Headings, f.word()+" "+f.word())
		}
		st.Sheets = append(st.Sheets, inventory.Sheet{Name: f.word(), Rows: 200, Columns: 8, Formulas: 40, Functions: map[string]int{"SUM": 20, "VLOOKUP": 20}, Regions: []inventory.Region{region}})
	}
	return st
}

func (f *filler) verdict() inventory.Verdict {
	v := inventory.Verdict{Basis: "b", Score: 0.9}
	if f.rand.IntN(looked) >= near {
		return v
	}
	v.Capability, v.Score = capabilities()[f.rand.IntN(len(capabilities()))], 0.3+0.7*f.rand.Float64()
	for _, s := range f.systems {
		if s.Capability == v.Capability {
			v.System = s.ID
		}
	}
	v.Evidence = []inventory.Evidence{{Signal: "headings", Args: []string{f.word(), f.word()}, Weight: 2.5}, {Signal: "name", Args: []string{f.word()}, Weight: 0.7}}
	v.Needs = []inventory.Need{{Kind: inventory.NeedField, Word: f.word() + " " + f.word()}, {Kind: inventory.NeedField, Word: f.word()}}
	return v
}

// group makes families of one to three neighbours, and conversations about
// those that come close to a system.
func (f *filler) group(p inventory.Place, cs []inventory.Change, verdicts map[inventory.AssetID]inventory.Verdict) {
	var family *inventory.Family
	for _, c := range cs {
		id := inventory.NewAssetID(p, c.ID)
		v, judged := verdicts[id]
		if !judged {
			continue
		}
		if family != nil && v.None() && f.rand.IntN(3) == 0 {
			family.Members, family.Kind, family = append(family.Members, id), inventory.FamilyCopies, nil
			continue
		}
		f.families = append(f.families, inventory.Family{ID: string(id), Kind: inventory.FamilySingle, Members: []inventory.AssetID{id}, Representative: id})
		family = &f.families[len(f.families)-1]
		if v.System != "" && f.rand.IntN(near) < talked {
			f.talks = append(f.talks, f.talk(family.ID, v, c.Asset.ModifiedBy))
		}
	}
}

func (f *filler) talk(family string, v inventory.Verdict, keeper string) inventory.Conversation {
	c := inventory.Conversation{ID: fmt.Sprintf("c%06d", len(f.talks)), Family: family, System: v.System, Keeper: keeper}
	for _, s := range f.systems {
		if s.ID == v.System {
			c.Partner = s.Partner
		}
	}
	for i, to := range []inventory.State{inventory.Proposed, inventory.Invited, inventory.Talking, inventory.Agreed, inventory.Supported} {
		if i > 0 && f.rand.IntN(4) > 0 {
			break
		}
		by := "partner0@alder.example"
		if i == 0 {
			by = inventory.Program
		}
		if err := c.Decide(inventory.Decision{To: to, By: by, At: day().AddDate(0, 0, 7*i-60)}); err != nil {
			break // the state before it ends the conversation
		}
	}
	return c
}

// run keeps the account of the night that found all this.
func (f *filler) run() error {
	id, err := f.store.StartRun(f.ctx)
	if err != nil {
		return err
	}
	return f.store.FinishRun(f.ctx, inventory.Run{ID: id, Result: inventory.RunComplete, Places: f.places})
}
