-- Tokens with the roles of their accounts, and the claims of idempotency keys.
CREATE TABLE IF NOT EXISTS tokens (
  id      TEXT PRIMARY KEY,
  hash    TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  role    TEXT NOT NULL CHECK (role IN ('secretariat', 'focal_point')),
  agency  TEXT CHECK ((role = 'secretariat') = (agency IS NULL)),
  label   TEXT NOT NULL,
  created TEXT NOT NULL,
  revoked TEXT
) STRICT;

CREATE TABLE IF NOT EXISTS idempotency_keys (
  owner  TEXT NOT NULL,
  key    TEXT NOT NULL,
  digest TEXT NOT NULL,
  tries  INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;
