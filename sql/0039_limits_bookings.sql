-- How much somebody may have, and each of a group's people: null where nothing is said, 0 for any number. What holds for everybody else is in settings.
CREATE TABLE IF NOT EXISTS limits (
  user_id     bigint NOT NULL,
  start_limit int    NULL,
  clone_limit int    NULL,
  disk_gib    int    NULL,
  memory_gib  int    NULL,
  PRIMARY KEY (user_id),
  CONSTRAINT limits_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE IF NOT EXISTS group_limits (
  group_id    bigint NOT NULL,
  start_limit int    NULL,
  clone_limit int    NULL,
  disk_gib    int    NULL,
  memory_gib  int    NULL,
  PRIMARY KEY (group_id),
  CONSTRAINT group_limits_group FOREIGN KEY (group_id) REFERENCES user_groups (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- What is booked, whose it is, and by the clocks of which zone it was meant.
CREATE TABLE IF NOT EXISTS bookings (
  id         bigint      NOT NULL AUTO_INCREMENT,
  owner_id   bigint      NOT NULL,
  colour     char(7)     CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  time_zone  varchar(64) NOT NULL,
  created_at datetime(6) NOT NULL,
  PRIMARY KEY (id),
  CONSTRAINT bookings_owner FOREIGN KEY (owner_id) REFERENCES users (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- A day of it each, from its start (inclusive) to its end (exclusive): for whom, and on which bases (none: all).
CREATE TABLE IF NOT EXISTS booking_entries (
  id          bigint       NOT NULL AUTO_INCREMENT,
  booking_id  bigint       NOT NULL,
  starts_at   datetime(6)  NOT NULL,
  ends_at     datetime(6)  NOT NULL,
  title       varchar(190) NOT NULL,
  description text         NULL,
  visibility  enum('public','private') NOT NULL,
  for_users   longtext     NOT NULL DEFAULT '[]' CHECK (json_valid(for_users)),
  for_groups  longtext     NOT NULL DEFAULT '[]' CHECK (json_valid(for_groups)),
  on_bases    longtext     NOT NULL DEFAULT '[]' CHECK (json_valid(on_bases)),
  PRIMARY KEY (id),
  KEY booking_entries_times (ends_at, starts_at),
  KEY booking_entries_booking (booking_id, starts_at),
  CONSTRAINT booking_entries_booking FOREIGN KEY (booking_id) REFERENCES bookings (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

-- Whose machine is going to be ended for an entry, and when: he has been told.
CREATE TABLE IF NOT EXISTS booking_warnings (
  entry_id  bigint      NOT NULL,
  domain_id char(36)    NOT NULL,
  ends_at   datetime(6) NOT NULL,
  PRIMARY KEY (entry_id, domain_id),
  CONSTRAINT booking_warnings_entry FOREIGN KEY (entry_id) REFERENCES booking_entries (id) ON DELETE CASCADE,
  CONSTRAINT booking_warnings_domain FOREIGN KEY (domain_id) REFERENCES domains (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
