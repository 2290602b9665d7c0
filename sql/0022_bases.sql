-- What a base was when it was prepared: what its clones were made from, whatever becomes of its settings.
CREATE TABLE IF NOT EXISTS bases (
  domain_id   char(36)    NOT NULL PRIMARY KEY,
  prepared_at datetime(6) NOT NULL,
  with_cd     tinyint(1)  NOT NULL DEFAULT 0,
  definition  longtext    NOT NULL CHECK (json_valid(definition)),
  CONSTRAINT bases_domain FOREIGN KEY (domain_id) REFERENCES domains (id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
