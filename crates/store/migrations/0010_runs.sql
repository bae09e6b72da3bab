-- Agents at work: threads, runs, their steps, and the queue that carries them.

-- How an agent works besides its instructions; absent in agents that were made before.
ALTER TABLE agent ADD COLUMN profile TEXT;
-- An agent that was made before there were owners is everybody's.
ALTER TABLE agent ADD COLUMN is_shared BIGINT NOT NULL DEFAULT 1;

CREATE TABLE agent_grant (
    agent_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (agent_id, user_id)
);
CREATE INDEX agent_grant_user ON agent_grant (org_id, user_id);

CREATE TABLE thread (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    agent_id TEXT,
    title TEXT NOT NULL,
    context TEXT NOT NULL,
    -- How many messages it has; the next one's place is one more.
    message_count BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX thread_org ON thread (org_id, id);
CREATE INDEX thread_user ON thread (org_id, user_id, id);

-- What a model has seen. Rows are added and never changed.
CREATE TABLE message (
    thread_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    run_id TEXT,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (thread_id, seq)
);

CREATE TABLE run (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    job_id TEXT NOT NULL,
    state TEXT NOT NULL,
    model TEXT NOT NULL,
    input TEXT NOT NULL,
    output TEXT,
    error TEXT,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    total_tokens BIGINT NOT NULL,
    cached_tokens BIGINT NOT NULL,
    steps BIGINT NOT NULL,
    limits TEXT NOT NULL,
    metadata TEXT NOT NULL,
    -- Who asked, as which agent, with which tools and context; sealed.
    request TEXT NOT NULL,
    deadline_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    updated_at BIGINT NOT NULL
);
CREATE INDEX run_org ON run (org_id, id);
CREATE INDEX run_org_state ON run (org_id, state, id);
CREATE INDEX run_thread ON run (thread_id, id);
CREATE INDEX run_agent ON run (org_id, agent_id, id);
CREATE INDEX run_job ON run (job_id);
CREATE INDEX run_late ON run (deadline_at) WHERE state = 'waiting';
CREATE INDEX run_ended ON run (ended_at) WHERE ended_at IS NOT NULL;

-- Order and references only: what was said is in `message`, what was done in `execution`.
CREATE TABLE step (
    run_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    position BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    name TEXT NOT NULL,
    tool_call_id TEXT,
    arguments TEXT,
    execution_id TEXT,
    -- What the model is told, while its message has not been added yet; and a short form of it after.
    result TEXT,
    usage TEXT,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    PRIMARY KEY (run_id, seq, position)
);
CREATE INDEX step_waiting ON step (execution_id) WHERE state = 'waiting';

CREATE TABLE job (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    subject TEXT,
    title TEXT NOT NULL,
    priority BIGINT NOT NULL,
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    owner TEXT,
    epoch BIGINT NOT NULL,
    cancel BIGINT NOT NULL,
    error TEXT,
    schedule_id TEXT,
    dedupe_key TEXT,
    -- What a job that calls a tool needs; sealed.
    payload TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    updated_at BIGINT NOT NULL
);
CREATE INDEX job_due ON job (priority DESC, run_at, id) WHERE state = 'queued';
CREATE INDEX job_next ON job (run_at) WHERE state = 'queued';
CREATE INDEX job_running ON job (owner) WHERE state = 'running';
CREATE INDEX job_org ON job (org_id, id);
CREATE INDEX job_org_state ON job (org_id, state, id);
CREATE INDEX job_ended ON job (ended_at) WHERE ended_at IS NOT NULL;
CREATE UNIQUE INDEX job_dedupe ON job (org_id, dedupe_key) WHERE dedupe_key IS NOT NULL;

CREATE TABLE schedule (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    cron TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    -- What it starts, as it was asked for; and by whom, sealed.
    target TEXT NOT NULL,
    request TEXT NOT NULL,
    next_at BIGINT,
    last_at BIGINT,
    last_job_id TEXT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX schedule_name ON schedule (org_id, name);
CREATE INDEX schedule_due ON schedule (next_at) WHERE enabled = 1;
