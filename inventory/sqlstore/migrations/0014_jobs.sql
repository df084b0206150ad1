-- +goose Up

-- The parts of the night under way. They go when it is over.
CREATE TABLE jobs (
    run     BIGINT  NOT NULL,
    n       BIGINT  NOT NULL,
    step    TEXT    NOT NULL,
    tenant  TEXT    NOT NULL,
    done    BIGINT  NOT NULL, -- assets
    state   INTEGER NOT NULL, -- 0 given out, 1 ended, 2 heard by whoever gave it out
    account TEXT    NOT NULL,
    PRIMARY KEY (run, n)
);
CREATE INDEX jobs_state ON jobs (state, run);

-- Who does them, where several processes do. Beats grow while one lives.
CREATE TABLE workers (
    id    TEXT   NOT NULL PRIMARY KEY,
    beats BIGINT NOT NULL
);

-- +goose Down

DROP TABLE workers;
DROP TABLE jobs;
