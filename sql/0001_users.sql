-- People, what they may do beyond the defaults, and who did what.
CREATE TABLE IF NOT EXISTS users (
  id                   bigint       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name                 varchar(190) NOT NULL,
  display_name         varchar(190) NOT NULL,
  password_hash        varchar(255) NULL,
  is_admin             tinyint(1)   NOT NULL DEFAULT 0,
  is_disabled          tinyint(1)   NOT NULL DEFAULT 0,
  must_change_password tinyint(1)   NOT NULL DEFAULT 0,
  language             varchar(16)  NULL,
  security_stamp       char(36)     NOT NULL,
  created_at           datetime(6)  NOT NULL,
  last_sign_in_at      datetime(6)  NULL,
  UNIQUE KEY users_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS grants (
  user_id    bigint      NOT NULL,
  grant_name varchar(64) NOT NULL,
  is_allowed tinyint(1)  NOT NULL,
  PRIMARY KEY (user_id, grant_name),
  CONSTRAINT grants_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS audit (
  id      bigint       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at      datetime(6)  NOT NULL,
  user_id bigint       NULL,
  address varchar(64)  NULL,
  action  varchar(64)  NOT NULL,
  subject varchar(190) NULL,
  details longtext     NULL CHECK (details IS NULL OR json_valid(details)),
  KEY audit_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
