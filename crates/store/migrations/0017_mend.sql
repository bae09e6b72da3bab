-- Who signed out has left, and what they set going goes on; who was revoked is stopped with all of it.
ALTER TABLE token ADD COLUMN signed_out BIGINT NOT NULL DEFAULT 0;
UPDATE token SET signed_out = 1 WHERE kind <> 'api' AND revoked_at IS NOT NULL;

-- Whether whoever wrote a thread's variables could vouch for them.
ALTER TABLE thread ADD COLUMN context_trusted BIGINT NOT NULL DEFAULT 0;

-- A provider that counts tokens beyond all measure must not make the sum something that cannot be read.
UPDATE run SET prompt_tokens = 1000000000000 WHERE prompt_tokens > 1000000000000;
UPDATE run SET completion_tokens = 1000000000000 WHERE completion_tokens > 1000000000000;
UPDATE run SET total_tokens = 1000000000000 WHERE total_tokens > 1000000000000;
UPDATE run SET cached_tokens = 1000000000000 WHERE cached_tokens > 1000000000000;

-- The queue is read by organization, so that none of them waits for all of another's.
CREATE INDEX job_due_org ON job (org_id, priority DESC, run_at, id) WHERE state = 'queued';
-- Runs whose time is over before anybody began them.
CREATE INDEX run_overdue ON run (deadline_at) WHERE state = 'queued';
