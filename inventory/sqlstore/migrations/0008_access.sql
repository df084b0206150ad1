-- +goose Up

-- Who was shown what with names of people in it. Rows are added, and go when
-- they are old; no statement alters one.
CREATE TABLE visits (
    n        BIGINT  NOT NULL PRIMARY KEY, -- in the order in which they were kept
    who      TEXT    NOT NULL,
    part     TEXT    NOT NULL,
    page     TEXT    NOT NULL,
    seen_at  BIGINT  NOT NULL,
    amount   INTEGER NOT NULL
);
CREATE INDEX visits_who ON visits (who, n);
CREATE INDEX visits_at ON visits (seen_at, n);

-- What a visit told of: an asset or a conversation, by its id.
CREATE TABLE visited (
    about        TEXT    NOT NULL,
    conversation BOOLEAN NOT NULL,
    visit        BIGINT  NOT NULL REFERENCES visits (n) ON DELETE CASCADE,
    PRIMARY KEY (about, conversation, visit)
);
CREATE INDEX visited_visit ON visited (visit);

-- +goose Down
DROP TABLE visited;
DROP TABLE visits;
