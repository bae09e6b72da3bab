-- What business tools keep. `due_key` is when a task is due, and the end of time for one that never is.
CREATE TABLE task (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT,
    status TEXT NOT NULL,
    priority TEXT NOT NULL,
    due TEXT,
    due_key BIGINT NOT NULL,
    assignee TEXT,
    tags TEXT NOT NULL,
    search TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    completed_at BIGINT,
    deleted_at BIGINT,
    deleted_by TEXT,
    UNIQUE (org_id, execution_id)
);
CREATE INDEX task_due ON task (org_id, user_id, due_key, id);
CREATE INDEX task_deleted ON task (org_id, deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE calendar_event (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    title TEXT NOT NULL,
    description TEXT,
    location TEXT,
    attendees TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    time_zone TEXT NOT NULL,
    status TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (org_id, execution_id)
);
CREATE INDEX calendar_event_start ON calendar_event (org_id, user_id, starts_at, id);

-- The tools that an organization was given, so that one that it deleted does not come back.
CREATE TABLE builtin_tool (
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, name)
);
