-- +goose Up

ALTER TABLE conversations ADD COLUMN later BIGINT NOT NULL DEFAULT -62135596800000000; -- when the keeper may be asked again; the zero time leaves it open
ALTER TABLE conversations ADD COLUMN helped BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE conversations ADD COLUMN joined TEXT NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN act TEXT NOT NULL DEFAULT '';
ALTER TABLE steps ADD COLUMN detail TEXT NOT NULL DEFAULT '';
CREATE INDEX conversations_family ON conversations (family);

-- Every version of a charter stays as it was written.
CREATE TABLE charters (
    conversation TEXT    NOT NULL REFERENCES conversations (id),
    version      INTEGER NOT NULL,
    body         TEXT    NOT NULL,
    PRIMARY KEY (conversation, version)
);
CREATE TABLE agreements (
    conversation TEXT    NOT NULL,
    version      INTEGER NOT NULL,
    side         TEXT    NOT NULL,
    said_by      TEXT    NOT NULL,
    said_at      BIGINT  NOT NULL,
    PRIMARY KEY (conversation, version, side),
    FOREIGN KEY (conversation, version) REFERENCES charters (conversation, version)
);

-- What people said about verdicts. It outlives the asset: it says how often we
-- were right.
CREATE TABLE feedback (
    n          INTEGER NOT NULL PRIMARY KEY, -- in the order it was said
    asset      TEXT    NOT NULL,
    said       TEXT    NOT NULL,
    holds      BOOLEAN NOT NULL,
    capability TEXT    NOT NULL,
    said_by    TEXT    NOT NULL,
    said_at    BIGINT  NOT NULL,
    why        TEXT    NOT NULL
);
CREATE INDEX feedback_asset ON feedback (asset, n);

-- +goose Down
DROP TABLE feedback;
DROP TABLE agreements;
DROP TABLE charters;
DROP INDEX conversations_family;
ALTER TABLE steps DROP COLUMN detail;
ALTER TABLE steps DROP COLUMN act;
ALTER TABLE conversations DROP COLUMN joined;
ALTER TABLE conversations DROP COLUMN helped;
ALTER TABLE conversations DROP COLUMN later;
