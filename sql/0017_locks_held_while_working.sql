-- A lock is held while its request is in work: the request's state says so.
ALTER TABLE request_locks DROP COLUMN IF EXISTS is_held;
