-- Test cases of tools.
CREATE TABLE tool_case (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    tool_id TEXT NOT NULL REFERENCES tool (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_run TEXT,
    UNIQUE (tool_id, name)
);
CREATE INDEX tool_case_org ON tool_case (org_id, id);
