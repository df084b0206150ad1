-- +goose Up

-- Times are microseconds since 1970 in UTC; the zero time is year 1 in the
-- same count. Bodies are JSON.

CREATE TABLE settings (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

CREATE TABLE runs (
    id       BIGINT NOT NULL PRIMARY KEY,
    started  BIGINT NOT NULL,
    finished BIGINT NOT NULL,
    result   TEXT   NOT NULL,
    error    TEXT   NOT NULL,
    places   TEXT   NOT NULL,
    ledger   TEXT   NOT NULL
);

CREATE TABLE places (
    tenant     TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    kind       TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    url        TEXT    NOT NULL,
    site       TEXT    NOT NULL,
    owner      TEXT    NOT NULL,
    unit       TEXT    NOT NULL,
    via        TEXT    NOT NULL,
    resume     TEXT    NOT NULL DEFAULT '',    -- the cursor
    generation BIGINT  NOT NULL DEFAULT 0,     -- counts listings from scratch
    whole      BOOLEAN NOT NULL DEFAULT FALSE, -- the listing under way is from scratch
    dirty      BOOLEAN NOT NULL DEFAULT FALSE, -- something changed since a listing was complete
    relist     BOOLEAN NOT NULL DEFAULT FALSE, -- list from scratch once this listing is complete
    PRIMARY KEY (tenant, id)
);

CREATE TABLE folders (
    tenant     TEXT    NOT NULL,
    place      TEXT    NOT NULL,
    id         TEXT    NOT NULL,
    parent     TEXT    NOT NULL,
    name       TEXT    NOT NULL,
    generation BIGINT  NOT NULL, -- -1: reported as removed in the listing under way
    moved      BOOLEAN NOT NULL, -- new, renamed or moved in the listing under way
    PRIMARY KEY (tenant, place, id)
);
CREATE INDEX folders_parent ON folders (tenant, place, parent);

-- An asset's id begins with its tenant and place, so that what lies in one
-- place is one range of the key.
CREATE TABLE assets (
    id          TEXT    NOT NULL PRIMARY KEY,
    tenant      TEXT    NOT NULL,
    place       TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    name        TEXT    NOT NULL,
    parent      TEXT    NOT NULL,
    path        TEXT    NOT NULL, -- only when the scanner told it
    url         TEXT    NOT NULL,
    mime        TEXT    NOT NULL,
    revision    TEXT    NOT NULL,
    size        BIGINT  NOT NULL,
    hash        TEXT    NOT NULL,
    created     BIGINT  NOT NULL,
    modified    BIGINT  NOT NULL,
    created_by  TEXT    NOT NULL,
    modified_by TEXT    NOT NULL,
    owner       TEXT    NOT NULL,
    shared      BOOLEAN NOT NULL,
    label       TEXT    NOT NULL,
    generation  BIGINT  NOT NULL
);

CREATE TABLE structures (
    asset    TEXT    NOT NULL PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
    revision TEXT    NOT NULL,
    depth    INTEGER NOT NULL,
    reader   INTEGER NOT NULL,
    judged   TEXT    NOT NULL DEFAULT '', -- the basis it was judged on; '' when it must be judged
    body     TEXT    NOT NULL
);
CREATE INDEX structures_judged ON structures (judged, asset);

-- What a tenant's assets were last asked to be read to. An asset whose
-- structure falls short of it has a row in due.
CREATE TABLE wants (
    tenant  TEXT    NOT NULL PRIMARY KEY,
    depth   INTEGER NOT NULL,
    reader  INTEGER NOT NULL,
    private BOOLEAN NOT NULL
);

CREATE TABLE due (
    asset      TEXT    NOT NULL PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
    tenant     TEXT    NOT NULL,
    revision   TEXT    NOT NULL,
    shared     BOOLEAN NOT NULL,
    modified   BIGINT  NOT NULL,
    attempts   INTEGER NOT NULL DEFAULT 0,
    not_before BIGINT  NOT NULL,
    final      BOOLEAN NOT NULL DEFAULT FALSE,
    reason     TEXT    NOT NULL DEFAULT '',
    detail     TEXT    NOT NULL DEFAULT ''
);
CREATE INDEX due_order ON due (tenant, final, attempts, shared DESC, modified DESC, asset);

CREATE TABLE usages (
    asset      TEXT    NOT NULL PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
    revision   TEXT    NOT NULL, -- of the last observation that succeeded
    facets     INTEGER NOT NULL,
    observed   BIGINT  NOT NULL,
    body       TEXT    NOT NULL, -- '' until one succeeded
    tried      TEXT    NOT NULL, -- the revision that the failures are of
    attempts   INTEGER NOT NULL,
    failed     BIGINT  NOT NULL, -- when it failed last
    not_before BIGINT  NOT NULL,
    final      BOOLEAN NOT NULL,
    reason     TEXT    NOT NULL,
    detail     TEXT    NOT NULL
);

CREATE TABLE verdicts (
    asset      TEXT NOT NULL PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
    capability TEXT NOT NULL,
    system     TEXT NOT NULL,
    body       TEXT NOT NULL
);
CREATE INDEX verdicts_capability ON verdicts (capability, asset);

CREATE TABLE families (
    id             TEXT   NOT NULL PRIMARY KEY,
    kind           TEXT   NOT NULL,
    representative TEXT   NOT NULL,
    born           BIGINT NOT NULL -- the lower, the older
);

CREATE TABLE family_members (
    asset  TEXT NOT NULL PRIMARY KEY REFERENCES assets (id) ON DELETE CASCADE,
    family TEXT NOT NULL REFERENCES families (id) ON DELETE CASCADE
);
CREATE INDEX family_members_family ON family_members (family, asset);

-- Conversations are history: they outlive their family and its assets.
CREATE TABLE conversations (
    id              TEXT   NOT NULL PRIMARY KEY,
    family          TEXT   NOT NULL,
    system          TEXT   NOT NULL,
    partner_name    TEXT   NOT NULL,
    partner_address TEXT   NOT NULL,
    keeper          TEXT   NOT NULL,
    state           TEXT   NOT NULL,
    since           BIGINT NOT NULL
);

CREATE TABLE steps (
    conversation TEXT    NOT NULL REFERENCES conversations (id),
    n            INTEGER NOT NULL,
    from_state   TEXT    NOT NULL,
    to_state     TEXT    NOT NULL,
    decided_by   TEXT    NOT NULL,
    decided_at   BIGINT  NOT NULL,
    why          TEXT    NOT NULL,
    PRIMARY KEY (conversation, n)
);

-- A listing of a directory is written beside the one that counts, which
-- directories names, and takes its place in one transaction.
CREATE TABLE directories (
    tenant  TEXT   NOT NULL PRIMARY KEY,
    listing BIGINT NOT NULL
);

CREATE TABLE accounts (
    tenant     TEXT    NOT NULL,
    listing    BIGINT  NOT NULL,
    id         TEXT    NOT NULL,
    address    TEXT    NOT NULL,
    aliases    TEXT    NOT NULL, -- a JSON array
    name       TEXT    NOT NULL,
    department TEXT    NOT NULL,
    guest      BOOLEAN NOT NULL,
    gone       BOOLEAN NOT NULL,
    PRIMARY KEY (tenant, listing, id)
);

-- Every verified address of an account, folded.
CREATE TABLE addresses (
    address TEXT   NOT NULL,
    tenant  TEXT   NOT NULL,
    listing BIGINT NOT NULL,
    account TEXT   NOT NULL,
    PRIMARY KEY (address, tenant, listing, account)
);
CREATE INDEX addresses_account ON addresses (tenant, listing, account);

CREATE TABLE person_map (
    alias  TEXT NOT NULL PRIMARY KEY,
    person TEXT NOT NULL
);
CREATE INDEX person_map_person ON person_map (person);

-- +goose Down
DROP TABLE person_map;
DROP TABLE addresses;
DROP TABLE accounts;
DROP TABLE directories;
DROP TABLE steps;
DROP TABLE conversations;
DROP TABLE family_members;
DROP TABLE families;
DROP TABLE verdicts;
DROP TABLE usages;
DROP TABLE due;
DROP TABLE wants;
DROP TABLE structures;
DROP TABLE assets;
DROP TABLE folders;
DROP TABLE places;
DROP TABLE runs;
DROP TABLE settings;
