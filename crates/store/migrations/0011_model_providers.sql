-- Whoever serves models to an organization. `secret` is the name of the secret that is the key, never the key.

CREATE TABLE model_provider (
    id TEXT NOT NULL PRIMARY KEY,
    org_id TEXT NOT NULL REFERENCES organization (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    base_url TEXT,
    secret TEXT,
    options TEXT NOT NULL,
    models TEXT NOT NULL,
    is_default BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (org_id, name)
);
CREATE UNIQUE INDEX model_provider_default ON model_provider (org_id) WHERE is_default = 1;
