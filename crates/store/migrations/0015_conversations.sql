-- Conversations of voice and chat clients, and what is too large to stand in a result.

CREATE TABLE conversation (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    agent_id TEXT NOT NULL,
    agent_name TEXT NOT NULL,
    thread_id TEXT NOT NULL,
    -- The threads before it, where another agent began with none of what was said.
    earlier TEXT NOT NULL,
    user_id TEXT NOT NULL,
    is_public BIGINT NOT NULL,
    -- Who talks and how it was begun, sealed.
    request TEXT NOT NULL,
    source TEXT,
    client_user_id TEXT,
    variables TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Which socket has it; another one that takes it up writes another word here.
    hold TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- The place in the thread up to which the client was told.
    delivered_seq BIGINT NOT NULL,
    -- What the client wants the agent to know before its next turn.
    updates TEXT NOT NULL,
    -- The name of the signed address that was used up.
    nonce TEXT,
    end_reason TEXT,
    outcome TEXT,
    prompt_tokens BIGINT NOT NULL,
    completion_tokens BIGINT NOT NULL,
    total_tokens BIGINT NOT NULL,
    -- In thousandths.
    credits BIGINT NOT NULL,
    message_count BIGINT NOT NULL,
    tools TEXT NOT NULL,
    -- What was said, in lower case, and the place in the thread up to which it stands here.
    search TEXT NOT NULL,
    searched_seq BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX conversation_org ON conversation (org_id, id);
CREATE INDEX conversation_agent ON conversation (org_id, agent_id, id);
CREATE INDEX conversation_live ON conversation (org_id, agent_id) WHERE state = 'live';
CREATE INDEX conversation_seen ON conversation (seen_at) WHERE state = 'live';
CREATE INDEX conversation_thread ON conversation (thread_id);
CREATE INDEX conversation_ended ON conversation (ended_at) WHERE ended_at IS NOT NULL;
CREATE UNIQUE INDEX conversation_nonce ON conversation (org_id, nonce) WHERE nonce IS NOT NULL;

-- The calls that a client is to be offered.
CREATE INDEX ticket_offered ON ticket (conversation_id) WHERE kind = 'client' AND state = 'open';

-- What a conversation cost is found by its runs.
CREATE INDEX credit_entry_subject ON credit_entry (subject) WHERE subject IS NOT NULL;

CREATE TABLE document (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    execution_id TEXT,
    conversation_id TEXT,
    -- Which of the things that its execution gave.
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    -- The bytes, sealed.
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX document_org ON document (org_id, id);
CREATE UNIQUE INDEX document_execution ON document (execution_id, position) WHERE execution_id IS NOT NULL;
CREATE INDEX document_conversation ON document (conversation_id) WHERE conversation_id IS NOT NULL;
CREATE INDEX document_expires ON document (expires_at) WHERE expires_at IS NOT NULL;
