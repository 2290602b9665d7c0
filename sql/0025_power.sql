-- How long a machine runs and how it ends, what its owner is told of it, and what administrators set for all.
ALTER TABLE domains
  ADD COLUMN IF NOT EXISTS autostart                tinyint(1)  NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS run_timeout_seconds      int         NULL,
  ADD COLUMN IF NOT EXISTS shutdown_timeout_seconds int         NULL,
  ADD COLUMN IF NOT EXISTS shutdown_disconnected    tinyint(1)  NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS disconnect_grace_seconds int         NULL,
  ADD COLUMN IF NOT EXISTS ends_at                  datetime(6) NULL,
  ADD COLUMN IF NOT EXISTS end_warned_seconds       int         NULL;

ALTER TABLE messages
  MODIFY COLUMN request_id bigint NULL,
  MODIFY COLUMN command varchar(64) NULL,
  MODIFY COLUMN state enum('done', 'failed', 'cancelled') NULL,
  ADD COLUMN IF NOT EXISTS kind varchar(64) CHARACTER SET ascii NOT NULL DEFAULT 'request_ended' AFTER at,
  ADD COLUMN IF NOT EXISTS data longtext NOT NULL DEFAULT '{}' CHECK (json_valid(data)) AFTER text;

CREATE TABLE IF NOT EXISTS settings (
  name  varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  value longtext    NOT NULL CHECK (json_valid(value))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
