-- What was chosen of a machine's hardware, by kind (a kind that is not there is as it usually is with its VM manager), and whether it runs with older hardware than that.
ALTER TABLE domains
  ADD COLUMN IF NOT EXISTS hardware longtext NOT NULL DEFAULT '{}' CHECK (json_valid(hardware)) AFTER vcpus,
  ADD COLUMN IF NOT EXISTS needs_restart tinyint(1) NOT NULL DEFAULT 0 AFTER hardware;
