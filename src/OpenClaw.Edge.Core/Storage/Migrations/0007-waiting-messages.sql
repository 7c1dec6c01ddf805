-- A message that waits for the turn before it: it gets its place in the history when its own turn begins.
ALTER TABLE pending_inputs ADD COLUMN entry_id TEXT;
ALTER TABLE pending_inputs ADD COLUMN message TEXT;
