package sqlstore

import (
	"context"

	"github.com/desirepath/desirepath/inventory"
)

// told stores what a listing itself showed of an asset's inside and its use.
// A listing tells the same every night; only what is new to us is judged again.
func (l *listing) told(ctx context.Context, a inventory.Asset, c inventory.Change) error {
	if c.Inside != nil {
		if err := l.toldInside(ctx, a, *c.Inside); err != nil {
			return err
		}
	}
	if c.Usage == nil {
		return nil
	}
	u := *c.Usage
	u.Revision = a.Revision
	return l.store.saveObserved(ctx, l.tx, a.ID, u)
}

func (l *listing) toldInside(ctx context.Context, a inventory.Asset, st inventory.Structure) error {
	st.Revision = a.Revision
	body, err := toJSON(st)
	if err != nil {
		return err
	}
	_, err = l.exec(ctx, `INSERT INTO structures (asset, revision, depth, reader, body) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (asset) DO UPDATE SET revision = excluded.revision, depth = excluded.depth, reader = excluded.reader,
		judged = CASE WHEN structures.body = excluded.body THEN structures.judged ELSE '' END, body = excluded.body`,
		a.ID, st.Revision, st.Depth, st.Reader, body)
	return err
}
