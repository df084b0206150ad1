package access

import (
	"cmp"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"github.com/desirepath/desirepath/inventory"
)

// teamLeast is how many people a team has at least that is named instead of
// somebody in it: of a smaller one it could be guessed who is meant.
const teamLeast = 5

// Somebody stands in texts where a name or an address was.
const Somebody = "a colleague"

// A Mask takes people out of what is shown to those who do not need to know
// who they are. It alters nothing that it is given.
type Mask struct {
	Person func(address string) inventory.Person // who it is; may know nobody
	Team   func(name string) int                 // how many people a team has
}

// Colleague stands for somebody: "a colleague in Physics", or "" for nobody.
func (m Mask) Colleague(address string) string {
	if address == "" || address == inventory.Program {
		return address
	}
	if team := m.Person(address).Team; team != "" && m.Team(team) >= teamLeast {
		return Somebody + " in " + team
	}
	return Somebody
}

// Record gives a record that names nobody: neither in the fields that hold
// addresses nor in its names, as far as they are those of its own people.
func (m Mask) Record(r inventory.Record) inventory.Record {
	s := m.scrubber(r)
	if r.PlaceOwner != "" {
		r.PlaceName = "a colleague's own drive"
	}
	r.PlaceOwner = ""
	a := &r.Asset
	a.CreatedBy, a.ModifiedBy, a.Owner = m.Colleague(a.CreatedBy), m.Colleague(a.ModifiedBy), m.Colleague(a.Owner)
	a.URL = "" // of a personal drive it holds the address
	a.Name, a.Path, r.PlaceName = s.text(a.Name), s.text(a.Path), s.text(r.PlaceName)
	r.Structure, r.Verdict = clean(s, r.Structure), clean(s, r.Verdict)
	if r.Usage != nil {
		u := *r.Usage
		u.Editors = slices.Clone(u.Editors)
		for i := range u.Editors {
			u.Editors[i].Address = m.Colleague(u.Editors[i].Address)
		}
		r.Usage = &u
	}
	return r
}

// Opening gives an opening that names its partner, whose part that is, and
// nobody else. What it promises is for partners.
func (m Mask) Opening(o inventory.Opening) inventory.Opening {
	keeper := inventory.Person{Name: m.Colleague(cmp.Or(o.Keeper.Address, o.Conversation.Keeper))}
	return inventory.Opening{
		Conversation: m.Conversation(o.Conversation), System: o.System, Family: o.Family, Asset: m.Record(o.Asset), Keeper: keeper,
	}
}

// Conversation gives a conversation without what people wrote, and with the
// parts of those who took its steps instead of their names.
func (m Mask) Conversation(c inventory.Conversation) inventory.Conversation {
	part := func(address string) string {
		switch inventory.FoldAddress(address) {
		case "", inventory.Program:
			return address
		case inventory.FoldAddress(c.Partner.Address):
			return "the partner"
		case inventory.FoldAddress(c.Keeper):
			return "the keeper"
		}
		return m.Colleague(address)
	}
	steps := slices.Clone(c.Steps)
	for i := range steps {
		s := &steps[i]
		s.By, s.Why = part(s.By), ""
		if strings.Contains(s.Detail, "@") {
			s.Detail = part(s.Detail)
		}
	}
	c.Steps, c.Keeper = steps, m.Colleague(c.Keeper)
	return c
}

// Charter tells that there is a charter and who of the two sides agreed, and
// nothing of its text.
func (m Mask) Charter(c inventory.Charter) inventory.Charter {
	out := inventory.Charter{Conversation: c.Conversation, Version: c.Version, By: m.Colleague(c.By), At: c.At}
	for _, a := range c.Agreed {
		out.Agreed = append(out.Agreed, inventory.Agreement{Side: a.Side, By: m.Colleague(a.By), At: a.At})
	}
	return out
}

// Run gives a run that does not name the places of single people.
func (m Mask) Run(r inventory.Run) inventory.Run {
	places := slices.Clone(r.Places)
	for i := range places {
		p := &places[i]
		s := scrubber{}
		if p.Personal {
			s = newScrubber(p.Name)
			p.Name = "a colleague's own drive"
		}
		p.Name, p.Error = s.text(p.Name), s.text(p.Error)
	}
	r.Places, r.Error = places, Scrub(r.Error)
	return r
}

// Scrub takes addresses out of a text.
func Scrub(text string) string { return scrubber{}.text(text) }

// scrubber takes addresses, and the names of the people that it was made for,
// out of texts.
type scrubber struct{ names *regexp.Regexp }

// scrubber is one for a record and its people.
func (m Mask) scrubber(r inventory.Record) scrubber {
	addresses := []string{r.Asset.CreatedBy, r.Asset.ModifiedBy, r.Asset.Owner, r.PlaceOwner}
	if r.Usage != nil {
		for _, e := range r.Usage.Editors {
			addresses = append(addresses, e.Address)
		}
	}
	slices.Sort(addresses)
	var names []string
	for _, address := range slices.Compact(addresses) {
		if address != "" {
			names = append(names, m.Person(address).Name)
		}
	}
	return newScrubber(names...)
}

// newScrubber knows names of people as files are named after them: "Ana
// Ruru", "ana_ruru", "Ruru, Ana".
func newScrubber(names ...string) scrubber {
	var patterns []string
	for _, name := range names {
		parts := strings.Fields(name)
		if len(parts) < 2 {
			continue // a first name alone is a word like others
		}
		for i := range parts {
			parts[i] = regexp.QuoteMeta(parts[i])
		}
		last := len(parts) - 1
		patterns = append(patterns, strings.Join(parts, gap), parts[last]+`,?`+gap+strings.Join(parts[:last], gap))
	}
	if len(patterns) == 0 {
		return scrubber{}
	}
	return scrubber{regexp.MustCompile(`(?i)` + strings.Join(patterns, `|`))}
}

// gap is what stands between the parts of a name.
const gap = `[\s._-]+`

var (
	anAddress = regexp.MustCompile(`[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(\.[\p{L}\p{N}-]+)+`)
	// In addresses of OneDrive, whose it is stands with underscores:
	// /personal/ana_ruru_example_org.
	aPersonalSite = regexp.MustCompile(`/personal/[^/\s]+`)
)

func (s scrubber) text(text string) string {
	if strings.Contains(text, "@") {
		text = anAddress.ReplaceAllString(text, Somebody)
	}
	if strings.Contains(text, "/personal/") {
		text = aPersonalSite.ReplaceAllString(text, "/personal/…")
	}
	if s.names != nil {
		text = s.names.ReplaceAllString(text, Somebody)
	}
	return text
}

// clean gives a copy in which every text is scrubbed, whatever fields there
// are or will be.
func clean[T any](s scrubber, v *T) *T {
	if v == nil {
		return nil
	}
	out := new(T)
	s.copy(reflect.ValueOf(out).Elem(), reflect.ValueOf(v).Elem())
	return out
}

func (s scrubber) copy(to, from reflect.Value) {
	switch from.Kind() {
	case reflect.String:
		to.SetString(s.text(from.String()))
	case reflect.Struct:
		to.Set(from) // unexported fields too, such as those of a time
		for i := range from.NumField() {
			if from.Type().Field(i).IsExported() {
				s.copy(to.Field(i), from.Field(i))
			}
		}
	case reflect.Slice:
		if from.IsNil() {
			return
		}
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			s.copy(to.Index(i), from.Index(i))
		}
	case reflect.Map:
		s.copyMap(to, from)
	default:
		to.Set(from)
	}
}

func (s scrubber) copyMap(to, from reflect.Value) {
	if from.IsNil() {
		return
	}
	to.Set(reflect.MakeMapWithSize(from.Type(), from.Len()))
	for at := from.MapRange(); at.Next(); {
		key, value := reflect.New(from.Type().Key()).Elem(), reflect.New(from.Type().Elem()).Elem()
		s.copy(key, at.Key())
		s.copy(value, at.Value())
		to.SetMapIndex(key, value)
	}
}
