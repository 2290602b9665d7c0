-- Graphical consoles: where they are, who may look once, who looked, and the keys that sign cookies.
CREATE TABLE IF NOT EXISTS displays (
  domain_id   char(36)     NOT NULL,
  kind        enum('vnc','spice','rdp') NOT NULL,
  socket_path varchar(107) NOT NULL,
  PRIMARY KEY (domain_id, kind),
  CONSTRAINT displays_domain FOREIGN KEY (domain_id) REFERENCES domains (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS display_tickets (
  ticket_hash char(64)    CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  user_id     bigint      NOT NULL,
  session_id  char(36)    NOT NULL,
  domain_id   char(36)    NOT NULL,
  expires_at  datetime(6) NOT NULL,
  KEY display_tickets_expiry (expires_at),
  CONSTRAINT display_tickets_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
  CONSTRAINT display_tickets_domain FOREIGN KEY (domain_id) REFERENCES domains (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS display_sessions (
  id               bigint      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  user_id          bigint      NOT NULL,
  domain_id        char(36)    NOT NULL,
  address          varchar(64) NULL,
  started_at       datetime(6) NOT NULL,
  ended_at         datetime(6) NULL,
  bytes_to_guest   bigint      NOT NULL DEFAULT 0,
  bytes_from_guest bigint      NOT NULL DEFAULT 0,
  KEY display_sessions_domain (domain_id, started_at),
  KEY display_sessions_user (user_id, started_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS data_protection_keys (
  id            bigint       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  friendly_name varchar(190) NOT NULL,
  xml           text         NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
