-- +goose Up

-- Invitations that were given to a mail server, or were about to be. A row is
-- written before the letter leaves. Whom it is to, its conversation says.
CREATE TABLE letters (
    id           TEXT   NOT NULL PRIMARY KEY, -- its Message-ID
    conversation TEXT   NOT NULL REFERENCES conversations (id),
    sent_by      TEXT   NOT NULL,
    begun        BIGINT NOT NULL,
    fate         TEXT   NOT NULL, -- begun, sent, refused or lost
    ended        BIGINT NOT NULL,
    why          TEXT   NOT NULL
);
CREATE INDEX letters_conversation ON letters (conversation);
CREATE INDEX letters_begun ON letters (begun);

-- +goose Down
DROP TABLE letters;
