-- Links that make an administrator, once: for the first one, and when all are locked out.
CREATE TABLE IF NOT EXISTS first_admin_links (
  token_hash char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  expires_at datetime(6) NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
