-- Groups of people: made here, or told by a directory (external_id is what it calls them).
CREATE TABLE IF NOT EXISTS user_groups (
  id          bigint                      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name        varchar(190)                NOT NULL,
  source      enum('local','ldap','oidc') NOT NULL,
  external_id varchar(500)                COLLATE utf8mb4_bin NULL,
  description text                        NULL,
  created_at  datetime(6)                 NOT NULL,
  UNIQUE KEY user_groups_name (name),
  UNIQUE KEY user_groups_external (source, external_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS group_members (
  group_id bigint NOT NULL,
  user_id  bigint NOT NULL,
  PRIMARY KEY (group_id, user_id),
  KEY group_members_user (user_id),
  CONSTRAINT group_members_group FOREIGN KEY (group_id) REFERENCES user_groups (id) ON DELETE CASCADE,
  CONSTRAINT group_members_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS group_grants (
  group_id   bigint                                        NOT NULL,
  grant_name varchar(64)                                   NOT NULL,
  reach      enum('none','own','clones','all_clones','all') NOT NULL,
  PRIMARY KEY (group_id, grant_name),
  CONSTRAINT group_grants_group FOREIGN KEY (group_id) REFERENCES user_groups (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- How far a grant reaches, where it only said yes or no: yes was what is one's own, or all of what is about no machine.
-- (A run that ended before it was noted begins again: the old column comes back empty, and no row is left without a reach.)
ALTER TABLE grants
  ADD COLUMN IF NOT EXISTS is_allowed tinyint(1) NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS reach enum('none','own','clones','all_clones','all') NULL;
UPDATE grants SET reach = CASE WHEN NOT is_allowed THEN 'none' WHEN grant_name IN ('ping', 'manage_users', 'start_many', 'operate') THEN 'all' ELSE 'own' END WHERE reach IS NULL;
-- Who made machines added disks to them.
INSERT IGNORE INTO grants (user_id, grant_name, reach) SELECT user_id, 'create_disk', reach FROM grants WHERE grant_name = 'create_machine';
ALTER TABLE grants
  MODIFY COLUMN reach enum('none','own','clones','all_clones','all') NOT NULL,
  DROP COLUMN IF EXISTS is_allowed;
