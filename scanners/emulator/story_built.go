package emulator

import "github.com/desirepath/desirepath/scanners/emulator/alderbay"

// built puts what people made outside of files on their sites.
func (t *telling) built() error {
	lists, err := t.story.Lists()
	if err != nil {
		return err
	}
	if err := t.apps(); err != nil {
		return err
	}
	ids := map[string]string{}
	for _, l := range lists {
		ids[l.ID] = guid("list", l.ID)
	}
	for _, l := range lists {
		t.world.AddList(SiteList{
			ID: ids[l.ID], Site: t.sites[l.In], Name: l.Name, Template: l.Template, Hidden: l.Hidden, Columns: columnsOf(l, ids),
			Created: l.Made, CreatedBy: t.people[l.By], Modified: l.Saved, ModifiedBy: t.people[l.By], Version: 1 + len(l.Columns),
		})
	}
	return t.powered()
}

// columnsOf are the columns of a told list: the first is the one that every list begins with.
func columnsOf(l alderbay.SiteList, ids map[string]string) []ListColumn {
	types := map[string]string{"date": ColumnDate, "yes/no": ColumnBoolean, "person": ColumnPerson, "link": ColumnLink}
	out := make([]ListColumn, len(l.Columns))
	for i, c := range l.Columns {
		out[i] = ListColumn{Heading: c.Heading, Type: c.Type, Choices: c.Choices, Formula: c.Formula, Lookup: ids[c.List]}
		if t, ok := types[c.Type]; ok {
			out[i].Type = t
		}
	}
	out[0].Name = "Title"
	return out
}
