-- +goose Up

-- What was erased on request. A mark is a keyed hash of an address or an id:
-- it tells what must not come back, and not whose it was.
CREATE TABLE tombstones (
    kind TEXT   NOT NULL, -- person or asset
    mark TEXT   NOT NULL,
    laid BIGINT NOT NULL,
    PRIMARY KEY (kind, mark)
);

-- What a run let go of because it was kept long enough, by kind.
ALTER TABLE runs ADD COLUMN expired TEXT NOT NULL DEFAULT 'null';

-- Whether the keeper said yes to being told of as an example.
ALTER TABLE conversations ADD COLUMN example BOOLEAN NOT NULL DEFAULT FALSE;

-- What was changed for a need, and how that went: the first step of an answer
-- says what was changed, the others who was told and what they said.
CREATE TABLE answers (
    id         TEXT NOT NULL PRIMARY KEY,
    system     TEXT NOT NULL,
    capability TEXT NOT NULL,
    kind       TEXT NOT NULL,
    word       TEXT NOT NULL
);
CREATE TABLE answer_steps (
    answer  TEXT    NOT NULL REFERENCES answers (id),
    n       INTEGER NOT NULL,
    act     TEXT    NOT NULL,
    builder TEXT    NOT NULL, -- an address
    said_by TEXT    NOT NULL,
    said_at BIGINT  NOT NULL,
    why     TEXT    NOT NULL,
    PRIMARY KEY (answer, n)
);

-- +goose Down
DROP TABLE answer_steps;
DROP TABLE answers;
ALTER TABLE conversations DROP COLUMN example;
ALTER TABLE runs DROP COLUMN expired;
DROP TABLE tombstones;
