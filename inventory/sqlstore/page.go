package sqlstore

import (
	"context"
	"strings"
	"time"

	"github.com/desirepath/desirepath/inventory"
)

// A page is written to tables of the transaction's own and merged from there,
// a statement for all of its rows: what a row costs is then the same few
// lookups on both databases, and no round trip to a server.

// A staged table is one that a page is written to. It is empty but within a
// transaction that fills it.
type staged struct {
	name    string
	columns []string
	types   []string
}

func (t staged) create() string {
	var b strings.Builder
	for i, c := range t.columns {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(c + " " + t.types[i] + " NOT NULL")
	}
	return `CREATE TEMPORARY TABLE IF NOT EXISTS ` + t.name + ` (` + b.String() + `)`
}

// pageAssets are the assets of a page that are kept: with opens, whether they
// may be looked into, and same, whether they are stored as they are here.
func pageAssets() staged {
	t := staged{name: "page_assets", columns: append([]string{"id", "opens", "worth", "same"}, assetNames...)}
	for _, c := range t.columns {
		switch c {
		case "opens", "same", "shared", "inherits":
			t.types = append(t.types, "BOOLEAN")
		case "size", "created", "modified", "worth":
			t.types = append(t.types, "BIGINT")
		default:
			t.types = append(t.types, "TEXT")
		}
	}
	return t
}

// pageFolders are the folders of a page, pageGone what is no longer in the
// inventory: with removed, whether the page said so, and not we.
func pageFolders() staged {
	return staged{"page_folders", []string{"id", "parent", "name", "shared", "inherits"}, []string{"TEXT", "TEXT", "TEXT", "BOOLEAN", "BOOLEAN"}}
}

func pageGone() staged {
	return staged{"page_gone", []string{"id", "vendor", "removed"}, []string{"TEXT", "TEXT", "BOOLEAN"}}
}

// stage makes the table anew for these rows.
func (l *listing) stage(ctx context.Context, t staged, rows [][]any) error {
	if _, err := l.tx.ExecContext(ctx, l.store.dialect.own(t.create())); err != nil {
		return err
	}
	if err := l.store.dialect.clear(ctx, l.tx, t); err != nil {
		return err
	}
	return l.store.dialect.insert(ctx, l.tx, t, rows)
}

// mergeFolders stores folders. Whether one was moved or renamed matters to
// what the scope left out below: that may be in it from now on, and is only
// told of by a listing from scratch.
func (l *listing) mergeFolders(ctx context.Context, folders [][]any) error {
	if len(folders) == 0 {
		return nil
	}
	if err := l.stage(ctx, pageFolders(), folders); err != nil {
		return err
	}
	if l.store.pathRules() && !l.relist {
		if err := l.tx.QueryRowContext(ctx, movedFolders, l.place.Tenant, l.place.ID).Scan(&l.relist); err != nil {
			return err
		}
	}
	_, err := l.exec(ctx, mergeFolders, l.place.Tenant, l.place.ID, l.generation)
	return err
}

const (
	movedFolders = `SELECT EXISTS (SELECT 1 FROM page_folders i JOIN folders f ON f.id = i.id
		WHERE f.tenant = ? AND f.place = ? AND (f.parent <> i.parent OR f.name <> i.name))`
	mergeFolders = `INSERT INTO folders (tenant, place, id, generation, parent, name, shared, inherits, moved)
		SELECT CAST(? AS TEXT), CAST(? AS TEXT), i.id, CAST(? AS BIGINT), i.parent, i.name, i.shared, i.inherits, TRUE FROM page_folders i WHERE TRUE ORDER BY i.id
		ON CONFLICT (tenant, place, id) DO UPDATE SET generation = excluded.generation, parent = excluded.parent, name = excluded.name,
		shared = excluded.shared, inherits = excluded.inherits, moved = folders.moved OR folders.parent <> excluded.parent OR folders.name <> excluded.name
			OR folders.shared <> excluded.shared OR folders.inherits <> excluded.inherits`
)

// mergeAssets stores assets. It tells apart what is as it was, which only gets
// its stamp, and what is altered or new.
func (l *listing) mergeAssets(ctx context.Context, kept []keeping) error {
	if len(kept) == 0 {
		return nil
	}
	as := make([]inventory.Asset, len(kept))
	for i, k := range kept {
		as[i] = k.Asset
	}
	if err := l.stageAssets(ctx, as); err != nil {
		return err
	}
	if _, err := l.exec(ctx, markSame); err != nil {
		return err
	}
	if _, err := l.exec(ctx, stampSame, l.generation, l.generation); err != nil {
		return err
	}
	n, err := l.exec(ctx, mergeAssets, l.generation)
	if err != nil {
		return err
	}
	l.tally.Changed += n
	if err := l.staleCards(ctx, n); err != nil {
		return err
	}
	if _, err := l.exec(ctx, unjudgePage); err != nil {
		return err
	}
	return l.queueStaged(ctx)
}

// staleCards says whose cards are no longer right. What a place holds that is
// listed for the first time has none yet: there it is enough to mark the place.
func (l *listing) staleCards(ctx context.Context, changed int) error {
	if changed == 0 {
		return nil
	}
	if l.generation > 1 {
		_, err := l.exec(ctx, stalePage)
		return err
	}
	l.behind = true
	_, err := l.exec(ctx, stalePage+` AND EXISTS (SELECT 1 FROM cards k WHERE k.asset = i.id)`)
	return err
}

// stageAssets writes assets where the statements below find them.
func (l *listing) stageAssets(ctx context.Context, as []inventory.Asset) error {
	rows := make([][]any, len(as))
	now := l.store.now()
	for i, a := range as {
		opens := a.Kind.Inspectable() && l.store.scope.OpensContent(l.place, a)
		rows[i] = append([]any{string(a.ID), opens, a.Worth(now), false}, assetValues(a)...)
	}
	return l.stage(ctx, pageAssets(), rows)
}

// queueStaged keeps the due table true for the assets that are staged and not
// as they were: one has a row when it may be opened and its structure falls
// short of what is wanted. A row begins anew when the revision is another.
func (l *listing) queueStaged(ctx context.Context) error {
	if _, err := l.exec(ctx, queuePage, micros(time.Time{}), l.want.depth, l.want.reader); err != nil {
		return err
	}
	_, err := l.exec(ctx, unqueuePage, l.want.depth, l.want.reader)
	return err
}

// queue does the same for assets that are stored.
func (l *listing) queue(ctx context.Context, as []inventory.Asset) error {
	if err := l.stageAssets(ctx, as); err != nil {
		return err
	}
	return l.queueStaged(ctx)
}

var (
	markSame = `UPDATE page_assets SET same = TRUE FROM assets a WHERE a.id = page_assets.id` + eachAsset(` AND a.%s = page_assets.%s`)

	mergeAssets = `INSERT INTO assets (id, generation` + eachAsset(`, %s`) + `) SELECT i.id, CAST(? AS BIGINT)` + eachAsset(`, i.%s`) + `
		FROM page_assets i WHERE NOT i.same ORDER BY i.id ON CONFLICT (id) DO UPDATE SET generation = excluded.generation` + eachAsset(`, %s = excluded.%s`)
)

const (
	stampSame   = `UPDATE assets SET generation = ? WHERE generation <> ? AND id IN (SELECT i.id FROM page_assets i WHERE i.same)`
	unjudgePage = `UPDATE structures SET judged = '' WHERE judged <> '' AND asset IN (SELECT i.id FROM page_assets i WHERE NOT i.same)`

	stalePage = `INSERT INTO stale (asset) SELECT i.id FROM page_assets i WHERE NOT i.same AND NOT EXISTS (SELECT 1 FROM stale s WHERE s.asset = i.id)`

	readEnough = `EXISTS (SELECT 1 FROM structures s WHERE s.asset = i.id AND s.revision = i.revision AND s.depth >= ? AND s.reader >= ?)`
	queuePage  = `INSERT INTO due (asset, tenant, revision, shared, worth, modified, not_before)
		SELECT i.id, i.tenant, i.revision, i.shared, i.worth, i.modified, CAST(? AS BIGINT) FROM page_assets i
		WHERE NOT i.same AND i.opens AND NOT ` + readEnough + ` ORDER BY i.id
		ON CONFLICT (asset) DO UPDATE SET revision = excluded.revision, shared = excluded.shared, worth = excluded.worth, modified = excluded.modified,
		attempts = CASE WHEN due.revision = excluded.revision THEN due.attempts ELSE 0 END,
		not_before = CASE WHEN due.revision = excluded.revision THEN due.not_before ELSE excluded.not_before END,
		final = CASE WHEN due.revision = excluded.revision THEN due.final ELSE FALSE END,
		reason = CASE WHEN due.revision = excluded.revision THEN due.reason ELSE '' END,
		detail = CASE WHEN due.revision = excluded.revision THEN due.detail ELSE '' END`
	unqueuePage = `DELETE FROM due WHERE asset IN (SELECT i.id FROM page_assets i WHERE NOT i.same AND (NOT i.opens OR ` + readEnough + `))`
)

// eachAsset writes a piece of SQL for every column of assetNames.
func eachAsset(piece string) string {
	var b strings.Builder
	for _, name := range assetNames {
		b.WriteString(strings.ReplaceAll(piece, "%s", name))
	}
	return b.String()
}

// mergeGone removes assets. What was removed and is no asset may be a folder.
func (l *listing) mergeGone(ctx context.Context, gone [][]any) error {
	if len(gone) == 0 {
		return nil
	}
	if err := l.stage(ctx, pageGone(), gone); err != nil {
		return err
	}
	_, err := l.exec(ctx, `UPDATE folders SET generation = -1 WHERE tenant = ? AND place = ? AND id IN
		(SELECT g.vendor FROM page_gone g WHERE g.removed AND NOT EXISTS (SELECT 1 FROM assets a WHERE a.id = g.id))`, l.place.Tenant, l.place.ID)
	if err != nil {
		return err
	}
	n, err := l.exec(ctx, `DELETE FROM assets WHERE id IN (SELECT g.id FROM page_gone g)`)
	l.tally.Removed += n
	return err
}
