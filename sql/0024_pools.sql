-- Clones that are kept ready: how many of a base exist and run, why there are fewer, and
-- which clone is one of them, free or somebody's. Looked for in the order in which they are handed out.
ALTER TABLE domains
  ADD COLUMN IF NOT EXISTS pool_clones int NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS pool_start int NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS pool_problem text NULL,
  ADD COLUMN IF NOT EXISTS pool_use enum('free','handed_out','returned') NULL,
  ADD COLUMN IF NOT EXISTS pool_use_since datetime(6) NULL,
  ADD KEY IF NOT EXISTS domains_pool (base_id, pool_use, state, created_at);
