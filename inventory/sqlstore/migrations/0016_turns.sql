-- +goose Up

-- What a job is about, which is on no queue, and how often it was taken up:
-- whoever has an earlier turn of it than the last has lost it.
ALTER TABLE jobs ADD COLUMN task TEXT NOT NULL DEFAULT '{}';
ALTER TABLE jobs ADD COLUMN turn BIGINT NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE jobs DROP COLUMN turn;
ALTER TABLE jobs DROP COLUMN task;
