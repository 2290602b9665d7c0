-- Hosts, each driven by one VM manager, and the images that can be imported on them.
CREATE TABLE IF NOT EXISTS nodes (
  id           bigint       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name         varchar(190) NOT NULL,
  manager      enum('libvirt','virtualbox','simulated') NOT NULL,
  uri          varchar(500) NOT NULL,
  is_enabled   tinyint(1)   NOT NULL DEFAULT 1,
  state        enum('unknown','up','down') NOT NULL DEFAULT 'unknown',
  detail       text         NULL,
  checked_at   datetime(6)  NULL,
  capabilities longtext     NOT NULL DEFAULT '[]' CHECK (json_valid(capabilities)),
  facts        longtext     NOT NULL DEFAULT '{}' CHECK (json_valid(facts)),
  lease_owner  char(36)     NULL,
  lease_until  datetime(6)  NULL,
  UNIQUE KEY nodes_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS library_images (
  node_id    bigint       NOT NULL,
  file       varchar(255) COLLATE utf8mb4_bin NOT NULL,
  size_bytes bigint       NOT NULL,
  changed_at datetime(6)  NOT NULL,
  format     varchar(16)  NULL,
  problem    text         NULL,
  PRIMARY KEY (node_id, file),
  CONSTRAINT library_images_node FOREIGN KEY (node_id) REFERENCES nodes (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
