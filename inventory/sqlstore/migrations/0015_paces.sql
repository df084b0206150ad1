-- +goose Up

-- What is left of each tenant's paces, which all processes take from. The
-- times of a row are of the database's clock, and none of them is later than
-- its own: at. Rows that nobody asks for go after a day.
CREATE TABLE paces (
    tenant TEXT             NOT NULL,
    name   TEXT             NOT NULL, -- of the transport and its limit; of a person only a hash
    turn   BIGINT           NOT NULL, -- one more with each change
    at     BIGINT           NOT NULL, -- all else is as of then
    tokens DOUBLE PRECISION NOT NULL, -- units that are left; below zero: lent
    held   BIGINT           NOT NULL, -- microseconds for which nothing leaves
    slow   DOUBLE PRECISION NOT NULL, -- units a second that may leave for
    slowed BIGINT           NOT NULL, -- so many microseconds
    spent  TEXT             NOT NULL, -- of the day, by the hour, as JSON
    PRIMARY KEY (tenant, name)
);
-- only postgres
ALTER TABLE paces SET (fillfactor = 50); -- its few rows change all the time, in place while their pages have room
-- end only

-- +goose Down
DROP TABLE paces;
