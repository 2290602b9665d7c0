-- What lies in the hosts' backup folders and was taken here. A machine may be gone and its backups stay, so nothing is cascaded from it.
CREATE TABLE IF NOT EXISTS backups (
  id char(36) NOT NULL,
  file varchar(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  domain_id char(36) NOT NULL,
  domain_name varchar(190) NOT NULL,
  node_id bigint NOT NULL,
  request_id bigint NOT NULL,
  is_whole tinyint(1) NOT NULL DEFAULT 0,
  size_bytes bigint NULL,
  sha256 char(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  taken_at datetime(6) NOT NULL,
  taken_by varchar(190) NOT NULL,
  PRIMARY KEY (id),
  UNIQUE KEY backups_file (file),
  UNIQUE KEY backups_request (request_id),
  KEY backups_domain (domain_id, taken_at),
  CONSTRAINT backups_node_fk FOREIGN KEY (node_id) REFERENCES nodes (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
-- By which backups of clones know the images below them again: of a frozen disk the sum of its file, or of the file in a backup that it was made of.
ALTER TABLE volumes
  ADD COLUMN IF NOT EXISTS sha256 char(64) CHARACTER SET ascii COLLATE ascii_bin NULL;
