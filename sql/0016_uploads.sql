-- Which images were uploaded: those may be deleted by people.
ALTER TABLE library_images ADD COLUMN IF NOT EXISTS is_upload tinyint(1) NOT NULL DEFAULT 0;
