-- +goose Up

-- A vendor may tell of a shared folder alone. What inherits is shared if the
-- folder it lies in is; the shared of an asset is what that comes to.
ALTER TABLE folders ADD COLUMN shared BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE folders ADD COLUMN inherits BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE assets ADD COLUMN inherits BOOLEAN NOT NULL DEFAULT FALSE;
-- What was listed file by file would not be told that a folder above it is
-- no longer shared: these places are listed from scratch.
UPDATE places SET resume = '' WHERE kind IN ('library', 'onedrive');

-- What to open first: inventory.Asset.Worth, when it was queued.
ALTER TABLE due ADD COLUMN worth INTEGER NOT NULL DEFAULT 0;
UPDATE due SET worth = 8 WHERE shared;
DROP INDEX due_order;
CREATE INDEX due_order ON due (tenant, final, attempts, worth DESC, modified DESC, asset);

-- Whom to observe first: the verdict's score.
ALTER TABLE verdicts ADD COLUMN score DOUBLE PRECISION NOT NULL DEFAULT 0;

-- +goose Down
ALTER TABLE verdicts DROP COLUMN score;
DROP INDEX due_order;
ALTER TABLE due DROP COLUMN worth;
CREATE INDEX due_order ON due (tenant, final, attempts, shared DESC, modified DESC, asset);
ALTER TABLE assets DROP COLUMN inherits;
ALTER TABLE folders DROP COLUMN inherits;
ALTER TABLE folders DROP COLUMN shared;
