-- Temporary desktops: removed by Broker itself when they end.
ALTER TABLE domains
  ADD COLUMN IF NOT EXISTS is_volatile tinyint(1) NOT NULL DEFAULT 0 AFTER is_public,
  ADD COLUMN IF NOT EXISTS volatile_clones tinyint(1) NOT NULL DEFAULT 0 AFTER is_volatile;
-- Who asks for what nobody asked for. It has no password, and no list of people shows it.
ALTER TABLE users ADD COLUMN IF NOT EXISTS is_system tinyint(1) NOT NULL DEFAULT 0 AFTER is_admin;
INSERT IGNORE INTO users (name, display_name, is_admin, is_system, security_stamp, created_at)
VALUES ('(broker)', 'Broker', 1, 1, UUID(), UTC_TIMESTAMP(6));
