package workbook

import (
	"cmp"
	"regexp"
	"slices"

	"github.com/desirepath/desirepath/inventory"
)

// What is sampled of ids, where a key is configured: so many rows of a sheet
// are looked at, however many there are, and so many columns of a workbook are
// kept.
const (
	sampledRows  = headRows
	sampledCells = windowCells
	maxIDColumns = 8
	minColumnIDs = 8   // different ids; of fewer nothing could be said
	minIDShare   = 0.6 // of the cells that hold something
)

// An idSampler tells which rows of a sheet are sampled.
type idSampler struct {
	key         inventory.IDKey
	rows, cells int
}

func (p *idSampler) wants() bool {
	return p.key.On() && p.rows < sampledRows && p.cells < sampledCells
}

func (p *idSampler) count(r row) {
	p.rows++
	p.cells += len(r)
}

// idTally is what was sampled of a column.
type idTally struct {
	looked int // cells
	hashes []uint64
}

// sampleIDs hashes what looks like an id in the row at hand. Which columns
// hold ids is known only when their headings are.
func (s *sheetScan) sampleIDs() {
	if !s.ids.wants() {
		return
	}
	s.ids.count(s.row)
	for _, c := range s.row {
		if s.blind {
			break
		}
		column := s.band.column(c.Col)
		if column.sampled == nil {
			column.sampled = &idTally{}
		}
		column.sampled.looked++
		if c.Kind != CellText && c.Kind != CellNumber || s.markOf(c).is(looksDate) {
			continue
		}
		if id, ok := inventory.FoldID(c.Text); ok {
			column.sampled.hashes = append(column.sampled.hashes, s.ids.key.Hash(id))
		}
	}
}

// plus is what was sampled of both.
func (t *idTally) plus(o *idTally) *idTally {
	if t == nil || o == nil {
		return cmp.Or(t, o)
	}
	return &idTally{t.looked + o.looked, slices.Concat(t.hashes, o.hashes)}
}

// addIDs keeps the sample of a column that holds ids, by its heading and by
// what stands in it.
func (b *builder) addIDs(heading string, c column) {
	t := c.sampled
	if t == nil || len(b.ids) == maxIDColumns || float64(len(t.hashes)) < minIDShare*float64(t.looked) || !headsIDs(heading) {
		return
	}
	slices.Sort(t.hashes)
	if distinct := len(slices.Compact(t.hashes)); distinct >= minColumnIDs {
		b.ids = append(b.ids, inventory.IDColumn{Distinct: distinct, Sample: inventory.NewIDSample(t.hashes[:distinct], inventory.ColumnIDs)})
	}
}

// HoldsIDs reports whether a structure has a column that would be sampled: it
// was read without a key if it has no sample.
func HoldsIDs(s inventory.Structure) bool {
	for h := range s.Headings {
		if headsIDs(h) {
			return true
		}
	}
	return false
}

var (
	// What columns of ids are called.
	idHeading = regexp.MustCompile(`(?i)(^|[^\pL])(ids?|no|nos|nr|n[°º]|num|number|code|key|ref|reference|referenz|kennung|kennziffer|matricule|num[ée]ro|identifiant|identifier|identificador|clave|c[óo]digo)($|[^\pL])|nummer|matrikel|^#$`)
	camelID   = regexp.MustCompile(`\p{Ll}(ID|Id|No|Nr|Code)($|[^\pL])`)
	// Numbers that are not given out by a system of ours, or that it is nobody's
	// business to compare.
	otherHeading = regexp.MustCompile(`(?i)phone|mobile|telef|telnr|\btel\b|handy|\bfax|\bcell\b|iban|\bbic\b|swift|bank|konto|card|passport|passnummer|ausweis|\btax|steuer|\bvat\b|\bssn\b|social|insurance|versicherung|national|s[ée]cu|post ?code|post ?nummer|\bzip\b|postal|\bplz\b|room|raum|salle|house|salary|amount|betrag|montant|number of|no\. of|nombre|anzahl`)
)

func headsIDs(heading string) bool {
	return (idHeading.MatchString(heading) || camelID.MatchString(heading)) && !otherHeading.MatchString(heading)
}
