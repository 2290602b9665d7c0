-- Where people sit. The first network that holds somebody's address counts for him; what is said of single bases there counts before what it says of all.
CREATE TABLE IF NOT EXISTS client_networks (
  id                bigint      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name              varchar(63) NOT NULL,
  position          int         NOT NULL,
  addresses         text        NOT NULL CHECK (json_valid(addresses)),
  bases             enum('all','chosen','none') NOT NULL,
  requires_password tinyint(1)  NOT NULL DEFAULT 0,
  UNIQUE KEY client_networks_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS client_network_bases (
  network_id   bigint     NOT NULL,
  base_id      char(36)   NOT NULL,
  is_allowed   tinyint(1) NOT NULL,
  is_anonymous tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (network_id, base_id),
  KEY client_network_bases_base (base_id),
  CONSTRAINT client_network_bases_network FOREIGN KEY (network_id) REFERENCES client_networks (id) ON DELETE CASCADE,
  CONSTRAINT client_network_bases_base_fk FOREIGN KEY (base_id) REFERENCES domains (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Nothing changes for what was there: every base can be used from everywhere.
INSERT IGNORE INTO client_networks (name, position, addresses, bases, requires_password) VALUES
  ('This machine', 1, '["127.0.0.0/8","::1/128"]', 'all', 0),
  ('Private addresses', 2, '["10.0.0.0/8","172.16.0.0/12","192.168.0.0/16","169.254.0.0/16","fc00::/7","fe80::/10"]', 'all', 0),
  ('Everywhere else', 3, '["0.0.0.0/0","::/0"]', 'all', 1);

-- People who are nobody: which base such an account is for, and where it came from. No key to the base: without its row a guest would be a temporary account
-- like others.
CREATE TABLE IF NOT EXISTS guests (
  user_id bigint      NOT NULL PRIMARY KEY,
  base_id char(36)    NOT NULL,
  address varchar(45) CHARACTER SET ascii NOT NULL,
  KEY guests_address (address),
  CONSTRAINT guests_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
