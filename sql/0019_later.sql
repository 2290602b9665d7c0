-- What was asked for a time to come, or follows one that was, has no place in the order before.
ALTER TABLE requests ADD COLUMN IF NOT EXISTS is_later tinyint(1) NOT NULL DEFAULT 0 AFTER at_time;
UPDATE requests SET is_later = 1 WHERE state = 'waiting' AND at_time IS NOT NULL AND attempts = 0;
