-- A secret that came with a tool goes with it; one that was set by itself belongs to no tool.
ALTER TABLE secret ADD COLUMN tool_id TEXT;
CREATE INDEX secret_tool ON secret (org_id, tool_id);
