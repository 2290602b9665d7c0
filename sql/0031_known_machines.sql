-- Whether a machine's host knows it, and how it differs there from what is written here.
ALTER TABLE domains
  ADD COLUMN IF NOT EXISTS is_known tinyint(1) NOT NULL DEFAULT 1,
  ADD COLUMN IF NOT EXISTS host_changes text NULL;

-- The machines of a host that Broker does not know, as discover_domains found them last.
CREATE TABLE IF NOT EXISTS unknown_domains (
  node_id      bigint       NOT NULL,
  id           char(36)     NOT NULL,
  name         varchar(255) NOT NULL,
  state        enum('shutdown','active','paused','hibernated') NOT NULL,
  memory_kib   bigint       NOT NULL,
  vcpus        int          NOT NULL,
  mac          char(17)     NULL,
  hardware     longtext     NOT NULL DEFAULT '{}' CHECK (json_valid(hardware)),
  disks        longtext     NOT NULL CHECK (json_valid(disks)),
  obstacles    longtext     NOT NULL CHECK (json_valid(obstacles)),
  changes      longtext     NOT NULL CHECK (json_valid(changes)),
  PRIMARY KEY (node_id, id),
  CONSTRAINT unknown_domains_node FOREIGN KEY (node_id) REFERENCES nodes (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- When somebody last looked for them.
ALTER TABLE nodes ADD COLUMN IF NOT EXISTS discovered_at datetime(6) NULL;
