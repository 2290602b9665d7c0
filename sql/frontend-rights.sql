-- What the front end's account may do in the database. The one list of it: the
-- installation, the demo and the tests run it for their account (in place of the
-- word at each line's end) after the migrations, and take away what is not here.
--
-- The front end is what strangers talk to. It may read; it may write what people do
-- in the portal, and ask the back end for the rest. Never:
-- hosts (nodes), what the queue has become of a request (states, claims, leases,
-- locks, results), disks, migrations.
GRANT SELECT ON * TO account;

-- People: new accounts, what signing in and choosing a password or a language change, and
-- what those change who manage users and grants. Not the name of an account that is there,
-- and none is removed: the back end does that.
GRANT INSERT ON users TO account;
GRANT UPDATE (password_hash, security_stamp, must_change_password, password_set_at, language, last_sign_in_at, failed_sign_ins, sign_in_not_before, expires_at) ON users TO account;
GRANT UPDATE (display_name, is_admin, is_disabled) ON users TO account;
GRANT INSERT, DELETE ON grants TO account;
-- What a directory or an OpenID provider tells of people at their sign-in, and later: also whether they are administrators, and in which of its groups.
GRANT UPDATE (external_id, external_key, facts_at) ON users TO account;
GRANT INSERT, DELETE ON user_attributes TO account;
GRANT INSERT ON audit TO account;
GRANT INSERT, UPDATE (seen_at, expires_at, ended_at), DELETE ON sessions TO account;
GRANT INSERT, UPDATE (last_step), DELETE ON second_factors TO account;
GRANT INSERT, DELETE ON recovery_codes TO account;
GRANT INSERT, UPDATE (last_used_at, last_used_from), DELETE ON api_tokens TO account;
GRANT DELETE ON first_admin_links TO account;
GRANT INSERT ON data_protection_keys TO account;

-- Asking: a request with its locks and, for a machine to be made, that machine's row.
GRANT INSERT ON requests TO account;
GRANT INSERT ON request_locks TO account;
GRANT INSERT ON domains TO account;
GRANT INSERT ON events TO account;

-- Whoever asks for the same at the same time meets in a row that goes with his commit.
GRANT INSERT, UPDATE (what), DELETE ON request_folds TO account;

-- What changes of a machine without its host.
GRANT UPDATE (is_public, access, volatile_clones, pool_clones, pool_start, alias, description) ON domains TO account;
GRANT INSERT, DELETE ON domain_shares TO account;
GRANT UPDATE (name, description) ON snapshots TO account;
GRANT UPDATE (autostart, run_timeout_seconds, shutdown_timeout_seconds, shutdown_disconnected, disconnect_grace_seconds, snapshot_limit, ends_at, end_warned_seconds) ON domains TO account;

-- How much people may have, and what is booked.
GRANT INSERT, UPDATE, DELETE ON limits TO account;
GRANT INSERT, UPDATE, DELETE ON group_limits TO account;
GRANT INSERT, DELETE ON bookings TO account;
GRANT INSERT, UPDATE (starts_at, ends_at, title, description, visibility, for_users, for_groups, on_bases), DELETE ON booking_entries TO account;
GRANT DELETE ON booking_warnings TO account;

-- What holds for everybody, and where people sit.
GRANT INSERT, UPDATE ON settings TO account;
GRANT INSERT, UPDATE (name, position, addresses, bases, requires_password), DELETE ON client_networks TO account;
GRANT INSERT, DELETE ON client_network_bases TO account;

-- People who are nobody: an account with its guest's row.
GRANT INSERT ON guests TO account;

-- Handing a free clone of a pool out; the number of a clone that is made for it.
GRANT UPDATE (owner_id, pool_use, pool_use_since, client_status, client_address, client_since, clones_numbered) ON domains TO account;

-- Screens: tickets, and who looked when.
GRANT INSERT, DELETE ON display_tickets TO account;
GRANT INSERT ON display_sessions TO account;
GRANT UPDATE (seen_at, ended_at, bytes_to_guest, bytes_from_guest) ON display_sessions TO account;

-- Asking for a request to be taken back; the back end does it.
GRANT UPDATE (cancel_asked_at, cancel_asked_by) ON requests TO account;

-- Schedules, and what came of one that somebody had come out of turn.
GRANT INSERT, UPDATE (name, command, args, machines, base_id, most, cron, time_zone, is_enabled, changed_at), DELETE ON schedules TO account;
GRANT INSERT, UPDATE (refused, problem) ON schedule_runs TO account;
GRANT INSERT ON schedule_requests TO account;

-- What somebody was told, he has read.
GRANT UPDATE (read_at) ON messages TO account;

-- Groups: who is in those of a directory is written at sign-in.
GRANT INSERT, UPDATE (description), DELETE ON user_groups TO account;
GRANT INSERT, DELETE ON group_grants TO account;
GRANT INSERT, DELETE ON group_members TO account;
