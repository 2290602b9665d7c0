-- What a domain did can be read for some weeks, while other events live an hour.
ALTER TABLE events ADD COLUMN IF NOT EXISTS is_history tinyint(1) NOT NULL DEFAULT 0;
ALTER TABLE events ADD KEY IF NOT EXISTS events_age (is_history, at);
ALTER TABLE events ADD KEY IF NOT EXISTS events_domain (domain_id, is_history, id);
ALTER TABLE events DROP KEY IF EXISTS events_at;

-- When the memory of a hibernated domain was saved: whoever starts it asks the host whether it came back.
ALTER TABLE domains ADD COLUMN IF NOT EXISTS saved_at datetime(6) NULL AFTER state_detail;

-- What an image becomes when it is imported.
ALTER TABLE library_images ADD COLUMN IF NOT EXISTS capacity_bytes bigint NULL;
