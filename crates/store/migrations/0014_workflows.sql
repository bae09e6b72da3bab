-- Workflows: fixed plans of steps over tools or agents, and their runs.

CREATE TABLE workflow (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    plan TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX workflow_name ON workflow (org_id, name);

-- A run of a workflow has an empty `agent_id`; `agent_name` is the workflow's name.
ALTER TABLE run ADD COLUMN kind TEXT NOT NULL DEFAULT 'agent';
ALTER TABLE run ADD COLUMN workflow_id TEXT;
-- What it came to, besides its words.
ALTER TABLE run ADD COLUMN result TEXT;
-- The run that asked for it, the first of them all, and how many stand above it.
ALTER TABLE run ADD COLUMN parent_id TEXT;
ALTER TABLE run ADD COLUMN root_id TEXT;
ALTER TABLE run ADD COLUMN depth BIGINT NOT NULL DEFAULT 0;
-- The execution of a tool that its end answers.
ALTER TABLE run ADD COLUMN asked_by TEXT;
CREATE INDEX run_workflow ON run (org_id, workflow_id, id) WHERE workflow_id IS NOT NULL;
CREATE INDEX run_parent ON run (parent_id, id) WHERE parent_id IS NOT NULL;
CREATE INDEX run_live_child ON run (parent_id)
    WHERE parent_id IS NOT NULL AND state IN ('queued', 'running', 'waiting');
CREATE INDEX run_root ON run (root_id) WHERE root_id IS NOT NULL;
CREATE INDEX run_asked_by ON run (asked_by) WHERE asked_by IS NOT NULL;

-- The run of an agent that is a step.
ALTER TABLE step ADD COLUMN child_id TEXT;
-- What later steps find under its name.
ALTER TABLE step ADD COLUMN output TEXT;
ALTER TABLE step ADD COLUMN note TEXT;
ALTER TABLE step ADD COLUMN retries BIGINT NOT NULL DEFAULT 0;
CREATE INDEX step_waiting_child ON step (child_id) WHERE state = 'waiting';
