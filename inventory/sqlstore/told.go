package sqlstore

import (
	"context"

	"github.com/desirepath/desirepath/inventory"
)

// told stores what a listing itself showed of an asset's inside and its use.
// A listing tells the same every night; only what is new to us is judged again.
func (l *listing) told(ctx context.Context, k keeping) error {
	if k.inside != nil {
		if err := l.toldInside(ctx, k.Asset, *k.inside); err != nil {
			return err
		}
		if l.generation > 1 { // before, it has no card that could be wrong
			l.stale = append(l.stale, k.ID)
		}
	}
	if k.usage == nil {
		return nil
	}
	u := *k.usage
	u.Revision = k.Revision
	return l.store.saveObserved(ctx, l.tx, k.ID, u)
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
