-- When the process that holds a key last said that it lives. A beat counts for the attempt that began before it, or with
-- it: a release that knows no beats may have taken the key over since.
ALTER TABLE idempotency ADD COLUMN beat_at timestamptz;
