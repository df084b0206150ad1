package emulator

import (
	"bytes"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
)

// populate fills a world with procedural people and drives. Two thirds of the people have a login in one suite, the last third in both.
func (w *World) populate(o Options) {
	people := o.People
	if people == 0 && o.Assets > 0 {
		people = min(max(o.Assets/200, 3), 5000)
	}
	var places []Place
	for i := range people {
		places = append(places, w.settle(i)...)
	}
	everybody := w.People()
	for i := range (people + teamSize - 1) / teamSize {
		places = append(places, w.teamPlaces(i, everybody)...)
	}
	made := &workbooks{}
	for i, p := range places {
		n := share(o.Assets, len(places), i)
		p.ID = placeID(p, fmt.Sprint(w.Seed))
		w.addPlace(p, newBlocks(p, n, fmt.Sprint(w.Seed), everybody, made))
	}
}

// share divides n as evenly as it goes and returns the part of the i-th.
func share(n, parts, i int) int { return (i+1)*n/parts - i*n/parts }

// settle adds the i-th procedural person and returns their personal drives.
func (w *World) settle(i int) []Place {
	r := scramble(uint64(w.Seed), 1, uint64(i))
	given, family := givenName(r), familyName(r>>16)
	p := w.AddPerson(Person{
		Name:       given + " " + family,
		Address:    strings.ToLower(fmt.Sprintf("%s.%s%d@%s", given, family, i, w.Domain)),
		EmployeeID: fmt.Sprintf("E%06d", i),
		Department: department(r >> 32),
		Title:      title(r >> 40),
		Microsoft:  i%3 != 1,
		Google:     i%3 != 0,
		Left:       r>>48%50 == 0,
	})
	var places []Place
	if p.Microsoft {
		s := w.AddSite(Site{Name: p.Name, Path: "personal/" + strings.NewReplacer("@", "_", ".", "_").Replace(p.Address), Personal: true})
		places = append(places, Place{Suite: Microsoft, Kind: KindPersonal, Name: "OneDrive", Owner: p.ID, Site: s.ID})
	}
	if p.Google {
		places = append(places, Place{Suite: Google, Kind: KindMyDrive, Name: "My Drive", Owner: p.ID})
	}
	return places
}

// teamPlaces returns the i-th team's library and, for every second, its shared drive.
func (w *World) teamPlaces(i int, everybody []Person) []Place {
	name := fmt.Sprintf("%s %d", department(uint64(i)), i+1)
	s := w.AddSite(Site{Name: name, Path: "sites/" + strings.ToLower(strings.ReplaceAll(name, " ", "-"))})
	places := []Place{{Suite: Microsoft, Kind: KindLibrary, Name: "Documents", Site: s.ID}}
	if i%2 == 0 {
		shared := Place{Suite: Google, Kind: KindSharedDrive, Name: name}
		for j, p := range everybody[teamSize*i : min(teamSize*(i+1), len(everybody))] {
			role := RoleWrite
			if j == 1 {
				role = RoleOrganizer
			}
			if p.Google {
				shared.Members = append(shared.Members, Grant{ID: guid(name, p.ID), Person: p.ID, Role: role})
			}
		}
		places = append(places, shared)
	}
	return places
}

const (
	teamSize  = 25
	blockSize = 40 // a folder and the files in it
	blockArms = 8  // folders in a folder
)

// blocks is a [Source] of n items besides the root: blocks of a folder and its files, the folders in a tree of blockArms arms.
type blocks struct {
	place  Place
	n      int
	seed   uint64
	prefix [32]byte
	people []string // who works here
	made   *workbooks
}

func newBlocks(p Place, n int, seed string, everybody []Person, made *workbooks) *blocks {
	b := &blocks{place: p, n: n, prefix: digest(seed, "block", p.ID), made: made}
	b.seed = binary.BigEndian.Uint64(b.prefix[24:])
	if p.Owner != "" {
		b.people = []string{p.Owner}
		return b
	}
	for i := range min(5, len(everybody)) {
		b.people = append(b.people, everybody[scramble(b.seed, 2, uint64(i))%uint64(len(everybody))].ID)
	}
	return b
}

// Len counts the root too.
func (b *blocks) Len() int { return b.n + 1 }

// At computes the i-th item.
func (b *blocks) At(i int) Item {
	r := scramble(b.seed, 3, uint64(i))
	it := Item{ID: b.id(i), Created: dawn().Add(-time.Duration(r%(400*24*60)) * time.Minute)}
	it.Modified = it.Created.Add(time.Duration(r>>20%(30*24*60)) * time.Minute)
	if len(b.people) > 0 {
		it.CreatedBy = b.people[r>>8%uint64(len(b.people))]
		it.ModifiedBy = b.people[r>>12%uint64(len(b.people))]
	}
	switch {
	case i == 0:
		it.Name, it.Folder = "root", true
	case b.isFolder(i):
		it.Parent, it.Folder = b.id(b.parent(i)), true
		it.Name = fmt.Sprintf("%s %d", department(r>>24), i/blockSize)
	default:
		it.Parent = b.id(b.parent(i))
		b.made.fill(&it, b.place.Suite, r, i)
	}
	it.MIME = mimeOf(b.place.Suite, it)
	return it
}

func (b *blocks) isFolder(i int) bool { return i == 0 || (i-1)%blockSize == 0 }

func (b *blocks) parent(i int) int {
	block := (i - 1) / blockSize
	switch {
	case !b.isFolder(i):
		return block*blockSize + 1
	case block == 0:
		return 0
	default:
		return (block-1)/blockArms*blockSize + 1
	}
}

// Children lists the files of a folder's block and the folders below it.
func (b *blocks) Children(i int) []int {
	var out []int
	add := func(k int) {
		if k <= b.n {
			out = append(out, k)
		}
	}
	if i == 0 {
		add(1)
		return out
	}
	if !b.isFolder(i) {
		return nil
	}
	for k := i + 1; k < i+blockSize; k++ {
		add(k)
	}
	for arm := range blockArms {
		add(((i-1)/blockSize*blockArms+arm+1)*blockSize + 1)
	}
	return out
}

// id hides the position in an identifier of the suite's style, so that Find needs no table.
func (b *blocks) id(i int) string {
	if i == 0 {
		return b.place.Root()
	}
	if b.place.Suite == Google {
		return "1" + base64.RawURLEncoding.EncodeToString(b.hide(16, i))
	}
	return "01" + base32.StdEncoding.EncodeToString(b.hide(12, i))
}

func (b *blocks) hide(prefix, i int) []byte {
	raw := append([]byte{}, b.prefix[:prefix]...)
	return binary.BigEndian.AppendUint64(raw, mix(uint64(i))^b.seed)
}

// Find is the inverse of id.
func (b *blocks) Find(id string) (int, bool) {
	if id == b.place.Root() {
		return 0, true
	}
	var raw []byte
	var err error
	if rest, ok := strings.CutPrefix(id, "01"); ok && b.place.Suite == Microsoft {
		raw, err = base32.StdEncoding.DecodeString(rest)
	} else if rest, ok := strings.CutPrefix(id, "1"); ok {
		raw, err = base64.RawURLEncoding.DecodeString(rest)
	}
	if err != nil || len(raw) < 8 || !bytes.HasPrefix(b.prefix[:], raw[:len(raw)-8]) {
		return 0, false
	}
	i := int(unmix(binary.BigEndian.Uint64(raw[len(raw)-8:]) ^ b.seed))
	return i, i > 0 && i <= b.n && b.id(i) == id
}

// mix and unmix are inverse: multiplication by an odd number and by its inverse modulo 2^64.
func mix(v uint64) uint64   { return v * 0x9E3779B97F4A7C15 }
func unmix(v uint64) uint64 { return v * 0xF1DE83E19937733D }

// scramble is a number that looks random and is always the same for the same arguments (the finaliser of SplitMix64).
func scramble(seed uint64, parts ...uint64) uint64 {
	z := seed
	for _, p := range parts {
		z += p + 0x9E3779B97F4A7C15
		z = (z ^ z>>30) * 0xBF58476D1CE4E5B9
		z = (z ^ z>>27) * 0x94D049BB133111EB
		z ^= z >> 31
	}
	return z
}
