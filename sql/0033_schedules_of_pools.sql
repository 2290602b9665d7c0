-- Schedules about bases with a pool, and about so many machines each time at most: null for all.
ALTER TABLE schedules
  MODIFY COLUMN machines enum('all','active','hibernated','disconnected','autostart','pools') NULL,
  ADD COLUMN IF NOT EXISTS most int NULL AFTER base_id;
