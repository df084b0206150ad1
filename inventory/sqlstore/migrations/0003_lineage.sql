-- +goose Up

-- What takes data from where. Of asset, system and name one is not ''.
CREATE TABLE edges (
    reader TEXT NOT NULL REFERENCES assets (id) ON DELETE CASCADE,
    asset  TEXT NOT NULL,
    system TEXT NOT NULL,
    name   TEXT NOT NULL,
    means  TEXT NOT NULL,
    PRIMARY KEY (reader, asset, system, name)
);
CREATE INDEX edges_asset ON edges (asset, reader);
CREATE INDEX edges_system ON edges (system, reader);

-- +goose Down
DROP TABLE edges;
