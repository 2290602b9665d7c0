-- The whole schema, as the migrations leave it. Made from a real database by SchemaTests (ACCEPT=1); not run by anything.

CREATE TABLE `users` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `name` varchar(190) NOT NULL,
  `display_name` varchar(190) NOT NULL,
  `password_hash` varchar(255) DEFAULT NULL,
  `is_admin` tinyint(1) NOT NULL DEFAULT 0,
  `is_system` tinyint(1) NOT NULL DEFAULT 0,
  `is_temporary` tinyint(1) NOT NULL DEFAULT 0,
  `is_disabled` tinyint(1) NOT NULL DEFAULT 0,
  `must_change_password` tinyint(1) NOT NULL DEFAULT 0,
  `language` varchar(16) DEFAULT NULL,
  `security_stamp` char(36) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  `last_sign_in_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `users_name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `grants` (
  `user_id` bigint(20) NOT NULL,
  `grant_name` varchar(64) NOT NULL,
  `is_allowed` tinyint(1) NOT NULL,
  PRIMARY KEY (`user_id`,`grant_name`),
  CONSTRAINT `grants_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `audit` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `at` datetime(6) NOT NULL,
  `user_id` bigint(20) DEFAULT NULL,
  `address` varchar(64) DEFAULT NULL,
  `action` varchar(64) NOT NULL,
  `subject` varchar(190) DEFAULT NULL,
  `details` longtext DEFAULT NULL CHECK (`details` is null or json_valid(`details`)),
  PRIMARY KEY (`id`),
  KEY `audit_at` (`at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `nodes` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `name` varchar(190) NOT NULL,
  `manager` enum('libvirt','virtualbox','simulated') NOT NULL,
  `uri` varchar(500) NOT NULL,
  `is_enabled` tinyint(1) NOT NULL DEFAULT 1,
  `state` enum('unknown','up','down') NOT NULL DEFAULT 'unknown',
  `detail` text DEFAULT NULL,
  `checked_at` datetime(6) DEFAULT NULL,
  `capabilities` longtext NOT NULL DEFAULT '[]' CHECK (json_valid(`capabilities`)),
  `facts` longtext NOT NULL DEFAULT '{}' CHECK (json_valid(`facts`)),
  `lease_owner` char(36) DEFAULT NULL,
  `lease_until` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `nodes_name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `library_images` (
  `node_id` bigint(20) NOT NULL,
  `file` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `size_bytes` bigint(20) NOT NULL,
  `changed_at` datetime(6) NOT NULL,
  `format` varchar(16) DEFAULT NULL,
  `problem` text DEFAULT NULL,
  `capacity_bytes` bigint(20) DEFAULT NULL,
  `is_upload` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`node_id`,`file`),
  CONSTRAINT `library_images_node` FOREIGN KEY (`node_id`) REFERENCES `nodes` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `domains` (
  `id` char(36) NOT NULL,
  `name` varchar(190) NOT NULL,
  `alias` varchar(190) DEFAULT NULL,
  `description` text DEFAULT NULL,
  `owner_id` bigint(20) NOT NULL,
  `base_id` char(36) DEFAULT NULL,
  `node_id` bigint(20) NOT NULL,
  `is_base` tinyint(1) NOT NULL DEFAULT 0,
  `is_public` tinyint(1) NOT NULL DEFAULT 0,
  `is_volatile` tinyint(1) NOT NULL DEFAULT 0,
  `volatile_clones` tinyint(1) NOT NULL DEFAULT 0,
  `clones_numbered` int(11) NOT NULL DEFAULT 0,
  `state` enum('creating','shutdown','starting','active','paused','hibernated','shutting_down','down','removing','broken') NOT NULL,
  `state_since` datetime(6) NOT NULL,
  `state_detail` text DEFAULT NULL,
  `saved_at` datetime(6) DEFAULT NULL,
  `memory_kib` bigint(20) NOT NULL,
  `vcpus` int(11) NOT NULL,
  `hardware` longtext NOT NULL DEFAULT '{}' CHECK (json_valid(`hardware`)),
  `needs_restart` tinyint(1) NOT NULL DEFAULT 0,
  `mac` char(17) NOT NULL,
  `address` varchar(64) DEFAULT NULL,
  `started_at` datetime(6) DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `pool_clones` int(11) NOT NULL DEFAULT 0,
  `pool_start` int(11) NOT NULL DEFAULT 0,
  `pool_problem` text DEFAULT NULL,
  `pool_use` enum('free','handed_out','returned') DEFAULT NULL,
  `pool_use_since` datetime(6) DEFAULT NULL,
  `autostart` tinyint(1) NOT NULL DEFAULT 0,
  `run_timeout_seconds` int(11) DEFAULT NULL,
  `shutdown_timeout_seconds` int(11) DEFAULT NULL,
  `shutdown_disconnected` tinyint(1) NOT NULL DEFAULT 0,
  `disconnect_grace_seconds` int(11) DEFAULT NULL,
  `ends_at` datetime(6) DEFAULT NULL,
  `end_warned_seconds` int(11) DEFAULT NULL,
  `client_status` enum('connecting','connected','disconnected') DEFAULT NULL,
  `client_address` varchar(64) DEFAULT NULL,
  `client_since` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `domains_name` (`name`),
  UNIQUE KEY `domains_mac` (`mac`),
  KEY `domains_owner` (`owner_id`,`base_id`),
  KEY `domains_base` (`base_id`),
  KEY `domains_node` (`node_id`,`state`),
  KEY `domains_pool` (`base_id`,`pool_use`,`state`,`created_at`),
  CONSTRAINT `domains_base_fk` FOREIGN KEY (`base_id`) REFERENCES `domains` (`id`),
  CONSTRAINT `domains_node_fk` FOREIGN KEY (`node_id`) REFERENCES `nodes` (`id`),
  CONSTRAINT `domains_owner_fk` FOREIGN KEY (`owner_id`) REFERENCES `users` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `volumes` (
  `id` char(36) NOT NULL,
  `domain_id` char(36) NOT NULL,
  `target` varchar(16) NOT NULL,
  `kind` enum('sys','data','tmp','swap') NOT NULL DEFAULT 'sys',
  `path` varchar(500) NOT NULL,
  `format` varchar(16) NOT NULL,
  `capacity_bytes` bigint(20) NOT NULL,
  `used_bytes` bigint(20) DEFAULT NULL,
  `base_volume_id` char(36) DEFAULT NULL,
  `is_frozen` tinyint(1) NOT NULL DEFAULT 0,
  `is_used` tinyint(1) NOT NULL DEFAULT 1,
  PRIMARY KEY (`id`),
  UNIQUE KEY `volumes_target` (`domain_id`,`target`),
  UNIQUE KEY `volumes_path` (`path`),
  KEY `volumes_base` (`base_volume_id`),
  CONSTRAINT `volumes_base_fk` FOREIGN KEY (`base_volume_id`) REFERENCES `volumes` (`id`),
  CONSTRAINT `volumes_domain` FOREIGN KEY (`domain_id`) REFERENCES `domains` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `screenshots` (
  `domain_id` char(36) NOT NULL,
  `taken_at` datetime(6) NOT NULL,
  `png` mediumblob NOT NULL,
  PRIMARY KEY (`domain_id`),
  CONSTRAINT `screenshots_domain` FOREIGN KEY (`domain_id`) REFERENCES `domains` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `requests` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `command` varchar(64) NOT NULL,
  `args` longtext NOT NULL CHECK (json_valid(`args`)),
  `state` enum('requested','waiting','working','done','failed','cancelled') NOT NULL,
  `lane` enum('quick','power','disk','network') NOT NULL,
  `priority` int(11) NOT NULL DEFAULT 100,
  `turn` bigint(20) NOT NULL DEFAULT 0,
  `user_id` bigint(20) NOT NULL,
  `caller_address` varchar(64) DEFAULT NULL,
  `trace_parent` varchar(55) CHARACTER SET ascii COLLATE ascii_general_ci DEFAULT NULL,
  `domain_id` char(36) DEFAULT NULL,
  `domain_name` varchar(190) DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `at_time` datetime(6) DEFAULT NULL,
  `is_later` tinyint(1) NOT NULL DEFAULT 0,
  `after_id` bigint(20) DEFAULT NULL,
  `after_ok` tinyint(1) NOT NULL DEFAULT 1,
  `caused_by` bigint(20) DEFAULT NULL,
  `claimed_by` char(36) DEFAULT NULL,
  `epoch` int(11) NOT NULL DEFAULT 0,
  `lease_until` datetime(6) DEFAULT NULL,
  `attempts` int(11) NOT NULL DEFAULT 0,
  `started_at` datetime(6) DEFAULT NULL,
  `ended_at` datetime(6) DEFAULT NULL,
  `cancel_asked_at` datetime(6) DEFAULT NULL,
  `cancel_asked_by` bigint(20) DEFAULT NULL,
  `progress` int(11) NOT NULL DEFAULT 0,
  `progress_text` varchar(255) DEFAULT NULL,
  `error_code` varchar(64) DEFAULT NULL,
  `error_text` text DEFAULT NULL,
  `attempt_errors` longtext NOT NULL DEFAULT '[]' CHECK (json_valid(`attempt_errors`)),
  `result` longtext DEFAULT NULL CHECK (`result` is null or json_valid(`result`)),
  PRIMARY KEY (`id`),
  KEY `requests_waiting` (`state`,`at_time`),
  KEY `requests_user` (`user_id`,`state`),
  KEY `requests_domain` (`domain_id`,`id`),
  KEY `requests_after` (`after_id`),
  KEY `requests_turns` (`state`,`lane`,`priority`,`turn`,`id`),
  KEY `requests_turn_of_user` (`user_id`,`lane`,`priority`,`state`,`turn`),
  KEY `requests_ended` (`command`,`state`,`ended_at`),
  KEY `requests_cancel` (`cancel_asked_at`,`ended_at`),
  KEY `requests_caused_by` (`caused_by`),
  CONSTRAINT `requests_user_fk` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `request_locks` (
  `request_id` bigint(20) NOT NULL,
  `resource` varchar(80) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `is_exclusive` tinyint(1) NOT NULL,
  PRIMARY KEY (`resource`,`request_id`),
  KEY `request_locks_request` (`request_id`),
  CONSTRAINT `request_locks_request_fk` FOREIGN KEY (`request_id`) REFERENCES `requests` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `claim_gate` (
  `id` tinyint(4) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `events` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `at` datetime(6) NOT NULL,
  `kind` enum('request','domain','base','image','node','user','message') NOT NULL,
  `request_id` bigint(20) DEFAULT NULL,
  `domain_id` char(36) DEFAULT NULL,
  `user_id` bigint(20) DEFAULT NULL,
  `data` longtext NOT NULL DEFAULT '{}' CHECK (json_valid(`data`)),
  `is_history` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  KEY `events_age` (`is_history`,`at`),
  KEY `events_domain` (`domain_id`,`is_history`,`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `displays` (
  `domain_id` char(36) NOT NULL,
  `kind` enum('vnc','spice','rdp') NOT NULL,
  `socket_path` varchar(107) NOT NULL,
  PRIMARY KEY (`domain_id`,`kind`),
  CONSTRAINT `displays_domain` FOREIGN KEY (`domain_id`) REFERENCES `domains` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `display_tickets` (
  `ticket_hash` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `session_id` char(36) NOT NULL,
  `domain_id` char(36) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`ticket_hash`),
  KEY `display_tickets_expiry` (`expires_at`),
  KEY `display_tickets_user` (`user_id`),
  KEY `display_tickets_domain` (`domain_id`),
  CONSTRAINT `display_tickets_domain` FOREIGN KEY (`domain_id`) REFERENCES `domains` (`id`) ON DELETE CASCADE,
  CONSTRAINT `display_tickets_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `display_sessions` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `domain_id` char(36) NOT NULL,
  `address` varchar(64) DEFAULT NULL,
  `started_at` datetime(6) NOT NULL,
  `seen_at` datetime(6) NOT NULL DEFAULT '1970-01-01 00:00:00.000000',
  `ended_at` datetime(6) DEFAULT NULL,
  `bytes_to_guest` bigint(20) NOT NULL DEFAULT 0,
  `bytes_from_guest` bigint(20) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  KEY `display_sessions_domain` (`domain_id`,`started_at`),
  KEY `display_sessions_user` (`user_id`,`started_at`),
  KEY `display_sessions_open` (`ended_at`,`seen_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `data_protection_keys` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `friendly_name` varchar(190) NOT NULL,
  `xml` text NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `ended_sessions` (
  `session_id` char(36) NOT NULL,
  `ended_at` datetime(6) NOT NULL,
  PRIMARY KEY (`session_id`),
  KEY `ended_sessions_at` (`ended_at`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `request_steps` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `request_id` bigint(20) NOT NULL,
  `attempt` int(11) NOT NULL,
  `at` datetime(6) NOT NULL,
  `percent` int(11) NOT NULL,
  `text` varchar(255) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `request_steps_request` (`request_id`,`id`),
  CONSTRAINT `request_steps_request` FOREIGN KEY (`request_id`) REFERENCES `requests` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `back_ends` (
  `id` char(36) NOT NULL,
  `host` varchar(190) NOT NULL,
  `process` int(11) NOT NULL,
  `version` varchar(64) NOT NULL,
  `lanes` longtext NOT NULL CHECK (json_valid(`lanes`)),
  `started_at` datetime(6) NOT NULL,
  `seen_at` datetime(6) NOT NULL,
  `alive_until` datetime(6) NOT NULL,
  PRIMARY KEY (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `messages` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `at` datetime(6) NOT NULL,
  `kind` varchar(64) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL DEFAULT 'request_ended',
  `request_id` bigint(20) DEFAULT NULL,
  `command` varchar(64) DEFAULT NULL,
  `state` enum('done','failed','cancelled') DEFAULT NULL,
  `domain_id` char(36) DEFAULT NULL,
  `domain_name` varchar(190) DEFAULT NULL,
  `error_code` varchar(64) DEFAULT NULL,
  `text` text NOT NULL,
  `data` longtext NOT NULL DEFAULT '{}' CHECK (json_valid(`data`)),
  `read_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `messages_of_user` (`user_id`,`id`),
  KEY `messages_unread` (`user_id`,`read_at`),
  KEY `messages_age` (`at`),
  CONSTRAINT `messages_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `first_admin_links` (
  `token_hash` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  PRIMARY KEY (`token_hash`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `request_folds` (
  `what` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`what`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `cd_drives` (
  `domain_id` char(36) NOT NULL,
  `target` varchar(16) NOT NULL,
  `file` varchar(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  PRIMARY KEY (`domain_id`,`target`),
  CONSTRAINT `cd_drives_domain` FOREIGN KEY (`domain_id`) REFERENCES `domains` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `domain_shares` (
  `domain_id` char(36) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `shared_at` datetime(6) NOT NULL,
  PRIMARY KEY (`domain_id`,`user_id`),
  KEY `domain_shares_user` (`user_id`),
  CONSTRAINT `domain_shares_domain` FOREIGN KEY (`domain_id`) REFERENCES `domains` (`id`) ON DELETE CASCADE,
  CONSTRAINT `domain_shares_user_fk` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `settings` (
  `name` varchar(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `value` longtext NOT NULL CHECK (json_valid(`value`)),
  PRIMARY KEY (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `schema_migrations` (
  `number` int(11) NOT NULL,
  `name` varchar(190) NOT NULL,
  `checksum` char(64) NOT NULL,
  `applied_at` datetime(6) NOT NULL,
  PRIMARY KEY (`number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
