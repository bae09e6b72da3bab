-- A thread that no person began: of a schedule, a workflow, or a run that another run or a tool asked for. It is thrown
-- away in its own time, which people's threads are not.
ALTER TABLE thread ADD COLUMN is_background BIGINT NOT NULL DEFAULT 0;
-- EXISTS, which PostgreSQL makes joins of: NOT IN it would look through anew for every thread once there are many runs.
UPDATE thread SET is_background = 1 WHERE EXISTS (SELECT 1 FROM run r LEFT JOIN job j ON j.id = r.job_id
        WHERE r.thread_id = thread.id AND (r.kind = 'workflow' OR r.parent_id IS NOT NULL OR r.asked_by IS NOT NULL
            OR j.schedule_id IS NOT NULL))
    AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.thread_id = thread.id)
    AND NOT EXISTS (SELECT 1 FROM run r LEFT JOIN job j ON j.id = r.job_id WHERE r.thread_id = thread.id
        AND r.kind <> 'workflow' AND r.parent_id IS NULL AND r.asked_by IS NULL AND j.schedule_id IS NULL);
-- Neither of the two changes with what is said in it, so that saying something does not touch the index.
CREATE INDEX thread_age ON thread (is_background, created_at);
-- Conversations with threads before the one that they are on.
CREATE INDEX conversation_handed ON conversation (org_id) WHERE earlier <> '[]';

-- Nearly every run completes and every job is done: those are found by the organization's own index, and do not move
-- through this one at their end.
DROP INDEX run_org_state;
CREATE INDEX run_org_state ON run (org_id, state, id) WHERE state <> 'completed';
DROP INDEX job_org_state;
CREATE INDEX job_org_state ON job (org_id, state, id) WHERE state <> 'done';
