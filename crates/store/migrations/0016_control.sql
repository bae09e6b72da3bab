-- Call control: an agent may hand its conversation over to another.

-- Who goes on: agent, thread and run, as JSON.
ALTER TABLE run ADD COLUMN handed_to TEXT;
