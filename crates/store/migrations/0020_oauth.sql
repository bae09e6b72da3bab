-- What people allowed us at authorization servers. `subject` is what it opens (an MCP server), `holder` whose it is (empty:
-- the organization's). Tokens are in `sealed` and nowhere else.

CREATE TABLE oauth_grant (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    holder TEXT NOT NULL,
    status TEXT NOT NULL,
    why TEXT,
    missing_scopes TEXT NOT NULL,
    terms TEXT NOT NULL,
    sealed TEXT NOT NULL,
    is_renewable BIGINT NOT NULL,
    expires_at BIGINT,
    -- Counts up with every change of the tokens. Whoever renews them holds the lease, and writes only what follows on the
    -- version that it read: a refresh token is spent once.
    version BIGINT NOT NULL,
    leased_by TEXT,
    leased_until BIGINT,
    created_by TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (org_id, subject, holder)
);

-- Clients that we registered ourselves (RFC 7591). A registration belongs to the authorization server that gave it.
CREATE TABLE oauth_client (
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    issuer TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    client_id TEXT NOT NULL,
    sealed TEXT NOT NULL,
    expires_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, issuer, redirect_uri)
);

-- Somebody is on the way to an authorization server, or back from it. A row is used by taking it away.
CREATE TABLE oauth_attempt (
    key_hash TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL,
    token_id TEXT NOT NULL,
    by_session BIGINT NOT NULL,
    sealed TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX oauth_attempt_subject ON oauth_attempt (org_id, subject);
CREATE INDEX oauth_attempt_expiry ON oauth_attempt (expires_at);
