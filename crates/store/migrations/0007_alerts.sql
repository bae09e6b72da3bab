-- Rules that raise alerts, what they raised, and calls of tools that do not exist.

-- `spec` is the author's form; `tool_id` and `agent_id` are what its names meant when it was saved. `progress` is
-- where the rule stands between two looks. A server claims a rule by moving `due_at` on and counting `turn` up,
-- and writes what it found only while the turn is still its own.
CREATE TABLE alert_rule (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    spec TEXT NOT NULL,
    tool_id TEXT,
    agent_id TEXT,
    progress TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    turn BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (org_id, name)
);
CREATE INDEX alert_rule_due ON alert_rule (due_at) WHERE enabled = 1;

-- One row for each time that a rule fired. No reference to the rule: the history outlives it.
CREATE TABLE alert_incident (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    rule_id TEXT NOT NULL,
    rule_name TEXT NOT NULL,
    state TEXT NOT NULL,
    fired_at BIGINT NOT NULL,
    resolved_at BIGINT,
    facts TEXT NOT NULL
);
CREATE INDEX alert_incident_org ON alert_incident (org_id, id);
CREATE INDEX alert_incident_rule ON alert_incident (org_id, rule_id, id);
CREATE INDEX alert_incident_firing ON alert_incident (org_id, id) WHERE state = 'firing';
CREATE INDEX alert_incident_resolved ON alert_incident (resolved_at) WHERE resolved_at IS NOT NULL;

-- `agent` is empty for a call without one, so that one primary key serves both. `keys` are names of arguments only.
CREATE TABLE unmatched_call (
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    agent TEXT NOT NULL,
    count BIGINT NOT NULL,
    keys TEXT NOT NULL,
    first_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, name, agent)
);
CREATE INDEX unmatched_call_last ON unmatched_call (org_id, last_at);

-- What is usual at an hour is looked up by the hour.
CREATE INDEX tool_usage_hour ON tool_usage (hour);
