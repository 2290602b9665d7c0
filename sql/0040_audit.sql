-- Who did what to what, from where, and what came of it. The name is kept beside the key: the account may be gone when somebody reads it.
ALTER TABLE audit
  ADD COLUMN IF NOT EXISTS user_name varchar(190) NULL AFTER user_id,
  ADD COLUMN IF NOT EXISTS outcome enum('done','refused','failed','cancelled') NOT NULL DEFAULT 'done' AFTER details,
  ADD COLUMN IF NOT EXISTS code varchar(64) NULL AFTER outcome,
  ADD COLUMN IF NOT EXISTS domain_id char(36) NULL AFTER subject,
  ADD KEY IF NOT EXISTS audit_user (user_name, id),
  ADD KEY IF NOT EXISTS audit_domain (domain_id, id),
  ADD KEY IF NOT EXISTS audit_action (action, id);
UPDATE audit a JOIN users u ON u.id = a.user_id SET a.user_name = u.name WHERE a.user_name IS NULL;
UPDATE audit SET outcome = 'refused' WHERE action LIKE '%\_refused';
