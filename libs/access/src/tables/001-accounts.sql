-- Accounts with their roles, tokens and idempotency keys. An account is a pseudonym: it stands in the log, but none of the names and
-- addresses here does. Roles, kinds and languages are known to the code alone: a new one changes no table.
CREATE TABLE accounts (
  account    TEXT PRIMARY KEY,
  kind       TEXT NOT NULL,
  created    TEXT NOT NULL,
  created_by TEXT,
  erased     TEXT
) STRICT;

-- The names and addresses of people hang on a row here, and are deleted with it.
CREATE TABLE people (
  account  TEXT PRIMARY KEY REFERENCES accounts,
  name     TEXT NOT NULL,
  email    TEXT UNIQUE,
  language TEXT
) STRICT;

CREATE TABLE identities (
  issuer  TEXT NOT NULL,
  subject TEXT NOT NULL,
  account TEXT NOT NULL REFERENCES people ON DELETE CASCADE,
  added   TEXT NOT NULL,
  PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;

CREATE TABLE appointments (
  id           TEXT PRIMARY KEY,
  account      TEXT NOT NULL REFERENCES accounts,
  role         TEXT NOT NULL,
  agency       TEXT,
  since        TEXT NOT NULL,
  until        TEXT,
  appointed_by TEXT,
  relieved_by  TEXT
) STRICT;
CREATE INDEX appointments_of ON appointments (account);

CREATE TABLE tokens (
  id        TEXT PRIMARY KEY,
  hash      TEXT NOT NULL UNIQUE,
  account   TEXT NOT NULL REFERENCES accounts,
  label     TEXT NOT NULL,
  scopes    TEXT NOT NULL,
  demo      INTEGER NOT NULL,
  created   TEXT NOT NULL,
  made_by   TEXT,
  expires   TEXT NOT NULL,
  last_used TEXT,
  revoked   TEXT
) STRICT;
CREATE INDEX tokens_of ON tokens (account);

CREATE TABLE idempotency_keys (
  owner  TEXT NOT NULL,
  key    TEXT NOT NULL,
  digest TEXT NOT NULL,
  tries  INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (owner, key)
) STRICT, WITHOUT ROWID;

-- Counts the changes by which somebody may lose a right.
CREATE TABLE mark (changes INTEGER NOT NULL) STRICT;
INSERT INTO mark VALUES (0);
