-- Letters of rounds and digests. Readers of digests: a person with an account, or an address whose owner has confirmed it, or is yet to.
CREATE TABLE followers (
  id       TEXT PRIMARY KEY,
  account  TEXT UNIQUE REFERENCES people ON DELETE CASCADE,
  email    TEXT UNIQUE CHECK ((account IS NULL) <> (email IS NULL)),
  language TEXT NOT NULL,
  secret   TEXT NOT NULL UNIQUE,
  next_at  BIGINT NOT NULL,
  created  TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE follows (
  id        TEXT PRIMARY KEY,
  follower  TEXT NOT NULL REFERENCES followers ON DELETE CASCADE,
  kind      TEXT NOT NULL,
  code      TEXT NOT NULL,
  position  TEXT NOT NULL,
  created   TEXT NOT NULL,
  confirmed TEXT,
  UNIQUE (follower, kind, code)
) STRICT, WITHOUT ROWID;

-- Letters that were decided on, by their occasions: no address, no name and no words of anybody are here.
CREATE TABLE letters (
  id          TEXT PRIMARY KEY,
  kind        TEXT NOT NULL,
  account     TEXT,
  follower    TEXT REFERENCES followers ON DELETE CASCADE,
  round       TEXT,
  agency      TEXT,
  facts       TEXT NOT NULL,
  decided     TEXT NOT NULL,
  state       TEXT NOT NULL,
  attempts    BIGINT NOT NULL DEFAULT 0,
  next_at     BIGINT NOT NULL DEFAULT 0,
  error       TEXT,
  lease       TEXT,
  lease_until BIGINT NOT NULL DEFAULT 0,
  settled     TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX letters_waiting ON letters (next_at) WHERE state = 'waiting';
CREATE INDEX letters_decided ON letters (decided, id);

-- The position up to which the log was read for letters.
CREATE TABLE letters_checkpoint (name TEXT PRIMARY KEY, position TEXT NOT NULL) STRICT, WITHOUT ROWID;
