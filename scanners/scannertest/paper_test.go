package scannertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"sync"
	"testing"
	"time"

	"github.com/desirepath/desirepath/inventory"
	"github.com/desirepath/desirepath/scanners"
	"github.com/desirepath/desirepath/scanners/emulator"
	"github.com/desirepath/desirepath/scanners/scannertest"
)

// vendor is an organisation and what goes wrong there.
type vendor struct {
	world   *emulator.World
	tenant  *scannertest.World
	faults  emulator.Faults
	mistake string

	mu  sync.Mutex
	log []string
}

func newVendor(t *testing.T, mistake string) *vendor {
	w := emulator.NewWorld(emulator.Options{Seed: 1})
	for _, name := range []string{"Documents", "Archive", "Projects"} {
		w.AddPlace(emulator.Place{Suite: emulator.Microsoft, Kind: emulator.KindLibrary, Name: name})
	}
	return &vendor{world: w, tenant: &scannertest.World{T: t, World: w}, mistake: mistake}
}

func (v *vendor) request(address string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.log = append(v.log, "GET "+address)
}

func (v *vendor) requests() []string {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.log
}

func (v *vendor) early() int {
	if v.mistake == "comes early" {
		return 1
	}
	return 0
}

// paper is a scanner without a network: it reads the world, and makes the
// vendor's mistake.
type paper struct{ *vendor }

func (s *paper) Tenant() inventory.Tenant {
	return inventory.Tenant{Name: "paper", Suite: inventory.Microsoft}
}

func (s *paper) Places(context.Context) iter.Seq2[inventory.Place, error] {
	return func(yield func(inventory.Place, error) bool) {
		for _, p := range s.world.Places() {
			if s.mistake == "asks for every place" {
				s.request("https://vendor.example/" + p.ID)
			}
			if !yield(inventory.Place{Tenant: "paper", ID: p.ID, Kind: inventory.PlaceLibrary, Name: p.Name}, nil) {
				return
			}
		}
	}
}

// position is the cursor: of a listing that has got to List, or of changes
// after At.
type position struct {
	List  int
	Start int64
	At    int64
	Full  bool
	Epoch int
}

const pageSize = 4

func (s *paper) Pages(ctx context.Context, p inventory.Place, since inventory.Cursor) iter.Seq2[inventory.Page, error] {
	return func(yield func(inventory.Page, error) bool) {
		at := position{Full: true, Start: s.world.Seq(p.ID), Epoch: s.world.Epoch(p.ID)}
		if since != "" && json.Unmarshal([]byte(since), &at) != nil || at.Epoch != s.world.Epoch(p.ID) && s.mistake != "hides expiry" {
			yield(inventory.Page{}, scanners.ErrCursorExpired)
			return
		}
		if s.mistake == "leaves work running" {
			go time.Sleep(time.Minute)
		}
		for first := true; ; first = false {
			page, err := s.page(ctx, p, &at, first)
			if !yield(page, err) || err != nil || page.Complete {
				return
			}
		}
	}
}

func (s *paper) page(ctx context.Context, p inventory.Place, at *position, first bool) (page inventory.Page, err error) {
	if err := s.trouble(ctx, first); err != nil {
		return page, err
	}
	s.request("https://vendor.example/drives/" + p.ID)
	page.Full = at.Full
	if s.faults.Empty > 0 && first {
		page.Complete = s.mistake == "stops at empty pages"
		page.Next = cursor(*at)
		return page, nil
	}
	if at.Full {
		s.listed(p, at, &page)
	} else {
		s.changed(p, at, &page)
	}
	if s.mistake == "loses the last of a page" && len(page.Changes) > 0 {
		page.Changes = page.Changes[:len(page.Changes)-1]
	}
	return page, nil
}

func (s *paper) listed(p inventory.Place, at *position, page *inventory.Page) {
	items, next := s.world.List(p.ID, at.List, pageSize)
	page.Changes = s.translate(p, items)
	page.Complete = next < 0 || s.mistake == "completes early" && at.List > 0
	at.List = next
	if s.mistake == "starts changes after the listing" {
		at.Start = s.world.Seq(p.ID)
	}
	after := *at
	if page.Complete {
		after = position{At: at.Start, Epoch: at.Epoch}
		if s.mistake == "relists every night" {
			page.Next = ""
			return
		}
	}
	if s.mistake == "resumes too late" && !page.Complete {
		after.List += 2
	}
	page.Next = cursor(after)
}

func (s *paper) changed(p inventory.Place, at *position, page *inventory.Page) {
	items, more := s.world.Changes(p.ID, at.At, pageSize)
	page.Changes, page.Complete = s.translate(p, items), !more
	if len(items) > 0 {
		at.At = items[len(items)-1].Seq
	}
	after := *at
	if s.mistake == "resumes changes too late" && more {
		after.At++
	}
	page.Next = cursor(after)
}

func (s *paper) translate(p inventory.Place, items []emulator.Item) (out []inventory.Change) {
	for _, it := range items {
		c := inventory.Change{ID: it.ID}
		switch {
		case it.Gone():
			if s.mistake == "forgets removals" {
				continue
			}
			c.Removed = true
		case it.Folder:
			if s.mistake == "knows no folders" || s.mistake == "misses folder changes" && it.Revision > 0 {
				continue
			}
			c.Folder = &inventory.Folder{ID: it.ID, Parent: it.Parent, Name: it.Name}
			if it.Parent == "" { // the root
				continue
			}
		default:
			c.Asset = s.asset(p, it)
		}
		if s.faults.Repeat > 0 && c.Asset != nil {
			old := *c.Asset
			old.Name, old.Revision = "old "+old.Name, "0"
			both := []inventory.Change{{ID: c.ID, Asset: &old}, c}
			if s.mistake == "takes the first" {
				both = both[:1]
			}
			out = append(out, both...)
			continue
		}
		out = append(out, c)
	}
	return out
}

func (s *paper) asset(p inventory.Place, it emulator.Item) *inventory.Asset {
	revision := fmt.Sprint("r", it.Edition)
	if s.mistake == "has one revision" {
		revision = "r"
	}
	return &inventory.Asset{
		ID: inventory.NewAssetID(p, it.ID), Tenant: p.Tenant, Place: p.ID, VendorID: it.ID,
		Kind: inventory.KindOfName(it.Name), Name: it.Name, Parent: it.Parent, Revision: revision,
	}
}

// trouble does what the fault plan says before a page.
func (s *paper) trouble(ctx context.Context, first bool) error {
	if s.faults.Throttle == 1 {
		if s.mistake == "sleeps through" {
			time.Sleep(5 * time.Second)
			return nil
		}
		<-ctx.Done()
		return ctx.Err()
	}
	if s.faults.Server > 0 && s.mistake == "gives up" {
		return errors.New("503")
	}
	if s.faults.Foreign > 0 && !first {
		if s.mistake == "follows any link" {
			s.request("https://elsewhere.example/")
		}
		return errors.New("a link leads to elsewhere.example")
	}
	return nil
}

func cursor(p position) inventory.Cursor {
	text, _ := json.Marshal(p)
	return inventory.Cursor(text)
}
