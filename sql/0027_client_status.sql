-- Who is at a desktop, as the watch of its host has seen it last.
ALTER TABLE domains
  ADD COLUMN IF NOT EXISTS client_status enum('connecting','connected','disconnected') NULL,
  ADD COLUMN IF NOT EXISTS client_address varchar(64) NULL,
  ADD COLUMN IF NOT EXISTS client_since datetime(6) NULL;
-- A look at a screen says every now and then that it goes on, so that those of a front end that died are over too.
ALTER TABLE display_sessions
  ADD COLUMN IF NOT EXISTS seen_at datetime(6) NOT NULL DEFAULT '1970-01-01' AFTER started_at,
  ADD INDEX IF NOT EXISTS display_sessions_open (ended_at, seen_at);
