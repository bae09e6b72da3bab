-- What operations cost, and what people thought of runs.

-- One row for each organization: it is changed with every line of the ledger, so that two charges see each other.
CREATE TABLE credit_balance (
    org_id TEXT NOT NULL PRIMARY KEY,
    -- In thousandths.
    balance BIGINT NOT NULL,
    -- How many lines the ledger has; the next one's number is one more.
    entries BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

-- Rows are added and never changed.
CREATE TABLE credit_entry (
    org_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    user_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    operation TEXT,
    -- In thousandths; less than nothing for a charge.
    amount BIGINT NOT NULL,
    balance BIGINT NOT NULL,
    -- The thing that was paid for: an id, or a tool's name.
    subject TEXT,
    note TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, seq)
);

CREATE TABLE feedback (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    rating BIGINT NOT NULL,
    scale TEXT NOT NULL,
    -- The rating on one scale for all, -1000 to 1000.
    score BIGINT NOT NULL,
    comment TEXT,
    correction TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX feedback_run ON feedback (run_id, user_id);
CREATE INDEX feedback_agent ON feedback (org_id, agent_id, id);
CREATE INDEX feedback_user ON feedback (org_id, user_id, agent_id, id);

-- Instructions that were proposed and are not an agent's until a person says so.
CREATE TABLE agent_draft (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    -- The agent's instructions when it was proposed.
    base TEXT NOT NULL,
    instructions TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    feedback TEXT NOT NULL,
    model TEXT NOT NULL,
    state TEXT NOT NULL,
    decided_by TEXT,
    decided_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX agent_draft_agent ON agent_draft (org_id, agent_id, id);
