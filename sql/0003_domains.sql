-- Virtual machines, their disks, their last picture.
CREATE TABLE IF NOT EXISTS domains (
  id               char(36)     NOT NULL PRIMARY KEY,
  name             varchar(190) NOT NULL,
  alias            varchar(190) NULL,
  description      text         NULL,
  owner_id         bigint       NOT NULL,
  base_id          char(36)     NULL,
  node_id          bigint       NOT NULL,
  is_base          tinyint(1)   NOT NULL DEFAULT 0,
  is_public        tinyint(1)   NOT NULL DEFAULT 0,
  state            enum('creating','shutdown','starting','active','paused','hibernated','shutting_down','down','removing','broken') NOT NULL,
  state_since      datetime(6)  NOT NULL,
  state_detail     text         NULL,
  memory_kib       bigint       NOT NULL,
  vcpus            int          NOT NULL,
  mac              char(17)     NOT NULL,
  address          varchar(64)  NULL,
  started_at       datetime(6)  NULL,
  created_at       datetime(6)  NOT NULL,
  UNIQUE KEY domains_name (name),
  UNIQUE KEY domains_mac (mac),
  KEY domains_owner (owner_id, base_id),
  KEY domains_base (base_id),
  KEY domains_node (node_id, state),
  CONSTRAINT domains_owner_fk FOREIGN KEY (owner_id) REFERENCES users (id),
  CONSTRAINT domains_base_fk FOREIGN KEY (base_id) REFERENCES domains (id),
  CONSTRAINT domains_node_fk FOREIGN KEY (node_id) REFERENCES nodes (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS volumes (
  id             char(36)     NOT NULL PRIMARY KEY,
  domain_id      char(36)     NOT NULL,
  target         varchar(16)  NOT NULL,
  path           varchar(500) NOT NULL,
  format         varchar(16)  NOT NULL,
  capacity_bytes bigint       NOT NULL,
  base_volume_id char(36)     NULL,
  is_frozen      tinyint(1)   NOT NULL DEFAULT 0,
  UNIQUE KEY volumes_target (domain_id, target),
  UNIQUE KEY volumes_path (path),
  KEY volumes_base (base_volume_id),
  CONSTRAINT volumes_domain FOREIGN KEY (domain_id) REFERENCES domains (id),
  CONSTRAINT volumes_base_fk FOREIGN KEY (base_volume_id) REFERENCES volumes (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS screenshots (
  domain_id char(36)    NOT NULL PRIMARY KEY,
  taken_at  datetime(6) NOT NULL,
  png       mediumblob  NOT NULL,
  CONSTRAINT screenshots_domain FOREIGN KEY (domain_id) REFERENCES domains (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
