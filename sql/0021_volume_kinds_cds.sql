-- What a disk is for, which decides what becomes of it when its machine starts, ends, or goes back to its base.
ALTER TABLE volumes ADD COLUMN IF NOT EXISTS kind enum('sys','data','tmp','swap') NOT NULL DEFAULT 'sys' AFTER target;
-- A guest may have written to it since it was made; what nobody wrote to need not be made new.
ALTER TABLE volumes ADD COLUMN IF NOT EXISTS is_used tinyint(1) NOT NULL DEFAULT 1;
-- What it takes on its host, as last seen.
ALTER TABLE volumes ADD COLUMN IF NOT EXISTS used_bytes bigint NULL AFTER capacity_bytes;

-- CD drives, each with an image of the library in it, or empty. Images of CDs are never copied and never deleted.
CREATE TABLE IF NOT EXISTS cd_drives (
  domain_id char(36)     NOT NULL,
  target    varchar(16)  NOT NULL,
  file      varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
  PRIMARY KEY (domain_id, target),
  CONSTRAINT cd_drives_domain FOREIGN KEY (domain_id) REFERENCES domains (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
