-- +goose Up

-- Keyed samples of the columns that hold ids, and which key made them; '' where
-- none was configured. They stand apart from the body, so that nothing that
-- shows a structure shows them.
ALTER TABLE structures ADD COLUMN id_key TEXT NOT NULL DEFAULT '';
ALTER TABLE structures ADD COLUMN ids TEXT NOT NULL DEFAULT '';

-- +goose Down
ALTER TABLE structures DROP COLUMN ids;
ALTER TABLE structures DROP COLUMN id_key;
