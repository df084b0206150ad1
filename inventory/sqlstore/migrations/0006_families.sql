-- +goose Up

-- By what a vendor calls the members of families that were talked about. A file
-- that is handed to somebody else lies in another place from then on, and is
-- another asset; its vendor's id stays, and with it the conversation.
CREATE TABLE family_keys (
    tenant TEXT NOT NULL,
    vendor TEXT NOT NULL,
    family TEXT NOT NULL,
    PRIMARY KEY (tenant, vendor)
);

-- +goose Down
DROP TABLE family_keys;
