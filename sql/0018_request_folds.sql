-- Where equal requests about no machine meet when they are asked for at once. Empty whenever nobody is asking.
CREATE TABLE IF NOT EXISTS request_folds (
  what char(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_ci;
