-- The signing in of people. Sessions, passkeys and secrets go with the row of their person.
-- Of a secret that lets anybody in, only the hash is kept.
CREATE TABLE sessions (
  id         TEXT PRIMARY KEY,
  hash       TEXT NOT NULL UNIQUE,
  account    TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
  way        TEXT NOT NULL,
  browser    TEXT NOT NULL,
  acting_for TEXT,
  begun      TEXT NOT NULL,
  seen       TEXT NOT NULL,
  ends       TEXT NOT NULL,
  proven     TEXT, -- when somebody last showed who it is, as far as that is known
  provider_session TEXT -- the session at the provider that this one began by
) STRICT;
CREATE INDEX sessions_of ON sessions (account);

CREATE TABLE passkeys (
  id         TEXT PRIMARY KEY,
  account    TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
  public_key TEXT NOT NULL,
  counter    BIGINT NOT NULL,
  transports TEXT NOT NULL,
  label      TEXT NOT NULL,
  added      TEXT NOT NULL,
  last_used  TEXT
) STRICT;
CREATE INDEX passkeys_of ON passkeys (account);

-- Secrets that are good once: sign-in links, and those of a sign-in that a browser has begun at a provider or with a passkey.
CREATE TABLE once (
  hash    TEXT PRIMARY KEY,
  purpose TEXT NOT NULL,
  account TEXT REFERENCES people ON DELETE CASCADE,
  browser TEXT,
  kept    TEXT NOT NULL,
  ends    TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX once_ends ON once (ends);
