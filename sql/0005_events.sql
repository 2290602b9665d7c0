-- What changed, for the browsers that are looking. Hints only: a reader may drop them and reload.
CREATE TABLE IF NOT EXISTS events (
  id         bigint      NOT NULL AUTO_INCREMENT PRIMARY KEY,
  at         datetime(6) NOT NULL,
  kind       enum('request','domain','base','image','node','user') NOT NULL,
  request_id bigint      NULL,
  domain_id  char(36)    NULL,
  user_id    bigint      NULL,
  data       longtext    NOT NULL DEFAULT '{}' CHECK (json_valid(data)),
  KEY events_at (at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
