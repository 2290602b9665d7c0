-- What the disks of a machine held at a moment that somebody wanted to keep, and how many of those a machine may have.
CREATE TABLE IF NOT EXISTS snapshots (
  id          char(36)     NOT NULL PRIMARY KEY,
  domain_id   char(36)     NOT NULL,
  name        varchar(190) NOT NULL,
  description text         NULL,
  taken_at    datetime(6)  NOT NULL,
  taken_by    bigint       NULL,
  size_bytes  bigint       NULL,
  -- the request that is taking it; null once it is whole
  request_id  bigint       NULL,
  UNIQUE KEY snapshots_name (domain_id, name),
  CONSTRAINT snapshots_domain FOREIGN KEY (domain_id) REFERENCES domains (id) ON DELETE CASCADE,
  CONSTRAINT snapshots_taken_by FOREIGN KEY (taken_by) REFERENCES users (id) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

ALTER TABLE domains ADD COLUMN IF NOT EXISTS snapshot_limit int NULL;
