-- Questions that hold executions up, and webhooks on their way out.

-- The state of a ticket only ever moves on: open -> approved -> used, or open -> denied, expired, void.
CREATE TABLE ticket (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    execution_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    tool_id TEXT NOT NULL,
    tool_name TEXT NOT NULL,
    revision BIGINT NOT NULL,
    agent_id TEXT,
    user_id TEXT NOT NULL,
    token_id TEXT NOT NULL,
    conversation_id TEXT,
    call_id TEXT,
    -- What it is bound to: the tool as it was and the whole arguments.
    binding TEXT NOT NULL,
    -- What the execution goes on with, sealed.
    request TEXT NOT NULL,
    -- What whoever decides may see.
    shown TEXT NOT NULL,
    rule TEXT NOT NULL,
    decisions TEXT NOT NULL,
    secret_hash TEXT,
    -- What came back, sealed.
    answer TEXT,
    rerun BIGINT NOT NULL,
    notified BIGINT NOT NULL,
    revised BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);
CREATE INDEX ticket_org ON ticket (org_id, id);
CREATE INDEX ticket_org_state ON ticket (org_id, state, id);
CREATE INDEX ticket_execution ON ticket (execution_id);
CREATE INDEX ticket_due ON ticket (expires_at) WHERE state = 'open';
CREATE INDEX ticket_stuck ON ticket (updated_at) WHERE state IN ('approved', 'answered');
CREATE INDEX ticket_late ON ticket (id) WHERE kind = 'late' AND state = 'open';
CREATE INDEX ticket_untold ON ticket (id) WHERE notified = 0;
CREATE INDEX ticket_told ON ticket (updated_at) WHERE notified = 1;

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    channel TEXT NOT NULL,
    event TEXT NOT NULL,
    target TEXT NOT NULL,
    subject TEXT,
    -- The body and the name of the signing secret, sealed: bodies carry arguments and links.
    sealed TEXT NOT NULL,
    state TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT NOT NULL,
    give_up_at BIGINT NOT NULL,
    last_status BIGINT,
    last_error TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX outbox_due ON outbox (next_at) WHERE state = 'queued';
CREATE INDEX outbox_org ON outbox (org_id, id);
CREATE INDEX outbox_ended ON outbox (ended_at) WHERE ended_at IS NOT NULL;
