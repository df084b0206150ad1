-- +goose Up

-- What the cards of a listing have in common, and how many they are. Every
-- order of the inventory is kept within a part, so that a page of a few parts
-- is put together from the beginnings of each.
CREATE TABLE parts (
    id         BIGINT NOT NULL PRIMARY KEY,
    tenant     TEXT   NOT NULL,
    kind       TEXT   NOT NULL,
    capability TEXT   NOT NULL,
    system     TEXT   NOT NULL,
    cards      BIGINT NOT NULL DEFAULT 0,
    UNIQUE (tenant, kind, capability, system)
);

-- An asset's card: by what it is found and sorted. Cards are brought up to
-- date after a night's work, not while pages are applied.
CREATE TABLE cards (
    n        INTEGER          NOT NULL PRIMARY KEY,
    asset    TEXT             NOT NULL UNIQUE REFERENCES assets (id) ON DELETE CASCADE,
    place    TEXT             NOT NULL,
    part     BIGINT           NOT NULL,
    name     TEXT             NOT NULL, -- folded
    modified BIGINT           NOT NULL,
    size     BIGINT           NOT NULL,
    people   INTEGER          NOT NULL,
    score    DOUBLE PRECISION NOT NULL, -- 0 unless it comes close to a capability
    state    TEXT             NOT NULL, -- of the conversation about it
    keeper   TEXT             NOT NULL,
    orphaned BOOLEAN          NOT NULL
);
CREATE INDEX cards_state ON cards (state) WHERE state <> '';
CREATE INDEX cards_orphaned ON cards (orphaned) WHERE orphaned;

-- What words stand where on the cards.
-- only sqlite
CREATE VIRTUAL TABLE search USING fts5(name, path, words, content='', contentless_delete=1, prefix='2 3', tokenize='unicode61 remove_diacritics 2');
-- +goose StatementBegin
CREATE TRIGGER cards_gone AFTER DELETE ON cards BEGIN
    DELETE FROM search WHERE rowid = OLD.n;
END;
-- +goose StatementEnd
-- end only
-- only postgres
ALTER TABLE cards ADD COLUMN terms TSVECTOR;
CREATE INDEX cards_terms ON cards USING GIN (terms);
-- end only

-- Whose card is no longer right.
CREATE TABLE stale (
    asset TEXT NOT NULL PRIMARY KEY
);

-- Assets of a place may have no card yet.
ALTER TABLE places ADD COLUMN behind BOOLEAN NOT NULL DEFAULT TRUE;

-- What a conversation promises, as it was reckoned last: the order of lists.
ALTER TABLE conversations ADD COLUMN worth DOUBLE PRECISION NOT NULL DEFAULT 0;
CREATE INDEX conversations_worth ON conversations (worth, id);
CREATE INDEX conversations_state ON conversations (state, worth, id);
CREATE INDEX conversations_system ON conversations (system, worth, id);
CREATE INDEX conversations_partner ON conversations (partner_address, state, worth, id);
CREATE INDEX steps_to ON steps (to_state, decided_at);

-- What programs are let in with. Of the secret only a hash is kept.
CREATE TABLE tokens (
    id      TEXT   NOT NULL PRIMARY KEY,
    name    TEXT   NOT NULL,
    role    TEXT   NOT NULL,
    hash    TEXT   NOT NULL UNIQUE,
    created BIGINT NOT NULL,
    until   BIGINT NOT NULL,
    ended   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE tokens;
DROP INDEX steps_to;
DROP INDEX conversations_partner;
DROP INDEX conversations_system;
DROP INDEX conversations_state;
DROP INDEX conversations_worth;
ALTER TABLE conversations DROP COLUMN worth;
ALTER TABLE places DROP COLUMN behind;
DROP TABLE stale;
DROP TABLE IF EXISTS search;
DROP TABLE cards;
DROP TABLE parts;
