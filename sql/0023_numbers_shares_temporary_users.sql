-- How many numbers a base's clones have got: they go on after the last one, whoever was removed meanwhile.
ALTER TABLE domains ADD COLUMN IF NOT EXISTS clones_numbered int NOT NULL DEFAULT 0 AFTER volatile_clones;
-- Whom the owner of a machine lets use it.
CREATE TABLE IF NOT EXISTS domain_shares (
  domain_id char(36)    NOT NULL,
  user_id   bigint      NOT NULL,
  shared_at datetime(6) NOT NULL,
  PRIMARY KEY (domain_id, user_id),
  KEY domain_shares_user (user_id),
  CONSTRAINT domain_shares_domain FOREIGN KEY (domain_id) REFERENCES domains (id) ON DELETE CASCADE,
  CONSTRAINT domain_shares_user_fk FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
-- People who are forgotten when their last machine is removed.
ALTER TABLE users ADD COLUMN IF NOT EXISTS is_temporary tinyint(1) NOT NULL DEFAULT 0 AFTER is_system;
-- The request on whose behalf another one was asked for.
ALTER TABLE requests
  ADD COLUMN IF NOT EXISTS caused_by bigint NULL AFTER after_ok,
  ADD INDEX IF NOT EXISTS requests_caused_by (caused_by);
