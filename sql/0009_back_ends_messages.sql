-- Back ends as they say of themselves, and what people are told.
CREATE TABLE IF NOT EXISTS back_ends (
  id          char(36)     NOT NULL PRIMARY KEY,
  host        varchar(190) NOT NULL,
  process     int          NOT NULL,
  version     varchar(64)  NOT NULL,
  lanes       longtext     NOT NULL CHECK (json_valid(lanes)),
  started_at  datetime(6)  NOT NULL,
  seen_at     datetime(6)  NOT NULL,
  alive_until datetime(6)  NOT NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS messages (
  id          bigint       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  user_id     bigint       NOT NULL,
  at          datetime(6)  NOT NULL,
  request_id  bigint       NOT NULL,
  command     varchar(64)  NOT NULL,
  state       enum('done', 'failed', 'cancelled') NOT NULL,
  domain_id   char(36)     NULL,
  domain_name varchar(190) NULL,
  error_code  varchar(64)  NULL,
  text        text         NOT NULL,
  read_at     datetime(6)  NULL,
  KEY messages_of_user (user_id, id),
  KEY messages_unread (user_id, read_at),
  KEY messages_age (at),
  CONSTRAINT messages_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

ALTER TABLE events
  MODIFY COLUMN kind enum('request', 'domain', 'base', 'image', 'node', 'user', 'message') NOT NULL;
ALTER TABLE requests
  ADD INDEX IF NOT EXISTS requests_cancel (cancel_asked_at, ended_at);
