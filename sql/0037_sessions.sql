-- Who is signed in, and what proves who somebody is: sessions, the second factor with its recovery codes, tokens of the API,
-- when an account and a password end, failed sign-ins in a row. Sessions take the place of those that were signed out.
CREATE TABLE IF NOT EXISTS sessions (
  id         char(36)     NOT NULL PRIMARY KEY,
  user_id    bigint       NOT NULL,
  proof      enum('password','ldap','oidc','guest') NOT NULL,
  address    varchar(64)  NULL,
  user_agent varchar(120) NULL,
  created_at datetime(6)  NOT NULL,
  seen_at    datetime(6)  NOT NULL,
  expires_at datetime(6)  NOT NULL,
  ended_at   datetime(6)  NULL,
  KEY sessions_user (user_id, expires_at),
  KEY sessions_expiry (expires_at),
  CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS second_factors (
  user_id    bigint       NOT NULL PRIMARY KEY,
  secret     varchar(500) NOT NULL,
  last_step  bigint       NOT NULL,
  created_at datetime(6)  NOT NULL,
  CONSTRAINT second_factors_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS recovery_codes (
  user_id   bigint   NOT NULL,
  code_hash char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (user_id, code_hash),
  CONSTRAINT recovery_codes_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS api_tokens (
  id             bigint       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  user_id        bigint       NOT NULL,
  name           varchar(100) NOT NULL,
  prefix         varchar(16)  CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  token_hash     char(64)     CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  scopes         longtext     NOT NULL CHECK (json_valid(scopes)),
  created_at     datetime(6)  NOT NULL,
  expires_at     datetime(6)  NOT NULL,
  last_used_at   datetime(6)  NULL,
  last_used_from varchar(64)  NULL,
  UNIQUE KEY api_tokens_hash (token_hash),
  KEY api_tokens_user (user_id, expires_at),
  CONSTRAINT api_tokens_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

ALTER TABLE users
  ADD COLUMN IF NOT EXISTS expires_at         datetime(6) NULL,
  ADD COLUMN IF NOT EXISTS password_set_at    datetime(6) NULL,
  ADD COLUMN IF NOT EXISTS failed_sign_ins    int         NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS sign_in_not_before datetime(6) NULL;

DROP TABLE IF EXISTS ended_sessions;
