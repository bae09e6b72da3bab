-- Which tool came from which operation of which source, and what was generated then: a second import compares
-- three states (generated then, generated now, the tool now) and so keeps what was changed by hand.

CREATE TABLE import_origin (
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    operation TEXT NOT NULL,
    tool_id TEXT NOT NULL,
    format TEXT NOT NULL,
    hash TEXT NOT NULL,
    generated TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, source, operation)
);
CREATE INDEX import_origin_tool ON import_origin (org_id, tool_id);
