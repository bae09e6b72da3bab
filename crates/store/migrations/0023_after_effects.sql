-- A thread that no person began: of a schedule, a workflow, or a run that another run or a tool asked for. It is thrown
-- away in its own time, which people's threads are not.
ALTER TABLE thread ADD COLUMN is_background BIGINT NOT NULL DEFAULT 0;
UPDATE thread SET is_background = 1 WHERE id IN (SELECT thread_id FROM run WHERE kind = 'workflow' OR parent_id IS NOT NULL
    OR asked_by IS NOT NULL OR job_id IN (SELECT id FROM job WHERE schedule_id IS NOT NULL))
    AND id NOT IN (SELECT thread_id FROM conversation)
    AND id NOT IN (SELECT thread_id FROM run WHERE kind <> 'workflow' AND parent_id IS NULL AND asked_by IS NULL
        AND job_id NOT IN (SELECT id FROM job WHERE schedule_id IS NOT NULL));
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
