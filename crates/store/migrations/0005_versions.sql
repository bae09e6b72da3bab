-- Drafts beside the live state of a tool, pins of agents, announcements, proposals, and the audit log's chain.
-- A line that begins with the name of a database is for that one only; see `dialect.rs`.

CREATE TABLE tool_draft (
    tool_id TEXT NOT NULL PRIMARY KEY REFERENCES tool (id) ON DELETE CASCADE,
    org_id TEXT NOT NULL,
    base_revision BIGINT NOT NULL,
    spec TEXT NOT NULL,
    user_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- A number is a revision, a text is a semantic version or a range of them; null follows the latest.
ALTER TABLE assignment ADD COLUMN pin TEXT;

-- One row for each agent that a change reached.
CREATE TABLE tool_change (
    agent_id TEXT NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
    tool_id TEXT NOT NULL REFERENCES tool (id) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    from_revision BIGINT NOT NULL,
    tool_name TEXT NOT NULL,
    from_version TEXT NOT NULL,
    to_version TEXT NOT NULL,
    level TEXT NOT NULL,
    because TEXT NOT NULL,
    user_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (agent_id, tool_id, revision)
);
CREATE INDEX tool_change_time ON tool_change (agent_id, at, tool_id, revision);

CREATE TABLE proposal (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    tool_id TEXT NOT NULL,
    tool_name TEXT NOT NULL,
    base_revision BIGINT,
    spec TEXT NOT NULL,
    user_id TEXT NOT NULL,
    note TEXT,
    state TEXT NOT NULL,
    decided_by TEXT,
    decision_note TEXT,
    created_at BIGINT NOT NULL,
    decided_at BIGINT
);
CREATE INDEX proposal_org ON proposal (org_id, id);
CREATE INDEX proposal_open ON proposal (org_id, tool_id) WHERE state = 'open';

CREATE TABLE org_publishing (
    org_id TEXT NOT NULL PRIMARY KEY REFERENCES organization (id) ON DELETE CASCADE,
    four_eyes BIGINT NOT NULL
);

-- Rows from before this migration keep the number 0: they are not part of the chain.
ALTER TABLE audit ADD COLUMN seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE audit ADD COLUMN prev_hash TEXT;
ALTER TABLE audit ADD COLUMN hash TEXT;
CREATE UNIQUE INDEX audit_seq ON audit (org_id, seq) WHERE seq > 0;
CREATE INDEX audit_order ON audit (org_id, seq, id);

-- The last link of each organization's chain, and how many rows came before the first.
CREATE TABLE audit_head (
    org_id TEXT NOT NULL PRIMARY KEY REFERENCES organization (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL,
    hash TEXT NOT NULL,
    unchained BIGINT NOT NULL
);

-- The log is only ever added to; it goes when its organization has gone.
--sqlite: CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
--sqlite: CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit WHEN EXISTS (SELECT 1 FROM organization WHERE id = OLD.org_id) BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
--sqlite: CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head WHEN NEW.seq <= OLD.seq OR NEW.unchained <> OLD.unchained BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
--sqlite: CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head WHEN EXISTS (SELECT 1 FROM organization WHERE id = OLD.org_id) BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END;
--postgresql: CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the audit log is append-only'; END $$;
--postgresql: CREATE FUNCTION audit_refuse_delete() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF EXISTS (SELECT 1 FROM organization WHERE id = OLD.org_id) THEN RAISE EXCEPTION 'the audit log is append-only'; END IF; RETURN OLD; END $$;
--postgresql: CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse();
--postgresql: CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_refuse_delete();
--postgresql: CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
--postgresql: CREATE TRIGGER audit_head_forward BEFORE UPDATE ON audit_head FOR EACH ROW WHEN (NEW.seq <= OLD.seq OR NEW.unchained <> OLD.unchained) EXECUTE FUNCTION audit_refuse();
--postgresql: CREATE TRIGGER audit_head_stays BEFORE DELETE ON audit_head FOR EACH ROW EXECUTE FUNCTION audit_refuse_delete();
