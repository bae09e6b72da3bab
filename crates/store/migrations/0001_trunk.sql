-- One text for SQLite and PostgreSQL: TEXT for ids, words and JSON; BIGINT for microseconds, counts and
-- booleans (0, 1). An id of 26 base32 digits sorts by time, so "newest first" is the order of ids.

CREATE TABLE organization (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE app_user (
    id TEXT NOT NULL PRIMARY KEY,
    email TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    password_hash TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE member (
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    role TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, user_id)
);
CREATE INDEX member_user ON member (user_id);

CREATE TABLE token (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    prefix TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    scopes TEXT NOT NULL,
    expires_at BIGINT,
    last_used_at BIGINT,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX token_org ON token (org_id, id);
CREATE INDEX token_user ON token (user_id);
CREATE INDEX token_expiry ON token (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE invitation (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE,
    invited_by TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX invitation_org ON invitation (org_id, id);

CREATE TABLE sign_in_failure (
    key TEXT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);

-- The row of a tool is narrow, so that a search reads little; its definition is the version's.
CREATE TABLE tool (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    category TEXT,
    kind TEXT NOT NULL,
    active BIGINT NOT NULL,
    is_shared BIGINT NOT NULL,
    revision BIGINT NOT NULL,
    search TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE UNIQUE INDEX tool_name ON tool (org_id, name) WHERE deleted_at IS NULL;

CREATE TABLE tool_version (
    tool_id TEXT NOT NULL REFERENCES tool (id) ON DELETE CASCADE,
    revision BIGINT NOT NULL,
    version TEXT NOT NULL,
    spec TEXT NOT NULL,
    user_id TEXT NOT NULL,
    note TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tool_id, revision)
);

CREATE TABLE tool_grant (
    tool_id TEXT NOT NULL REFERENCES tool (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL REFERENCES app_user (id) ON DELETE CASCADE,
    granted_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tool_id, user_id)
);
CREATE INDEX tool_grant_user ON tool_grant (user_id);

CREATE TABLE agent (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    instructions TEXT NOT NULL,
    model TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (org_id, name)
);

CREATE TABLE assignment (
    agent_id TEXT NOT NULL REFERENCES agent (id) ON DELETE CASCADE,
    tool_id TEXT NOT NULL REFERENCES tool (id) ON DELETE CASCADE,
    enabled BIGINT NOT NULL,
    overrides TEXT NOT NULL,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (agent_id, tool_id)
);
CREATE INDEX assignment_tool ON assignment (tool_id);

-- agent_id is empty for a secret of the whole organization, so that one unique index serves both.
CREATE TABLE secret (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    agent_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed TEXT NOT NULL,
    version BIGINT NOT NULL,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (org_id, agent_id, name)
);

CREATE TABLE data_key (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL UNIQUE REFERENCES organization (id) ON DELETE CASCADE,
    wrapped TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE setting (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);

-- The ledger and the log in one. No foreign keys: the log outlives what it tells of, and a reference to the
-- organization would make every write touch the organization's row on PostgreSQL.
CREATE TABLE execution (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    tool_id TEXT NOT NULL,
    tool_name TEXT NOT NULL,
    tool_version TEXT NOT NULL,
    tool_revision BIGINT NOT NULL,
    kind TEXT NOT NULL,
    effect TEXT NOT NULL,
    state TEXT NOT NULL,
    agent_id TEXT,
    user_id TEXT,
    token_id TEXT,
    call_id TEXT,
    conversation_id TEXT,
    channel TEXT NOT NULL,
    source TEXT NOT NULL,
    intent_key TEXT,
    args_hash TEXT NOT NULL,
    input TEXT NOT NULL,
    output TEXT,
    error TEXT,
    error_class TEXT,
    attempts TEXT NOT NULL,
    dry_run BIGINT NOT NULL,
    replay_of TEXT,
    request_id TEXT,
    node_id TEXT,
    settled TEXT,
    settled_by TEXT,
    settled_note TEXT,
    received_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    duration_us BIGINT,
    intent_slot TEXT,
    intent_expires_at BIGINT,
    sealed_outcome TEXT,
    epoch BIGINT NOT NULL,
    resendable BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX execution_slot ON execution (org_id, intent_slot) WHERE intent_slot IS NOT NULL;
CREATE INDEX execution_slot_expiry ON execution (intent_expires_at) WHERE intent_slot IS NOT NULL;
CREATE INDEX execution_org ON execution (org_id, id);
CREATE INDEX execution_tool ON execution (org_id, tool_id, id);
CREATE INDEX execution_user ON execution (org_id, user_id, id) WHERE user_id IS NOT NULL;
CREATE INDEX execution_agent ON execution (org_id, agent_id, id) WHERE agent_id IS NOT NULL;
CREATE INDEX execution_call ON execution (org_id, call_id, id) WHERE call_id IS NOT NULL;
CREATE INDEX execution_conversation ON execution (org_id, conversation_id, id) WHERE conversation_id IS NOT NULL;
CREATE INDEX execution_error ON execution (org_id, error_class, id) WHERE error_class IS NOT NULL;
-- Nearly all are done; the others are few, and the reaper finds those under way here.
CREATE INDEX execution_state ON execution (state, org_id, id) WHERE state <> 'done';
CREATE INDEX execution_tool_state ON execution (org_id, tool_id, state, id) WHERE state <> 'done';
CREATE INDEX execution_unknown ON execution (tool_id, args_hash) WHERE state = 'unknown';

-- What was cut from a result, sealed, for as long as its cursor is good.
CREATE TABLE execution_result (
    execution_id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    sealed TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX execution_result_expiry ON execution_result (expires_at);

CREATE TABLE tool_usage (
    tool_id TEXT NOT NULL,
    hour BIGINT NOT NULL,
    count BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    duration_us BIGINT NOT NULL,
    PRIMARY KEY (tool_id, hour)
);

CREATE TABLE tool_total (
    tool_id TEXT NOT NULL PRIMARY KEY,
    count BIGINT NOT NULL,
    errors BIGINT NOT NULL,
    duration_us BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL
);

CREATE TABLE node (
    id TEXT NOT NULL PRIMARY KEY,
    lease_until BIGINT NOT NULL
);

CREATE TABLE audit (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    user_id TEXT,
    token_id TEXT,
    action TEXT NOT NULL,
    target_kind TEXT NOT NULL,
    target_id TEXT NOT NULL,
    details TEXT NOT NULL,
    request_id TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX audit_org ON audit (org_id, id);

-- Tells other servers which organizations changed. The counter's row is locked until the commit, so numbers
-- become visible in their order and none is missed.
CREATE TABLE change_counter (
    id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL
);
INSERT INTO change_counter (id, seq) VALUES (1, 0);

CREATE TABLE org_change (
    org_id TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL
);
CREATE INDEX org_change_seq ON org_change (seq);
