-- Drafts of returns and reports, their revisions, and who has opened them.
CREATE TABLE drafts (
  kind  TEXT NOT NULL,
  id    TEXT NOT NULL,
  owner TEXT,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE revisions (
  kind     TEXT NOT NULL,
  id       TEXT NOT NULL,
  revision INTEGER NOT NULL,
  content  TEXT NOT NULL,
  account  TEXT NOT NULL,
  saved    TEXT NOT NULL,
  PRIMARY KEY (kind, id, revision),
  FOREIGN KEY (kind, id) REFERENCES drafts ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE openings (
  kind    TEXT NOT NULL,
  id      TEXT NOT NULL,
  account TEXT NOT NULL,
  at      TEXT NOT NULL,
  PRIMARY KEY (kind, id, account),
  FOREIGN KEY (kind, id) REFERENCES drafts ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE to_erase (deletion TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
