package emulator

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A SiteList is a list of a SharePoint site, as Microsoft Lists shows it. Its items are not kept: nobody may read them here.
type SiteList struct {
	ID       string // made from site and name when empty
	Site     string
	Name     string
	Template string // "genericList" when empty
	Hidden   bool
	System   bool // told of only to who asks for it

	Columns []ListColumn // those somebody added; every list has the system's besides

	Created    time.Time
	CreatedBy  string // a person's id
	Modified   time.Time
	ModifiedBy string
	Version    int // counts changes of the definition
}

// The types of a list's column, by the name of Graph's facet.
const (
	ColumnText       = "text"
	ColumnNumber     = "number"
	ColumnCurrency   = "currency"
	ColumnDate       = "dateTime"
	ColumnBoolean    = "boolean"
	ColumnChoice     = "choice"
	ColumnPerson     = "personOrGroup"
	ColumnLookup     = "lookup"
	ColumnCalculated = "calculated"
	ColumnLink       = "hyperlinkOrPicture"
)

// A ListColumn is one that somebody added to a list. One whose Name is Title renames the column every list begins with.
type ListColumn struct {
	Name    string // made from the heading when empty
	Heading string
	Type    string   // one of the types above; text when empty
	Choices []string // of a choice
	Formula string   // of a calculated one
	Lookup  string   // the id of the list a lookup leads to
	Hidden  bool
}

// AddList adds a list to a site, or replaces the one with the same id.
func (w *World) AddList(l SiteList) SiteList {
	l.ID = cmp.Or(l.ID, guid(fmt.Sprint(w.Seed), "list", l.Site, l.Name))
	l.Template = cmp.Or(l.Template, "genericList")
	l.Created = cmp.Or(l.Created, dawn())
	l.Modified = cmp.Or(l.Modified, l.Created)
	l.ModifiedBy, l.Version = cmp.Or(l.ModifiedBy, l.CreatedBy), max(l.Version, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	of := slices.Clone(w.lists[l.Site])
	if i := slices.IndexFunc(of, func(o SiteList) bool { return o.ID == l.ID }); i >= 0 {
		of[i] = l
	} else {
		of = append(of, l)
	}
	w.lists[l.Site] = of
	return l
}

// Lists are the lists of a site, in the order they were added. Its libraries are not among them.
func (w *World) Lists(site string) []SiteList {
	w.mu.RLock()
	defer w.mu.RUnlock()
	return w.lists[site]
}

// ListOf finds a list of a site by id.
func (w *World) ListOf(site, id string) (SiteList, bool) {
	all := w.Lists(site)
	i := slices.IndexFunc(all, func(l SiteList) bool { return l.ID == id })
	if i < 0 {
		return SiteList{}, false
	}
	return all[i], true
}

// RenameList gives a list another name.
func (w *World) RenameList(site, id, name string) error {
	return w.changeList(site, id, func(l *SiteList) { l.Name = name })
}

// SetColumns gives a list other columns.
func (w *World) SetColumns(site, id string, columns []ListColumn) error {
	return w.changeList(site, id, func(l *SiteList) { l.Columns = columns })
}

func (w *World) changeList(site, id string, change func(*SiteList)) error {
	l, ok := w.ListOf(site, id)
	if !ok {
		return fmt.Errorf("list %s: %w", id, ErrNotFound)
	}
	change(&l)
	l.Modified = w.now().UTC()
	l.Version++
	w.AddList(l)
	return nil
}

// RemoveList deletes a list.
func (w *World) RemoveList(site, id string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	kept := slices.DeleteFunc(slices.Clone(w.lists[site]), func(l SiteList) bool { return l.ID == id })
	if len(kept) == len(w.lists[site]) {
		return fmt.Errorf("list %s: %w", id, ErrNotFound)
	}
	w.lists[site] = kept
	return nil
}
