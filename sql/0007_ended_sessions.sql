-- Sessions that were signed out. Their cookies stay valid by themselves until they expire, so every front end looks here.
CREATE TABLE IF NOT EXISTS ended_sessions (
  session_id char(36)    NOT NULL PRIMARY KEY,
  ended_at   datetime(6) NOT NULL,
  KEY ended_sessions_at (ended_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
