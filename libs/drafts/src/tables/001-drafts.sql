-- Drafts with all their revisions, the times when they were opened, and the deletions whose words are still in the files.
CREATE TABLE IF NOT EXISTS drafts (
  kind  TEXT NOT NULL,
  id    TEXT NOT NULL,
  owner TEXT,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS revisions (
  kind     TEXT NOT NULL,
  id       TEXT NOT NULL,
  revision INTEGER NOT NULL,
  content  TEXT NOT NULL,
  account  TEXT NOT NULL,
  saved    TEXT NOT NULL,
  PRIMARY KEY (kind, id, revision),
  FOREIGN KEY (kind, id) REFERENCES drafts ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS openings (
  kind    TEXT NOT NULL,
  id      TEXT NOT NULL,
  account TEXT NOT NULL,
  at      TEXT NOT NULL,
  PRIMARY KEY (kind, id, account),
  FOREIGN KEY (kind, id) REFERENCES drafts ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS to_erase (deletion TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
