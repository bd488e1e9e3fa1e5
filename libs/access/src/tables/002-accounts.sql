-- Accounts are pseudonyms: these stand in the log, but none of the names and addresses here.
CREATE TABLE accounts (
  account    TEXT PRIMARY KEY,
  kind       TEXT NOT NULL CHECK (kind IN ('person', 'machine')),
  created    TEXT NOT NULL,
  created_by TEXT,
  erased     TEXT
) STRICT;

-- The names and addresses of people hang on a row here, and are deleted with it.
CREATE TABLE people (
  account TEXT PRIMARY KEY REFERENCES accounts,
  name    TEXT NOT NULL,
  email   TEXT UNIQUE
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
  role         TEXT NOT NULL CHECK (role IN ('secretariat', 'focal_point', 'alternate', 'reader')),
  agency       TEXT CHECK (role = 'reader' OR (role = 'secretariat') = (agency IS NULL)),
  since        TEXT NOT NULL,
  until        TEXT,
  appointed_by TEXT,
  relieved_by  TEXT
) STRICT;
CREATE INDEX appointments_of ON appointments (account);

INSERT INTO accounts SELECT account, 'machine', min(created), NULL, NULL FROM tokens GROUP BY account;
INSERT INTO appointments SELECT id, account, role, agency, created, NULL, NULL, NULL FROM tokens;

-- Counts the changes by which somebody may lose a right.
CREATE TABLE mark (changes INTEGER NOT NULL) STRICT;
INSERT INTO mark VALUES (0);
