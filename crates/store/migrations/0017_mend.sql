-- Who signed out has left, and what they set going goes on; who was revoked is stopped with all of it.
ALTER TABLE token ADD COLUMN signed_out BIGINT NOT NULL DEFAULT 0;
UPDATE token SET signed_out = 1 WHERE kind <> 'api' AND revoked_at IS NOT NULL;

-- Whether whoever wrote a thread's variables could vouch for them.
ALTER TABLE thread ADD COLUMN context_trusted BIGINT NOT NULL DEFAULT 0;
