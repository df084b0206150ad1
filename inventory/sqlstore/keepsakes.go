package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/desirepath/desirepath/inventory"
)

// Keepsakes are what an older copy must not make undone when it takes the
// place of an inventory, because somebody relies on it: that they were erased,
// that they are not written to again, that a token has ended. They wait in
// temporary tables until the copy is there.
type keepsakes struct {
	key    string // of the tombstones
	stones []Tombstone
}

// kept says which rows wait, by table: conversations in which somebody was
// written to, and those that belong to them.
var kept = []struct{ table, where string }{
	{"tokens", `TRUE`},
	{"quiet", `TRUE`},
	{"letters", `TRUE`},
	{"conversations", writtenTo},
	{"steps", `conversation IN (SELECT id FROM kept_conversations)`},
	{"charters", `conversation IN (SELECT id FROM kept_conversations)`},
	{"agreements", `conversation IN (SELECT id FROM kept_conversations)`},
}

const writtenTo = `state <> '` + string(inventory.Proposed) + `' OR id IN (SELECT conversation FROM letters)`

// keep puts aside what shall outlast the inventory.
func keep(ctx context.Context, tx *sql.Tx) (k keepsakes, err error) {
	if k.key, err = setting(ctx, tx, tombstoneKey); err != nil {
		return k, err
	}
	if k.stones, err = tombstones(ctx, tx); err != nil {
		return k, err
	}
	for _, t := range kept {
		if _, err := tx.ExecContext(ctx, `CREATE TEMPORARY TABLE kept_`+t.table+` AS SELECT * FROM `+t.table+` WHERE `+t.where); err != nil {
			return k, fmt.Errorf("keep %s: %w", t.table, err)
		}
	}
	return k, nil
}

// giveBack adds to a copy what was kept, and tells how many rows of each table.
func (k keepsakes) giveBack(ctx context.Context, tx *sql.Tx) (rows map[string]int, err error) {
	if err := carry(ctx, tx, k.key, k.stones); err != nil {
		return nil, err
	}
	for _, statement := range makeRoom {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return nil, fmt.Errorf("make room for what is kept: %w", err)
		}
	}
	rows = map[string]int{"tombstones": len(k.stones)}
	for _, table := range []string{"tokens", "quiet", "conversations", "steps", "charters", "agreements", "letters"} {
		if rows[table], err = changed(ctx, tx, `INSERT INTO `+table+` SELECT * FROM kept_`+table); err != nil {
			return nil, fmt.Errorf("%s that are kept: %w", table, err)
		}
		if _, err := tx.ExecContext(ctx, `DROP TABLE kept_`+table); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// makeRoom takes out of a copy what is told newer by what was kept. Of a
// conversation that is longer in the copy, because the inventory was begun
// anew meanwhile, the copy's stays. All letters of both stay, the kept ones as
// they ended.
var makeRoom = []string{
	`DELETE FROM tokens WHERE id IN (SELECT id FROM kept_tokens) OR hash IN (SELECT hash FROM kept_tokens)`,
	`DELETE FROM quiet WHERE address IN (SELECT address FROM kept_quiet)`,
	`DELETE FROM kept_conversations WHERE id IN (SELECT c.conversation
		FROM (SELECT conversation, COUNT(*) AS n FROM steps GROUP BY conversation) c
		JOIN (SELECT conversation, COUNT(*) AS n FROM kept_steps GROUP BY conversation) k ON k.conversation = c.conversation
		WHERE c.n > k.n)`,
	`DELETE FROM kept_steps WHERE conversation NOT IN (SELECT id FROM kept_conversations)`,
	`DELETE FROM kept_agreements WHERE conversation NOT IN (SELECT id FROM kept_conversations)`,
	`DELETE FROM kept_charters WHERE conversation NOT IN (SELECT id FROM kept_conversations)`,
	`INSERT INTO kept_letters SELECT * FROM letters WHERE id NOT IN (SELECT id FROM kept_letters)`,
	`DELETE FROM letters`,
	`DELETE FROM agreements WHERE conversation IN (SELECT id FROM kept_conversations)`,
	`DELETE FROM charters WHERE conversation IN (SELECT id FROM kept_conversations)`,
	`DELETE FROM steps WHERE conversation IN (SELECT id FROM kept_conversations)`,
	`DELETE FROM conversations WHERE id IN (SELECT id FROM kept_conversations)`,
}
