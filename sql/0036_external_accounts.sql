-- Accounts whose password another system checks: who he is there (a DN, or a subject), by a key that stays when
-- he is renamed or moved and that nobody else gets after him, and when that system last told about him.
ALTER TABLE users
  ADD COLUMN IF NOT EXISTS source enum('local','ldap','oidc') NOT NULL DEFAULT 'local',
  ADD COLUMN IF NOT EXISTS external_id varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  ADD COLUMN IF NOT EXISTS external_key varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  ADD COLUMN IF NOT EXISTS facts_at datetime(6) NULL,
  ADD UNIQUE KEY IF NOT EXISTS users_external_id (source, external_id),
  ADD UNIQUE KEY IF NOT EXISTS users_external_key (source, external_key);

-- What that system tells of people, for access rules: each value a row.
CREATE TABLE IF NOT EXISTS user_attributes (
  user_id bigint NOT NULL,
  name varchar(64) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  value varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (user_id, name, value),
  KEY user_attributes_value (name, value),
  CONSTRAINT user_attributes_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
