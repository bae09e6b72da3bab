-- What other organizations may see, and what is there to be copied, is looked up without reading any definition.
ALTER TABLE tool ADD COLUMN is_public BIGINT NOT NULL DEFAULT 0;
ALTER TABLE tool ADD COLUMN is_template BIGINT NOT NULL DEFAULT 0;
--sqlite: UPDATE tool SET is_public = 1 WHERE id IN (SELECT v.tool_id FROM tool_version v JOIN tool t ON t.id = v.tool_id AND t.revision = v.revision WHERE json_extract(v.spec, '$.is_public') = 1);
--postgresql: UPDATE tool SET is_public = 1 WHERE id IN (SELECT v.tool_id FROM tool_version v JOIN tool t ON t.id = v.tool_id AND t.revision = v.revision WHERE (v.spec::json ->> 'is_public') = 'true');
--sqlite: UPDATE tool SET is_template = 1 WHERE id IN (SELECT v.tool_id FROM tool_version v JOIN tool t ON t.id = v.tool_id AND t.revision = v.revision WHERE json_extract(v.spec, '$.is_template') = 1);
--postgresql: UPDATE tool SET is_template = 1 WHERE id IN (SELECT v.tool_id FROM tool_version v JOIN tool t ON t.id = v.tool_id AND t.revision = v.revision WHERE (v.spec::json ->> 'is_template') = 'true');
CREATE INDEX tool_public ON tool (name, id) WHERE is_public = 1 AND deleted_at IS NULL;
CREATE INDEX tool_template ON tool (org_id, name) WHERE is_template = 1 AND deleted_at IS NULL;

-- Where a tool came from. `base` is what was taken over, so that edits made since can be told from news of the source.
CREATE TABLE library_install (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    tool_id TEXT NOT NULL UNIQUE REFERENCES tool (id) ON DELETE CASCADE,
    source TEXT NOT NULL,
    source_id TEXT NOT NULL,
    source_org_id TEXT,
    source_version TEXT NOT NULL,
    source_revision BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    base TEXT NOT NULL,
    installed_by TEXT NOT NULL,
    installed_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX library_install_org ON library_install (org_id, id);
CREATE INDEX library_install_source ON library_install (source_id);

-- The plan's settings of an agent that was not migrated yet.
ALTER TABLE agent ADD COLUMN tools_settings TEXT;

-- org_id is empty for all organizations.
CREATE TABLE feature_flag (
    flag TEXT NOT NULL,
    org_id TEXT NOT NULL,
    percent BIGINT NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (flag, org_id)
);
