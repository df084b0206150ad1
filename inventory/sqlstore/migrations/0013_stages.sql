-- +goose Up

-- How long each step of a run took, as JSON.
ALTER TABLE runs ADD COLUMN stages TEXT NOT NULL DEFAULT '[]';

-- +goose Down
ALTER TABLE runs DROP COLUMN stages;
