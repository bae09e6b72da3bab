-- The limits of an organization (agent_id is empty) and of its agents.
CREATE TABLE limit_setting (
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL,
    limits TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, agent_id)
);

-- Token buckets that several servers share, in nanoseconds of the database's clock. One that is full again says
-- nothing and is thrown away.
CREATE TABLE rate_bucket (
    key TEXT NOT NULL PRIMARY KEY,
    full_at_ns BIGINT NOT NULL,
    asked_at_ns BIGINT NOT NULL,
    granted BIGINT NOT NULL
);

-- What limits and the cache had to do with an execution, as JSON.
ALTER TABLE execution ADD COLUMN passage TEXT;
