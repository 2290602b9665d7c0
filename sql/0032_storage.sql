-- Folders of disk images of each host, by name, and what room there is. Its back end writes them down.
CREATE TABLE IF NOT EXISTS node_storage (
  node_id     bigint        NOT NULL,
  name        varchar(64)   COLLATE utf8mb4_bin NOT NULL,
  folder      varchar(1000) COLLATE utf8mb4_bin NOT NULL,
  total_bytes bigint        NOT NULL,
  free_bytes  bigint        NOT NULL,
  problem     text          NULL,
  checked_at  datetime(6)   NOT NULL,
  PRIMARY KEY (node_id, name),
  CONSTRAINT node_storage_node FOREIGN KEY (node_id) REFERENCES nodes (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Where else there is a file of a volume, while it is moved: first where it is to go, then where it was.
ALTER TABLE volumes ADD COLUMN IF NOT EXISTS second_path varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL AFTER path;
