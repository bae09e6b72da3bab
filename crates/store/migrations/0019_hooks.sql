-- Addresses at which others start something here.
CREATE TABLE hook (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    -- Stands in the address, so it is one of its kind on the whole server.
    slug TEXT NOT NULL,
    platform TEXT NOT NULL,
    enabled BIGINT NOT NULL,
    -- What it starts, how it is protected, and its bounds, as its maker wrote it.
    rules TEXT NOT NULL,
    -- With whose rights; sealed.
    request TEXT NOT NULL,
    -- The hash of a secret that is sent as it is, or the sealed secret that signs.
    secret_hash TEXT,
    secret TEXT,
    secret_hint TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    rotated_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX hook_slug ON hook (slug);
CREATE UNIQUE INDEX hook_secret ON hook (secret_hash) WHERE secret_hash IS NOT NULL;
CREATE INDEX hook_org ON hook (org_id, id);

-- What came to them lately.
CREATE TABLE hook_delivery (
    id TEXT NOT NULL PRIMARY KEY,
    hook_id TEXT NOT NULL,
    org_id TEXT NOT NULL,
    action TEXT,
    outcome TEXT NOT NULL,
    intent_key TEXT,
    execution_id TEXT,
    run_id TEXT,
    error TEXT,
    address TEXT,
    duration_us BIGINT NOT NULL,
    created_at BIGINT NOT NULL
);
CREATE INDEX hook_delivery_hook ON hook_delivery (hook_id, id);
