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
  `source` enum('local','ldap','oidc') NOT NULL DEFAULT 'local',
  `external_id` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `external_key` varchar(190) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `facts_at` datetime(6) DEFAULT NULL,
  `expires_at` datetime(6) DEFAULT NULL,
  `password_set_at` datetime(6) DEFAULT NULL,
  `failed_sign_ins` int(11) NOT NULL DEFAULT 0,
  `sign_in_not_before` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `users_name` (`name`),
  UNIQUE KEY `users_external_id` (`source`,`external_id`),
  UNIQUE KEY `users_external_key` (`source`,`external_key`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `grants` (
  `user_id` bigint(20) NOT NULL,
  `grant_name` varchar(64) NOT NULL,
  `reach` enum('none','own','clones','all_clones','all') NOT NULL,
  PRIMARY KEY (`user_id`,`grant_name`),
  CONSTRAINT `grants_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `audit` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `at` datetime(6) NOT NULL,
  `user_id` bigint(20) DEFAULT NULL,
  `user_name` varchar(190) DEFAULT NULL,
  `address` varchar(64) DEFAULT NULL,
  `action` varchar(64) NOT NULL,
  `subject` varchar(190) DEFAULT NULL,
  `domain_id` char(36) DEFAULT NULL,
  `details` longtext DEFAULT NULL CHECK (`details` is null or json_valid(`details`)),
  `outcome` enum('done','refused','failed','cancelled') NOT NULL DEFAULT 'done',
  `code` varchar(64) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `audit_at` (`at`),
  KEY `audit_user` (`user_name`,`id`),
  KEY `audit_domain` (`domain_id`,`id`),
  KEY `audit_action` (`action`,`id`)
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
  `discovered_at` datetime(6) DEFAULT NULL,
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
  `access` longtext DEFAULT NULL CHECK (json_valid(`access`)),
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
  `snapshot_limit` int(11) DEFAULT NULL,
  `is_known` tinyint(1) NOT NULL DEFAULT 1,
  `host_changes` text DEFAULT NULL,
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
  `second_path` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `format` varchar(16) NOT NULL,
  `capacity_bytes` bigint(20) NOT NULL,
  `used_bytes` bigint(20) DEFAULT NULL,
  `base_volume_id` char(36) DEFAULT NULL,
  `is_frozen` tinyint(1) NOT NULL DEFAULT 0,
  `is_used` tinyint(1) NOT NULL DEFAULT 1,
  `sha256` char(64) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
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
  `client` longtext DEFAULT NULL CHECK (json_valid(`client`)),
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

CREATE TABLE `bases` (
  `domain_id` char(36) NOT NULL,
  `prepared_at` datetime(6) NOT NULL,
  `with_cd` tinyint(1) NOT NULL DEFAULT 0,
  `definition` longtext NOT NULL CHECK (json_valid(`definition`)),
  PRIMARY KEY (`domain_id`),
  CONSTRAINT `bases_domain` FOREIGN KEY (`domain_id`) REFERENCES `domains` (`id`) ON DELETE CASCADE
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

CREATE TABLE `schedules` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `name` varchar(63) NOT NULL,
  `command` varchar(64) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  `args` longtext NOT NULL DEFAULT '{}' CHECK (json_valid(`args`)),
  `machines` enum('all','active','hibernated','disconnected','autostart','pools') DEFAULT NULL,
  `base_id` char(36) DEFAULT NULL,
  `most` int(11) DEFAULT NULL,
  `cron` varchar(120) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  `time_zone` varchar(64) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  `is_enabled` tinyint(1) NOT NULL,
  `is_seeded` tinyint(1) NOT NULL DEFAULT 0,
  `changed_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `schedules_name` (`name`),
  KEY `schedules_base` (`base_id`),
  CONSTRAINT `schedules_base` FOREIGN KEY (`base_id`) REFERENCES `domains` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `schedule_runs` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `schedule_id` bigint(20) NOT NULL,
  `due_at` datetime(6) NOT NULL,
  `at` datetime(6) NOT NULL,
  `user_id` bigint(20) DEFAULT NULL,
  `refused` int(11) NOT NULL DEFAULT 0,
  `problem` text DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `schedule_runs_once` (`schedule_id`,`due_at`),
  CONSTRAINT `schedule_runs_schedule` FOREIGN KEY (`schedule_id`) REFERENCES `schedules` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `schedule_requests` (
  `run_id` bigint(20) NOT NULL,
  `request_id` bigint(20) NOT NULL,
  PRIMARY KEY (`run_id`,`request_id`),
  KEY `schedule_requests_request` (`request_id`),
  CONSTRAINT `schedule_requests_request_fk` FOREIGN KEY (`request_id`) REFERENCES `requests` (`id`) ON DELETE CASCADE,
  CONSTRAINT `schedule_requests_run` FOREIGN KEY (`run_id`) REFERENCES `schedule_runs` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `QRTZ_JOB_DETAILS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `JOB_NAME` varchar(200) NOT NULL,
  `JOB_GROUP` varchar(200) NOT NULL,
  `DESCRIPTION` varchar(250) DEFAULT NULL,
  `JOB_CLASS_NAME` varchar(250) NOT NULL,
  `IS_DURABLE` tinyint(1) NOT NULL,
  `IS_NONCONCURRENT` tinyint(1) NOT NULL,
  `IS_UPDATE_DATA` tinyint(1) NOT NULL,
  `REQUESTS_RECOVERY` tinyint(1) NOT NULL,
  `JOB_DATA` blob DEFAULT NULL,
  PRIMARY KEY (`SCHED_NAME`,`JOB_NAME`,`JOB_GROUP`),
  KEY `IDX_QRTZ_J_G_N` (`SCHED_NAME`,`JOB_GROUP`,`JOB_NAME`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_TRIGGERS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `TRIGGER_NAME` varchar(200) NOT NULL,
  `TRIGGER_GROUP` varchar(200) NOT NULL,
  `JOB_NAME` varchar(200) NOT NULL,
  `JOB_GROUP` varchar(200) NOT NULL,
  `DESCRIPTION` varchar(250) DEFAULT NULL,
  `NEXT_FIRE_TIME` bigint(20) DEFAULT NULL,
  `PREV_FIRE_TIME` bigint(20) DEFAULT NULL,
  `PRIORITY` int(11) DEFAULT NULL,
  `TRIGGER_STATE` varchar(16) NOT NULL,
  `TRIGGER_TYPE` varchar(8) NOT NULL,
  `START_TIME` bigint(20) NOT NULL,
  `END_TIME` bigint(20) DEFAULT NULL,
  `CALENDAR_NAME` varchar(200) DEFAULT NULL,
  `MISFIRE_INSTR` smallint(6) DEFAULT NULL,
  `MISFIRE_ORIG_FIRE_TIME` bigint(20) DEFAULT NULL,
  `EXECUTION_GROUP` varchar(200) DEFAULT NULL,
  `PREFERRED_NODE` varchar(200) DEFAULT NULL,
  `PREFERRED_NODE_AUTO` tinyint(1) NOT NULL DEFAULT 0,
  `RETRY_POLICY` varchar(250) DEFAULT NULL,
  `RETRY_ATTEMPT` int(11) DEFAULT NULL,
  `CONTINUES_TRIGGER_NAME` varchar(200) DEFAULT NULL,
  `CONTINUES_TRIGGER_GROUP` varchar(200) DEFAULT NULL,
  `CONTINUATION_CONDITION` int(11) DEFAULT NULL,
  `OVERLAP_POLICY` int(11) DEFAULT NULL,
  `PAUSE_REASON` varchar(250) DEFAULT NULL,
  `PAUSED_BY` varchar(200) DEFAULT NULL,
  `PAUSED_AT` bigint(20) DEFAULT NULL,
  `MISFIRE_THRESHOLD` bigint(20) DEFAULT NULL,
  `FIXED_DELAY` tinyint(1) DEFAULT NULL,
  `JOB_DATA` blob DEFAULT NULL,
  PRIMARY KEY (`SCHED_NAME`,`TRIGGER_NAME`,`TRIGGER_GROUP`),
  KEY `IDX_QRTZ_T_J` (`SCHED_NAME`,`JOB_NAME`,`JOB_GROUP`),
  KEY `IDX_QRTZ_T_G_N` (`SCHED_NAME`,`TRIGGER_GROUP`,`TRIGGER_NAME`),
  KEY `IDX_QRTZ_T_C` (`SCHED_NAME`,`CALENDAR_NAME`),
  KEY `IDX_QRTZ_T_NFT_ST` (`SCHED_NAME`,`TRIGGER_STATE`,`NEXT_FIRE_TIME`,`PRIORITY` DESC,`MISFIRE_INSTR`),
  CONSTRAINT `QRTZ_TRIGGERS_ibfk_1` FOREIGN KEY (`SCHED_NAME`, `JOB_NAME`, `JOB_GROUP`) REFERENCES `QRTZ_JOB_DETAILS` (`SCHED_NAME`, `JOB_NAME`, `JOB_GROUP`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_SIMPLE_TRIGGERS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `TRIGGER_NAME` varchar(200) NOT NULL,
  `TRIGGER_GROUP` varchar(200) NOT NULL,
  `REPEAT_COUNT` bigint(20) NOT NULL,
  `REPEAT_INTERVAL` bigint(20) NOT NULL,
  `TIMES_TRIGGERED` bigint(20) NOT NULL,
  PRIMARY KEY (`SCHED_NAME`,`TRIGGER_NAME`,`TRIGGER_GROUP`),
  CONSTRAINT `QRTZ_SIMPLE_TRIGGERS_ibfk_1` FOREIGN KEY (`SCHED_NAME`, `TRIGGER_NAME`, `TRIGGER_GROUP`) REFERENCES `QRTZ_TRIGGERS` (`SCHED_NAME`, `TRIGGER_NAME`, `TRIGGER_GROUP`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_CRON_TRIGGERS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `TRIGGER_NAME` varchar(200) NOT NULL,
  `TRIGGER_GROUP` varchar(200) NOT NULL,
  `CRON_EXPRESSION` varchar(120) NOT NULL,
  `TIME_ZONE_ID` varchar(80) DEFAULT NULL,
  PRIMARY KEY (`SCHED_NAME`,`TRIGGER_NAME`,`TRIGGER_GROUP`),
  CONSTRAINT `QRTZ_CRON_TRIGGERS_ibfk_1` FOREIGN KEY (`SCHED_NAME`, `TRIGGER_NAME`, `TRIGGER_GROUP`) REFERENCES `QRTZ_TRIGGERS` (`SCHED_NAME`, `TRIGGER_NAME`, `TRIGGER_GROUP`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_SIMPROP_TRIGGERS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `TRIGGER_NAME` varchar(200) NOT NULL,
  `TRIGGER_GROUP` varchar(200) NOT NULL,
  `STR_PROP_1` varchar(512) DEFAULT NULL,
  `STR_PROP_2` varchar(512) DEFAULT NULL,
  `STR_PROP_3` varchar(512) DEFAULT NULL,
  `INT_PROP_1` int(11) DEFAULT NULL,
  `INT_PROP_2` int(11) DEFAULT NULL,
  `LONG_PROP_1` bigint(20) DEFAULT NULL,
  `LONG_PROP_2` bigint(20) DEFAULT NULL,
  `DEC_PROP_1` decimal(13,4) DEFAULT NULL,
  `DEC_PROP_2` decimal(13,4) DEFAULT NULL,
  `BOOL_PROP_1` tinyint(1) DEFAULT NULL,
  `BOOL_PROP_2` tinyint(1) DEFAULT NULL,
  `TIME_ZONE_ID` varchar(80) DEFAULT NULL,
  PRIMARY KEY (`SCHED_NAME`,`TRIGGER_NAME`,`TRIGGER_GROUP`),
  CONSTRAINT `QRTZ_SIMPROP_TRIGGERS_ibfk_1` FOREIGN KEY (`SCHED_NAME`, `TRIGGER_NAME`, `TRIGGER_GROUP`) REFERENCES `QRTZ_TRIGGERS` (`SCHED_NAME`, `TRIGGER_NAME`, `TRIGGER_GROUP`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_BLOB_TRIGGERS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `TRIGGER_NAME` varchar(200) NOT NULL,
  `TRIGGER_GROUP` varchar(200) NOT NULL,
  `BLOB_DATA` blob DEFAULT NULL,
  PRIMARY KEY (`SCHED_NAME`,`TRIGGER_NAME`,`TRIGGER_GROUP`),
  CONSTRAINT `QRTZ_BLOB_TRIGGERS_ibfk_1` FOREIGN KEY (`SCHED_NAME`, `TRIGGER_NAME`, `TRIGGER_GROUP`) REFERENCES `QRTZ_TRIGGERS` (`SCHED_NAME`, `TRIGGER_NAME`, `TRIGGER_GROUP`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_CALENDARS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `CALENDAR_NAME` varchar(200) NOT NULL,
  `CALENDAR` blob NOT NULL,
  PRIMARY KEY (`SCHED_NAME`,`CALENDAR_NAME`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_PAUSED_TRIGGER_GRPS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `TRIGGER_GROUP` varchar(200) NOT NULL,
  `PAUSE_REASON` varchar(250) DEFAULT NULL,
  `PAUSED_BY` varchar(200) DEFAULT NULL,
  `PAUSED_AT` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`SCHED_NAME`,`TRIGGER_GROUP`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_PAUSED_JOB_GRPS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `JOB_GROUP` varchar(200) NOT NULL,
  `PAUSE_REASON` varchar(250) DEFAULT NULL,
  `PAUSED_BY` varchar(200) DEFAULT NULL,
  `PAUSED_AT` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`SCHED_NAME`,`JOB_GROUP`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_FIRED_TRIGGERS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `ENTRY_ID` varchar(140) NOT NULL,
  `TRIGGER_NAME` varchar(200) NOT NULL,
  `TRIGGER_GROUP` varchar(200) NOT NULL,
  `INSTANCE_NAME` varchar(200) NOT NULL,
  `FIRED_TIME` bigint(20) NOT NULL,
  `SCHED_TIME` bigint(20) NOT NULL,
  `PRIORITY` int(11) NOT NULL,
  `STATE` varchar(16) NOT NULL,
  `JOB_NAME` varchar(200) DEFAULT NULL,
  `JOB_GROUP` varchar(200) DEFAULT NULL,
  `IS_NONCONCURRENT` tinyint(1) DEFAULT NULL,
  `REQUESTS_RECOVERY` tinyint(1) DEFAULT NULL,
  `EXECUTION_GROUP` varchar(200) DEFAULT NULL,
  `PROGRESS` int(11) DEFAULT NULL,
  `PROGRESS_MESSAGE` varchar(250) DEFAULT NULL,
  `INTERRUPT_REQUESTED_TIME` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`SCHED_NAME`,`ENTRY_ID`),
  KEY `IDX_QRTZ_FT_INST_JOB_REQ_RCVRY` (`SCHED_NAME`,`INSTANCE_NAME`,`REQUESTS_RECOVERY`),
  KEY `IDX_QRTZ_FT_J_G` (`SCHED_NAME`,`JOB_NAME`,`JOB_GROUP`),
  KEY `IDX_QRTZ_FT_T_G` (`SCHED_NAME`,`TRIGGER_NAME`,`TRIGGER_GROUP`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_SCHEDULER_STATE` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `INSTANCE_NAME` varchar(200) NOT NULL,
  `LAST_CHECKIN_TIME` bigint(20) NOT NULL,
  `CHECKIN_INTERVAL` bigint(20) NOT NULL,
  `QUARTZ_VERSION` varchar(20) DEFAULT NULL,
  PRIMARY KEY (`SCHED_NAME`,`INSTANCE_NAME`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_LOCKS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `LOCK_NAME` varchar(40) NOT NULL,
  PRIMARY KEY (`SCHED_NAME`,`LOCK_NAME`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `QRTZ_JOB_STATUS` (
  `SCHED_NAME` varchar(120) NOT NULL,
  `JOB_GROUP` varchar(200) NOT NULL,
  `JOB_NAME` varchar(200) NOT NULL,
  `FIRST_FIRED_TIME` bigint(20) NOT NULL,
  `LAST_FIRED_TIME` bigint(20) NOT NULL,
  `LAST_RESULT` int(11) NOT NULL,
  `LAST_RUN_TIME` bigint(20) NOT NULL,
  `LAST_INSTANCE_NAME` varchar(200) NOT NULL,
  `LAST_ENTRY_ID` varchar(140) DEFAULT NULL,
  `LAST_SUMMARY` varchar(1000) DEFAULT NULL,
  `LAST_SUCCESS_TIME` bigint(20) DEFAULT NULL,
  `LAST_FAILURE_TIME` bigint(20) DEFAULT NULL,
  `LAST_FAILURE_MESSAGE` varchar(1000) DEFAULT NULL,
  `CONSECUTIVE_FAILURES` int(11) NOT NULL DEFAULT 0,
  `RUN_COUNT` bigint(20) NOT NULL DEFAULT 0,
  `FAILURE_COUNT` bigint(20) NOT NULL DEFAULT 0,
  PRIMARY KEY (`SCHED_NAME`,`JOB_GROUP`,`JOB_NAME`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin;

CREATE TABLE `snapshots` (
  `id` char(36) NOT NULL,
  `domain_id` char(36) NOT NULL,
  `name` varchar(190) NOT NULL,
  `description` text DEFAULT NULL,
  `taken_at` datetime(6) NOT NULL,
  `taken_by` bigint(20) DEFAULT NULL,
  `size_bytes` bigint(20) DEFAULT NULL,
  `request_id` bigint(20) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `snapshots_name` (`domain_id`,`name`),
  KEY `snapshots_taken_by` (`taken_by`),
  CONSTRAINT `snapshots_domain` FOREIGN KEY (`domain_id`) REFERENCES `domains` (`id`) ON DELETE CASCADE,
  CONSTRAINT `snapshots_taken_by` FOREIGN KEY (`taken_by`) REFERENCES `users` (`id`) ON DELETE SET NULL
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `backups` (
  `id` char(36) NOT NULL,
  `file` varchar(190) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `domain_id` char(36) NOT NULL,
  `domain_name` varchar(190) NOT NULL,
  `node_id` bigint(20) NOT NULL,
  `request_id` bigint(20) NOT NULL,
  `is_whole` tinyint(1) NOT NULL DEFAULT 0,
  `size_bytes` bigint(20) DEFAULT NULL,
  `sha256` char(64) CHARACTER SET ascii COLLATE ascii_bin DEFAULT NULL,
  `taken_at` datetime(6) NOT NULL,
  `taken_by` varchar(190) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `backups_file` (`file`),
  UNIQUE KEY `backups_request` (`request_id`),
  KEY `backups_domain` (`domain_id`,`taken_at`),
  KEY `backups_node_fk` (`node_id`),
  CONSTRAINT `backups_node_fk` FOREIGN KEY (`node_id`) REFERENCES `nodes` (`id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `unknown_domains` (
  `node_id` bigint(20) NOT NULL,
  `id` char(36) NOT NULL,
  `name` varchar(255) NOT NULL,
  `state` enum('shutdown','active','paused','hibernated') NOT NULL,
  `memory_kib` bigint(20) NOT NULL,
  `vcpus` int(11) NOT NULL,
  `mac` char(17) DEFAULT NULL,
  `hardware` longtext NOT NULL DEFAULT '{}' CHECK (json_valid(`hardware`)),
  `disks` longtext NOT NULL CHECK (json_valid(`disks`)),
  `obstacles` longtext NOT NULL CHECK (json_valid(`obstacles`)),
  `changes` longtext NOT NULL CHECK (json_valid(`changes`)),
  PRIMARY KEY (`node_id`,`id`),
  CONSTRAINT `unknown_domains_node` FOREIGN KEY (`node_id`) REFERENCES `nodes` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `node_storage` (
  `node_id` bigint(20) NOT NULL,
  `name` varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `folder` varchar(1000) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `total_bytes` bigint(20) NOT NULL,
  `free_bytes` bigint(20) NOT NULL,
  `problem` text DEFAULT NULL,
  `checked_at` datetime(6) NOT NULL,
  PRIMARY KEY (`node_id`,`name`),
  CONSTRAINT `node_storage_node` FOREIGN KEY (`node_id`) REFERENCES `nodes` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `user_groups` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `name` varchar(190) NOT NULL,
  `source` enum('local','ldap','oidc') NOT NULL,
  `external_id` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin DEFAULT NULL,
  `description` text DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `user_groups_name` (`name`),
  UNIQUE KEY `user_groups_external` (`source`,`external_id`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `group_members` (
  `group_id` bigint(20) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  PRIMARY KEY (`group_id`,`user_id`),
  KEY `group_members_user` (`user_id`),
  CONSTRAINT `group_members_group` FOREIGN KEY (`group_id`) REFERENCES `user_groups` (`id`) ON DELETE CASCADE,
  CONSTRAINT `group_members_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `group_grants` (
  `group_id` bigint(20) NOT NULL,
  `grant_name` varchar(64) NOT NULL,
  `reach` enum('none','own','clones','all_clones','all') NOT NULL,
  PRIMARY KEY (`group_id`,`grant_name`),
  CONSTRAINT `group_grants_group` FOREIGN KEY (`group_id`) REFERENCES `user_groups` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `user_attributes` (
  `user_id` bigint(20) NOT NULL,
  `name` varchar(64) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  `value` varchar(500) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  PRIMARY KEY (`user_id`,`name`,`value`),
  KEY `user_attributes_value` (`name`,`value`),
  CONSTRAINT `user_attributes_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `sessions` (
  `id` char(36) NOT NULL,
  `user_id` bigint(20) NOT NULL,
  `proof` enum('password','ldap','oidc','guest') NOT NULL,
  `address` varchar(64) DEFAULT NULL,
  `user_agent` varchar(120) DEFAULT NULL,
  `created_at` datetime(6) NOT NULL,
  `seen_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  `ended_at` datetime(6) DEFAULT NULL,
  PRIMARY KEY (`id`),
  KEY `sessions_user` (`user_id`,`expires_at`),
  KEY `sessions_expiry` (`expires_at`),
  CONSTRAINT `sessions_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `second_factors` (
  `user_id` bigint(20) NOT NULL,
  `secret` varchar(500) NOT NULL,
  `last_step` bigint(20) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`user_id`),
  CONSTRAINT `second_factors_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `recovery_codes` (
  `user_id` bigint(20) NOT NULL,
  `code_hash` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (`user_id`,`code_hash`),
  CONSTRAINT `recovery_codes_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `api_tokens` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `user_id` bigint(20) NOT NULL,
  `name` varchar(100) NOT NULL,
  `prefix` varchar(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `token_hash` char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `scopes` longtext NOT NULL CHECK (json_valid(`scopes`)),
  `created_at` datetime(6) NOT NULL,
  `expires_at` datetime(6) NOT NULL,
  `last_used_at` datetime(6) DEFAULT NULL,
  `last_used_from` varchar(64) DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `api_tokens_hash` (`token_hash`),
  KEY `api_tokens_user` (`user_id`,`expires_at`),
  CONSTRAINT `api_tokens_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `client_networks` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `name` varchar(63) NOT NULL,
  `position` int(11) NOT NULL,
  `addresses` text NOT NULL CHECK (json_valid(`addresses`)),
  `bases` enum('all','chosen','none') NOT NULL,
  `requires_password` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`id`),
  UNIQUE KEY `client_networks_name` (`name`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `client_network_bases` (
  `network_id` bigint(20) NOT NULL,
  `base_id` char(36) NOT NULL,
  `is_allowed` tinyint(1) NOT NULL,
  `is_anonymous` tinyint(1) NOT NULL DEFAULT 0,
  PRIMARY KEY (`network_id`,`base_id`),
  KEY `client_network_bases_base` (`base_id`),
  CONSTRAINT `client_network_bases_base_fk` FOREIGN KEY (`base_id`) REFERENCES `domains` (`id`) ON DELETE CASCADE,
  CONSTRAINT `client_network_bases_network` FOREIGN KEY (`network_id`) REFERENCES `client_networks` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `guests` (
  `user_id` bigint(20) NOT NULL,
  `base_id` char(36) NOT NULL,
  `address` varchar(45) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  PRIMARY KEY (`user_id`),
  KEY `guests_address` (`address`),
  CONSTRAINT `guests_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `limits` (
  `user_id` bigint(20) NOT NULL,
  `start_limit` int(11) DEFAULT NULL,
  `clone_limit` int(11) DEFAULT NULL,
  `disk_gib` int(11) DEFAULT NULL,
  `memory_gib` int(11) DEFAULT NULL,
  PRIMARY KEY (`user_id`),
  CONSTRAINT `limits_user` FOREIGN KEY (`user_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `group_limits` (
  `group_id` bigint(20) NOT NULL,
  `start_limit` int(11) DEFAULT NULL,
  `clone_limit` int(11) DEFAULT NULL,
  `disk_gib` int(11) DEFAULT NULL,
  `memory_gib` int(11) DEFAULT NULL,
  PRIMARY KEY (`group_id`),
  CONSTRAINT `group_limits_group` FOREIGN KEY (`group_id`) REFERENCES `user_groups` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `bookings` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `owner_id` bigint(20) NOT NULL,
  `colour` char(7) CHARACTER SET ascii COLLATE ascii_general_ci NOT NULL,
  `time_zone` varchar(64) NOT NULL,
  `created_at` datetime(6) NOT NULL,
  PRIMARY KEY (`id`),
  KEY `bookings_owner` (`owner_id`),
  CONSTRAINT `bookings_owner` FOREIGN KEY (`owner_id`) REFERENCES `users` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `booking_entries` (
  `id` bigint(20) NOT NULL AUTO_INCREMENT,
  `booking_id` bigint(20) NOT NULL,
  `starts_at` datetime(6) NOT NULL,
  `ends_at` datetime(6) NOT NULL,
  `title` varchar(190) NOT NULL,
  `description` text DEFAULT NULL,
  `visibility` enum('public','private') NOT NULL,
  `for_users` longtext NOT NULL DEFAULT '[]' CHECK (json_valid(`for_users`)),
  `for_groups` longtext NOT NULL DEFAULT '[]' CHECK (json_valid(`for_groups`)),
  `on_bases` longtext NOT NULL DEFAULT '[]' CHECK (json_valid(`on_bases`)),
  PRIMARY KEY (`id`),
  KEY `booking_entries_times` (`ends_at`,`starts_at`),
  KEY `booking_entries_booking` (`booking_id`,`starts_at`),
  CONSTRAINT `booking_entries_booking` FOREIGN KEY (`booking_id`) REFERENCES `bookings` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `booking_warnings` (
  `entry_id` bigint(20) NOT NULL,
  `domain_id` char(36) NOT NULL,
  `ends_at` datetime(6) NOT NULL,
  PRIMARY KEY (`entry_id`,`domain_id`),
  KEY `booking_warnings_domain` (`domain_id`),
  CONSTRAINT `booking_warnings_domain` FOREIGN KEY (`domain_id`) REFERENCES `domains` (`id`) ON DELETE CASCADE,
  CONSTRAINT `booking_warnings_entry` FOREIGN KEY (`entry_id`) REFERENCES `booking_entries` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;

CREATE TABLE `schema_migrations` (
  `number` int(11) NOT NULL,
  `name` varchar(190) NOT NULL,
  `checksum` char(64) NOT NULL,
  `applied_at` datetime(6) NOT NULL,
  PRIMARY KEY (`number`)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
