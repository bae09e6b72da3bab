-- MCP servers that an organization has registered, and how they define their tools. `spec` names secrets, and holds none.

CREATE TABLE mcp_server (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    spec TEXT NOT NULL,
    found TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (org_id, name)
);

-- Every definition that was seen of late; of each tool that is offered now, one is current.
CREATE TABLE mcp_definition (
    org_id TEXT NOT NULL,
    server_id TEXT NOT NULL REFERENCES mcp_server (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    hash TEXT NOT NULL,
    definition TEXT NOT NULL,
    is_current BIGINT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (server_id, name, hash)
);
CREATE INDEX mcp_definition_current ON mcp_definition (server_id, is_current, name);
