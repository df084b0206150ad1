package emulator

import (
	"time"
)

// inventory is a row for each file and folder of Google's drives, as Drive's export has them.
// https://support.google.com/a/answer/15485686
func (w *World) inventory() (rows []object, made time.Time) {
	made = w.now()
	for _, p := range w.Places() {
		if p.Suite != Google {
			continue
		}
		for from := 0; from >= 0; {
			var items []Item
			items, from = w.List(p.ID, from, 1000)
			for _, it := range items {
				if it.Parent != "" {
					rows = append(rows, w.inventoryRow(p, it, made))
				}
			}
		}
	}
	return rows, made
}

func (w *World) inventoryRow(p Place, it Item, made time.Time) object {
	o := object{
		"id": it.ID, "version": int64(it.Revision), "title": it.Name, "mime_type": it.MIME, "size_bytes": it.Size(), "parent": it.Parent,
		"create_time_micros": it.Created.UnixMicro(), "last_modified_time_micros": it.Modified.UnixMicro(),
		"snapshot_start_time_micros": made.Add(-time.Hour).UnixMicro(), "snapshot_end_time_micros": made.UnixMicro(), "read_time_micros": made.Add(-time.Minute).UnixMicro(),
		"trashed": it.Trashed, "owner": w.inventoryOwner(p), "permissions": w.inventoryGrants(p, it),
	}
	if by, ok := w.byID(it.CreatedBy); ok {
		o["creator"] = object{"user": object{"id": googleID(by.ID), "email": by.Address}}
	}
	if it.Content != nil {
		if d, err := it.Content.Digests(); err == nil {
			o["md5_checksum"] = d.MD5
		}
	}
	return o
}

func (w *World) inventoryOwner(p Place) object {
	if p.Kind == KindSharedDrive {
		return object{"shared_drive": object{"id": p.ID}}
	}
	owner, _ := w.byID(p.Owner)
	return object{"user": object{"id": googleID(p.Owner), "email": owner.Address}}
}

// inventoryGrants are the permissions on a file, its owner's among them.
func (w *World) inventoryGrants(p Place, it Item) []object {
	v := &viewer{world: w, places: map[string]Place{}, above: map[string][]Grant{}, users: map[string]object{}}
	return v.permissions(it, p)
}

func inventorySchema() []object {
	is := func(name, kind string) object { return object{"name": name, "type": kind, "mode": "NULLABLE"} }
	of := func(name string, fields ...object) object {
		return object{"name": name, "type": "RECORD", "mode": "NULLABLE", "fields": fields}
	}
	user := of("user", is("id", "STRING"), is("email", "STRING"))
	grants := of("permissions", is("id", "STRING"), is("type", "STRING"), is("role", "STRING"))
	grants["mode"] = "REPEATED"
	return []object{
		is("id", "STRING"), is("version", "INTEGER"), of("owner", user, of("shared_drive", is("id", "STRING"))), of("creator", user),
		is("snapshot_start_time_micros", "INTEGER"), is("snapshot_end_time_micros", "INTEGER"), is("read_time_micros", "INTEGER"),
		is("title", "STRING"), is("description", "STRING"), is("mime_type", "STRING"), is("size_bytes", "INTEGER"), is("parent", "STRING"),
		is("md5_checksum", "STRING"), is("create_time_micros", "INTEGER"), is("last_modified_time_micros", "INTEGER"), is("trashed", "BOOLEAN"), grants,
	}
}
