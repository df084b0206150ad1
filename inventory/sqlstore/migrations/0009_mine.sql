-- +goose Up

-- Who has a hand in what was looked into, by folded address. It is told when
-- an asset is judged, which therefore happens once more for all of them.
CREATE TABLE hands (
    address TEXT NOT NULL,
    asset   TEXT NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    PRIMARY KEY (address, asset)
);
CREATE INDEX hands_asset ON hands (asset);
CREATE INDEX conversations_keeper ON conversations (keeper, family);
UPDATE structures SET judged = '';

-- What builders told of by themselves.
CREATE TABLE registered (
    id      TEXT   NOT NULL PRIMARY KEY,
    name    TEXT   NOT NULL,
    lies    TEXT   NOT NULL, -- an address or a path, as they gave it
    purpose TEXT   NOT NULL,
    system  TEXT   NOT NULL, -- beside which it stands; '' for none
    asset   TEXT   NOT NULL, -- '' unless the inventory knows it
    told_by TEXT   NOT NULL,
    told_at BIGINT NOT NULL
);
CREATE INDEX registered_by ON registered (told_by, told_at);
CREATE INDEX registered_system ON registered (system, told_at);

-- Who asked not to be invited for a while.
CREATE TABLE quiet (
    address TEXT   NOT NULL PRIMARY KEY, -- folded
    until   BIGINT NOT NULL
);

-- +goose Down
DROP TABLE quiet;
DROP TABLE registered;
DROP INDEX conversations_keeper;
DROP TABLE hands;
