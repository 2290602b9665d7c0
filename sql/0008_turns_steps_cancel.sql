-- Fair order between people, cancelling what is in work, and what was done when.
ALTER TABLE requests
  ADD COLUMN IF NOT EXISTS turn            bigint      NOT NULL DEFAULT 0 AFTER priority,
  ADD COLUMN IF NOT EXISTS trace_parent    varchar(55) CHARACTER SET ascii NULL AFTER caller_address,
  ADD COLUMN IF NOT EXISTS cancel_asked_at datetime(6) NULL AFTER ended_at,
  ADD COLUMN IF NOT EXISTS cancel_asked_by bigint      NULL AFTER cancel_asked_at;
ALTER TABLE requests
  DROP INDEX IF EXISTS requests_queue,
  ADD INDEX IF NOT EXISTS requests_turns (state, lane, priority, turn, id);
ALTER TABLE requests
  ADD INDEX IF NOT EXISTS requests_turn_of_user (user_id, lane, priority, state, turn);
ALTER TABLE requests
  ADD INDEX IF NOT EXISTS requests_ended (command, state, ended_at);

CREATE TABLE IF NOT EXISTS request_steps (
  id         bigint       NOT NULL AUTO_INCREMENT PRIMARY KEY,
  request_id bigint       NOT NULL,
  attempt    int          NOT NULL,
  at         datetime(6)  NOT NULL,
  percent    int          NOT NULL,
  text       varchar(255) NOT NULL,
  KEY request_steps_request (request_id, id),
  CONSTRAINT request_steps_request FOREIGN KEY (request_id) REFERENCES requests (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
