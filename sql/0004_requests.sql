-- The queue. A request's locks are written with it and held while it is in work;
-- claim_gate is the one row that back ends take turns on while they claim.
CREATE TABLE IF NOT EXISTS requests (
  id               bigint       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  command          varchar(64)  NOT NULL,
  args             longtext     NOT NULL CHECK (json_valid(args)),
  state            enum('requested','waiting','working','done','failed','cancelled') NOT NULL,
  lane             enum('quick','power','disk','network') NOT NULL,
  priority         int          NOT NULL DEFAULT 100,
  user_id          bigint       NOT NULL,
  caller_address   varchar(64)  NULL,
  domain_id        char(36)     NULL,
  domain_name      varchar(190) NULL,
  created_at       datetime(6)  NOT NULL,
  at_time          datetime(6)  NULL,
  after_id         bigint       NULL,
  after_ok         tinyint(1)   NOT NULL DEFAULT 1,
  claimed_by       char(36)     NULL,
  epoch            int          NOT NULL DEFAULT 0,
  lease_until      datetime(6)  NULL,
  attempts         int          NOT NULL DEFAULT 0,
  started_at       datetime(6)  NULL,
  ended_at         datetime(6)  NULL,
  progress         int          NOT NULL DEFAULT 0,
  progress_text    varchar(255) NULL,
  error_code       varchar(64)  NULL,
  error_text       text         NULL,
  attempt_errors   longtext     NOT NULL DEFAULT '[]' CHECK (json_valid(attempt_errors)),
  result           longtext     NULL CHECK (result IS NULL OR json_valid(result)),
  KEY requests_queue (state, lane, priority, id),
  KEY requests_waiting (state, at_time),
  KEY requests_user (user_id, state),
  KEY requests_domain (domain_id, id),
  KEY requests_after (after_id),
  CONSTRAINT requests_user_fk FOREIGN KEY (user_id) REFERENCES users (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS request_locks (
  request_id   bigint      NOT NULL,
  resource     varchar(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  is_exclusive tinyint(1)  NOT NULL,
  is_held      tinyint(1)  NOT NULL DEFAULT 0,
  PRIMARY KEY (resource, request_id),
  KEY request_locks_request (request_id),
  CONSTRAINT request_locks_request_fk FOREIGN KEY (request_id) REFERENCES requests (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS claim_gate (
  id tinyint NOT NULL PRIMARY KEY
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

INSERT IGNORE INTO claim_gate (id) VALUES (1);
