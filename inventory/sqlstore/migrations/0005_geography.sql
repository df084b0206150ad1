-- +goose Up

-- Where a tenant of several geographies keeps a place, by the vendor's code.
ALTER TABLE places ADD COLUMN geo TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE places DROP COLUMN geo;
